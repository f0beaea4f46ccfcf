import { assert } from 'chai';
import { Actor, Process, type Ref, sleep } from '../../../lib/index.ts';
import { Doctor, Observatory } from '../../../lib/observe/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { gate, startNode } from '../../core/support.ts';
import { ignore, type Practice, pause, practice } from './support.ts';

const timeout = 600_000;

/** Asks the next one with every message but the first, which says who that is; after a first await. */
class Asker extends Actor<unknown> {
  #next: Ref | undefined;

  override async receive(message: unknown) {
    if (this.#next === undefined) {
      this.#next = message as Ref;
      return;
    }
    await Promise.resolve();
    await new Promise<void>(resolve => queueMicrotask(resolve));
    this.reply(await this.#next.ask(message, { timeout }));
  }
}

/** Asks another one again and again, 2 s long each time. */
class Impatient extends Actor<unknown> {
  override async receive(next: unknown) {
    if (!(next instanceof Object)) return;
    await Promise.resolve();
    await (next as Ref).ask('?', { timeout: 2000 }).catch(() => {});
    this.ref.tell(next);
  }
}

function ring({ node }: Practice, names: readonly string[]): Ref[] {
  const refs = names.map(name => node.spawn(Asker, { name }) as Ref);
  for (const [i, ref] of refs.entries()) ref.tell(refs[(i + 1) % refs.length]);
  return refs;
}

describe('a doctor', () => {
  describe('finds circles of asks', () => {
    it('of three async actors that await each other after a first await', async () => {
      const at = await practice();
      const [first] = ring(at, ['b', 'c', 'a']);
      await at.clock.advance(2000);
      first?.tell('go');
      await at.clock.advance(1500);
      const [finding, ...others] = at.findings('askCycle');
      assert.lengthOf(others, 0);
      assert.include(finding, { gravity: 'critical', id: 'askCycle /a /b /c' });
      assert.deepEqual(finding?.subjects, ['/a', '/b', '/c']);
      assert.include(finding?.text, '/a → /b → /c → /a');
      assert.deepEqual(finding?.figures, { members: 3, waiting: 1500 });
      assert.equal(finding?.since, at.clock.wall() - 1500);
    });

    it('of one that asks itself', async () => {
      const at = await practice();
      const [one] = ring(at, ['one']);
      one?.tell('go');
      await at.clock.advance(1000);
      const [finding] = at.findings('askCycle');
      assert.deepEqual(finding?.subjects, ['/one']);
      assert.include(finding?.text, '/one has asked itself');
    });

    it('of a hundred', async () => {
      const at = await practice();
      const names = Array.from({ length: 100 }, (_, i) => `a${String(i).padStart(2, '0')}`);
      ring(at, names)[50]?.tell('go');
      await at.clock.advance(1000);
      assert.deepEqual(
        at.findings('askCycle')[0]?.subjects,
        names.map(name => `/${name}`),
      );
    });

    it('of generators, of functions that give promises, and of processes', async () => {
      const at = await practice();
      const { node, clock } = at;
      class Generated extends Actor<Ref> {
        override *receive(next: Ref): Generator<unknown, void, unknown> {
          yield sleep(10);
          yield next.ask('?', { timeout });
        }
      }
      class Running extends Process {
        override async run() {
          const next = (await this.get()) as Ref;
          await sleep(10);
          await next.ask('?', { timeout });
        }
      }
      const promising = (next: Ref) => pause(clock, 10).then(() => next.ask('?', { timeout }));
      const seen = node.spawn(promising, { name: 'seen' });
      seen.tell(node.spawn(() => {}));
      await clock.advance(3000); // it is busy at a look: from then on it is known who asks there
      const again = node.spawn(promising, { name: 'promising' });
      const [generated, running] = [
        node.spawn(Generated, { name: 'generated' }),
        node.spawn(Running, { name: 'running' }),
      ];
      generated.tell(running);
      running.tell(again);
      again.tell(generated as Ref);
      await clock.advance(1000);
      assert.deepEqual(
        at.findings('askCycle').map(({ subjects }) => subjects),
        [['/generated', '/running', '/promising']],
      );
    });

    it('though the clock goes on between the ask and the end of what is done at once', async () => {
      const manual = new ManualClock();
      let spent = 0;
      const clock = {
        now: () => manual.now() + spent,
        wall: () => manual.wall(),
        after: (ms: number, run: () => void) => manual.after(ms, run),
      };
      const at = await practice({ clock });
      const both: Ref<Ref>[] = ['a', 'b'].map(name =>
        at.node.spawn(
          async (next: Ref) => {
            const answer = next.ask('?', { timeout });
            spent += 200;
            await answer;
          },
          { name },
        ),
      );
      both[0]?.tell(both[1] as Ref);
      both[1]?.tell(both[0] as Ref);
      await manual.advance(1000);
      assert.lengthOf(at.findings('askCycle'), 1);
      for (const ref of both) ref.kill();
    });

    it('but not before they have lasted, and not any more once they are broken', async () => {
      const at = await practice();
      const refs = ring(at, ['a', 'b']);
      refs[0]?.tell('go');
      await at.clock.advance(400);
      assert.lengthOf(at.findings('askCycle'), 0);
      await at.clock.advance(400);
      assert.lengthOf(at.findings('askCycle'), 1);
      refs[0]?.kill();
      await at.clock.settle();
      assert.lengthOf(at.findings('askCycle'), 0);
    });

    it('but not in a chain that ends', async () => {
      const at = await practice();
      const { node, clock } = at;
      const end = gate();
      const last = node.spawn(() => end.opened, { name: 'last' });
      const chain = [node.spawn(Asker, { name: 'first' }), node.spawn(Asker, { name: 'middle' })];
      chain[0]?.tell(chain[1]);
      chain[1]?.tell(last);
      chain[0]?.tell('go');
      await clock.advance(3000);
      assert.lengthOf(at.findings('askCycle'), 0);
      const [finding] = at.findings('unanswered');
      assert.deepEqual(finding?.subjects, ['/middle', '/last']);
    });

    it('but not where nobody waits: asks without await, and answers that are piped', async () => {
      const at = await practice();
      class Piping extends Actor<unknown> {
        override receive(message: unknown) {
          if (message instanceof Object) this.pipeToSelf((message as Ref).ask('?', { timeout }));
        }
      }
      const [a, b] = [at.node.spawn(Piping, { name: 'a' }), at.node.spawn(Piping, { name: 'b' })];
      a.tell(b);
      b.tell(a);
      await at.clock.advance(3000);
      assert.lengthOf(at.findings('askCycle'), 0);
    });

    it('but does not blame an actor for what another one asks that it has woken', async () => {
      const at = await practice();
      const { node, clock } = at;
      const held = gate();
      class Child extends Actor<unknown> {
        override async preStart() {
          await Promise.resolve();
          ignore((this.parent as Ref).ask('?', { timeout }));
        }
        override receive() {}
      }
      class Parent extends Actor<unknown> {
        override async receive() {
          await Promise.resolve();
          this.spawn(Child);
          await held.opened;
        }
      }
      node.spawn(Parent, { name: 'parent' }).tell('go');
      await clock.advance(3000);
      assert.lengthOf(at.findings('askCycle'), 0);
    });
  });

  it('knows who asks in async code once there is reason to suspect something, and as long as there is', async () => {
    const { node, clock } = await startNode();
    const observatory = Observatory.open(node);
    const doctor = Doctor.of(observatory, { askers: 'suspected' });
    const [a, b] = ['a', 'b'].map(name => node.spawn(Impatient, { name }));
    a?.tell(b);
    b?.tell(a);
    await clock.advance(900);
    assert.isFalse(doctor.diagnose().areAskersKnown);
    await clock.advance(3000); // they have asked again
    const { findings, areAskersKnown } = doctor.diagnose();
    assert.isTrue(areAskersKnown);
    assert.deepEqual(
      findings.filter(({ kind }) => kind === 'askCycle').map(({ subjects }) => subjects),
      [['/a', '/b']],
    );
    a?.kill();
    b?.kill();
    await clock.advance(58_000);
    assert.isTrue(doctor.diagnose().areAskersKnown);
    await clock.advance(5000);
    assert.isFalse(doctor.diagnose().areAskersKnown);
    assert.throws(() => doctor.diagnose({ askers: 'never' as never }), TypeError, 'askers must be always or');
  });

  it('claims to know neither what actors wait for that were stuck before it came, nor that these are slow', async () => {
    const { node, clock } = await startNode();
    const [a, b] = ['a', 'b'].map(name =>
      node.spawn(
        async (other: Ref | 'hello') => {
          await Promise.resolve();
          if (other !== 'hello') await other.ask('hello', { timeout: 60_000 });
        },
        { name },
      ),
    ) as [Ref, Ref];
    a.tell(b);
    b.tell(a);
    await clock.advance(5000);
    const observatory = Observatory.open(node);
    const doctor = Doctor.of(observatory);
    await clock.advance(5000);
    const texts = doctor.diagnose().findings.map(({ text }) => text);
    assert.include(texts.join('\n'), '/a is busy, and 1 message waits behind it');
    assert.include(texts.join('\n'), 'a timer, or an answer for which it has asked after an await');
    assert.notMatch(texts.join('\n'), /no question|per second/);
    a.kill();
    b.kill();
    observatory.close();
  });

  describe('finds what holds up answers', () => {
    it('behind an actor that is busy, at the end of the longest chain, in one finding for all who wait', async () => {
      const at = await practice();
      const { node, clock } = at;
      const never = gate();
      const end = node.spawn(() => never.opened, { name: 'end' });
      for (let i = 0; i < 50; i++) {
        const asker = node.spawn(Asker, { name: `asker-${i}` });
        asker.tell(end);
        asker.tell('go');
      }
      ignore(node.lookup('/asker-7').ask('me too', { timeout }));
      await clock.advance(2500);
      const [finding, ...others] = at.findings('unanswered');
      assert.lengthOf(others, 0);
      assert.include(finding, { gravity: 'warning' });
      assert.deepEqual(finding?.subjects, ['/asker-7', '/end']);
      assert.include(finding?.text, '51 questions have waited for an answer, the oldest for 2.5 s');
      assert.include(
        finding?.text,
        '/end is busy with one message for 2.5 s, and 49 messages wait behind it',
      );
      assert.deepEqual(finding?.figures, { questions: 51, oldest: 2500, queued: 49, busyFor: 2500 });
    });

    it('with an actor that is idle and does not answer', async () => {
      const at = await practice();
      ignore(at.node.spawn(() => {}, { name: 'mute' }).ask('?', { timeout }));
      await at.clock.advance(1000);
      assert.lengthOf(at.findings('unanswered'), 0);
      await at.clock.advance(1);
      const [finding] = at.findings('unanswered');
      assert.include(finding, { gravity: 'notice', id: 'unanswered /mute' });
      assert.include(finding?.text, '/mute is idle: it has taken the question');
    });

    it('with an actor that puts questions aside', async () => {
      const at = await practice();
      class Stashing extends Actor {
        override receive() {
          this.stash();
        }
      }
      ignore(at.node.spawn(Stashing, { name: 's' }).ask('?', { timeout }));
      await at.clock.advance(2000);
      assert.include(at.findings('unanswered')[0]?.text, 'is idle, and has 1 message put aside');
    });

    it('but nothing where answers come in time', async () => {
      const at = await practice();
      const { node, clock } = at;
      const slow = node.spawn(
        async (_, context) => {
          await pause(clock, 900);
          context.reply('at last');
        },
        { name: 'slow' },
      );
      for (let i = 0; i < 5; i++) {
        const answer = slow.ask('?');
        await clock.advance(500);
        assert.lengthOf(at.findings('unanswered'), 0);
        await clock.advance(500);
        assert.equal(await answer, 'at last');
      }
    });
  });

  it('leaves whose code runs as it was once nobody watches', async () => {
    const { openQuestions } = await import('../../../lib/index.ts');
    const { node, clock } = await startNode();
    const at = await practice();
    at.observatory.close();
    const refs = ['a', 'b'].map(name => node.spawn(Asker, { name }));
    refs[0]?.tell(refs[1]);
    refs[1]?.tell(refs[0]);
    refs[0]?.tell('go');
    await clock.advance(1000);
    assert.deepEqual(
      openQuestions(node.guardian).map(({ from, to }) => [from, to.path]),
      [
        [undefined, '/b'],
        [undefined, '/a'],
      ],
    );
  });
});
