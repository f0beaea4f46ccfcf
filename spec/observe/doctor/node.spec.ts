import { assert } from 'chai';
import {
  Actor,
  allForOne,
  type Context,
  DynamicSupervisor,
  inspect,
  NodeQuarantined,
  NodeResponsive,
  NodeUnresponsive,
  NodeUp,
  oneForOne,
  Supervisor,
} from '../../../lib/index.ts';
import { checkLoop } from '../../../lib/observe/doctor/nodeChecks.ts';
import { ignore, pause, practice } from './support.ts';

class Fragile extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
  }
}

describe('a doctor', () => {
  describe('lists the restarts that supervisors have left', () => {
    it('where each child has its own, of the child that has the fewest', async () => {
      const { node, clock, doctor, findings } = await practice({ supervision: oneForOne({ max: 6 }) });
      const [one, other] = [node.spawn(Fragile, { name: 'one' }), node.spawn(Fragile, { name: 'other' })];
      node.spawn(Fragile, { name: 'sound' });
      one.tell('fail').tell('fail').tell('fail');
      other.tell('fail');
      await clock.advance(1000);
      const left = { path: '/', child: '/one', left: 3, max: 6, within: 5000, restarts: 4 };
      assert.include(doctor.diagnose().supervisors[0], left);
      assert.lengthOf(doctor.diagnose().supervisors, 1);
      assert.lengthOf(findings('budget'), 0);
      assert.deepInclude(inspect(one), { restartsLeft: 3, restartLimits: { max: 6, within: 5000 } });
      one.tell('fail');
      await clock.advance(1000);
      assert.deepInclude(findings('budget')[0], { gravity: 'notice', subjects: ['/', '/one'] });
      one.tell('fail').tell('fail');
      await clock.advance(1000);
      assert.include(findings('budget')[0]?.text, '/ has no restart left for /one (at most 6 within 5 s)');
      await clock.advance(6000);
      assert.lengthOf(findings('budget'), 0);
    });

    it('where they are counted together, and those of supervisors after OTP', async () => {
      const { node, clock, doctor } = await practice();
      const family = node.spawn(
        (_, context) => {
          context.spawn(Fragile, { name: 'a' });
          context.spawn(Fragile, { name: 'b' });
        },
        { name: 'family', supervision: allForOne({ max: 5, within: 9000 }) },
      );
      const child = { start: Fragile, id: 'child' };
      const tree = { intensity: 4, period: 7000 };
      node.spawn(Supervisor.using({ ...tree, children: [child] }), { name: 'otp' });
      const pool = node.spawn(DynamicSupervisor.using({ intensity: 2 }), { name: 'dynamic' });
      family.tell('spawn');
      await clock.settle();
      await DynamicSupervisor.startChild(pool, child);
      for (const path of ['/family/a', '/otp/child', '/dynamic/child']) node.lookup(path).tell('fail');
      await clock.advance(1000);
      assert.deepEqual(
        doctor.diagnose().supervisors.map(({ className: _, child: __, ...view }) => view),
        [
          { path: '/dynamic', restarts: 1, left: 1, max: 2, within: 5000 },
          { path: '/otp', restarts: 1, left: 3, max: 4, within: 7000 },
          { path: '/family', restarts: 2, left: 4, max: 5, within: 9000 },
        ],
      );
    });
  });

  it('lists supervisors whose children are new ones in the place of others', async () => {
    const { node, clock, doctor } = await practice();
    const start = () => new Promise<never>(() => {});
    const options = { intensity: 2, period: 60_000, children: [{ id: 'child', start }] };
    const supervisor = node.spawn(Supervisor.using(options), { name: 'otp' });
    await clock.settle();
    node.lookup('/otp/child').kill();
    await clock.advance(1000);
    const { left, max, child, restarts } = doctor.diagnose().supervisors[0] ?? {};
    assert.deepEqual([left, max, child, restarts], [1, 2, undefined, 0]);
    assert.deepInclude(inspect(supervisor), {
      childRestartsLeft: 1,
      childRestartLimits: { max: 2, within: 60_000 },
    });
  });

  it('finds restarts that repeat, with the last error', async () => {
    const { node, clock, findings } = await practice({
      supervision: oneForOne({ max: Number.POSITIVE_INFINITY }),
    });
    const [often, twice] = [node.spawn(Fragile, { name: 'often' }), node.spawn(Fragile, { name: 'twice' })];
    for (let i = 0; i < 5; i++) {
      often.tell('fail');
      if (i < 2) twice.tell('fail');
      await clock.advance(2000);
    }
    const [finding, ...others] = findings('restarts');
    assert.lengthOf(others, 0);
    assert.deepInclude(finding, { subjects: ['/often'], figures: { restarts: 5 } });
    assert.include(
      finding?.text,
      '/often was restarted 5 times in the last minute, last after Error: as told',
    );
    await clock.advance(61_000);
    assert.lengthOf(findings('restarts'), 0);
  });

  it('finds dead letters that keep coming, by recipient and reason, and the five most of them', async () => {
    const { node, clock, findings } = await practice();
    const refs = Array.from({ length: 8 }, (_, i) => node.spawn(() => {}, { name: `gone-${i}` }));
    const once = node.spawn(() => {}, { name: 'once' });
    for (const ref of [...refs, once]) ref.stop();
    await clock.settle();
    for (let k = 0; k < 20; k++) once.tell(k); // as of one who hears a little late
    for (let second = 0; second < 3; second++) {
      assert.lengthOf(findings('deadLetters'), 0);
      for (const [i, ref] of refs.entries()) for (let k = 0; k <= i; k++) ref.tell(k);
      await clock.advance(1000);
    }
    assert.deepEqual(
      findings('deadLetters')
        .map(({ id, figures: { letters } }) => [id, letters])
        .sort((a, b) => Number(b[1]) - Number(a[1])),
      [7, 6, 5, 4, 3].map(i => [`deadLetters /gone-${i} stopped`, 3 * (i + 1)]),
    );
  });

  it('finds answers that keep coming too late, by who gives them', async () => {
    const { node, clock, findings } = await practice();
    const late = async (_: unknown, context: Context) => {
      await pause(clock, 800);
      context.reply('at last');
    };
    const ref = node.spawn(late, { name: 'late' });
    for (let i = 0; i < 4; i++) {
      ignore(ref.ask('?', { timeout: 300 }));
      await clock.advance(1000);
    }
    const [finding] = findings('deadLetters');
    assert.deepInclude(finding, { id: 'deadLetters /late lateReply', figures: { letters: 4 } });
    assert.include(finding?.text, '4 answers of /late came in the last minute when nobody waited');
  });

  it('takes answers to messages from nobody for a notice, by who gives them', async () => {
    const { node, clock, findings } = await practice();
    const ref = node.spawn((_: unknown, context: Context) => context.reply('done'), { name: 'polite' });
    for (let i = 0; i < 4; i++) {
      ref.tell(i);
      await clock.advance(1000);
    }
    const [finding, more] = findings('deadLetters');
    assert.isUndefined(more);
    assert.deepInclude(finding, {
      ...{ id: 'deadLetters /polite noSender', gravity: 'notice', subjects: ['/polite'] },
      ...{ text: '4 answers of /polite in the last minute went nowhere: it was told, not asked' },
      figures: { letters: 4 },
    });
  });

  it('finds nodes that do not answer or are cut off, until they are well', async () => {
    const { node, clock, findings } = await practice();
    const { events } = node;
    events.publish(new NodeUnresponsive('a:1', 'x'));
    events.publish(new NodeQuarantined('b:1', 'x'));
    await clock.advance(5000);
    assert.deepEqual(
      findings('node').map(({ subjects, gravity, figures }) => [subjects, gravity, figures]),
      [
        [['b:1'], 'critical', { age: 5000 }],
        [['a:1'], 'warning', { age: 5000 }],
      ],
    );
    events.publish(new NodeResponsive('a:1', 'x'));
    events.publish(new NodeUp('b:1', 'y'));
    assert.lengthOf(findings('node'), 0);
  });

  it('finds an event loop that comes too late, and who had the most of it', () => {
    const keenest = { path: '/keen', share: 0.87 };
    const [finding] = [...checkLoop({ at: 5, delay: 1200, keenest }, 1000)];
    assert.deepInclude(finding, { subjects: ['/keen'], since: 5, figures: { delay: 1200, share: 87 } });
    assert.include(finding?.text, 'came 1.2 s late to what was due; most of the time was with /keen (87 %)');
    const [other] = [...checkLoop({ at: 5, delay: 1200, keenest: undefined }, 1000)];
    assert.deepEqual(other?.subjects, []);
    assert.include(other?.text, 'no actor had it');
    assert.isEmpty([...checkLoop({ at: 5, delay: 1000, keenest }, 1000)]);
    assert.isEmpty([...checkLoop(undefined, 1000)]);
  });

  it('finds nothing on a node that is well', async () => {
    const { node, clock, doctor } = await practice();
    const refs = Array.from({ length: 50 }, () => node.spawn(Fragile));
    for (let i = 0; i < 10; i++) {
      for (const ref of refs) ref.tell(i);
      await clock.advance(1000);
    }
    // The event loop is that of this machine, and may be late.
    assert.deepEqual(
      doctor.findings({ slow: 3000 }).filter(({ kind }) => kind !== 'eventLoop'),
      [],
    );
    assert.include(doctor.diagnose(), { looks: 10, actors: 50, omitted: 0 });
  });

  it('gives the gravest first, and no more than are wanted', async () => {
    const { node, clock, doctor } = await practice();
    const never = new Promise(() => {});
    for (let i = 0; i < 30; i++) node.spawn(() => never).tell(1);
    const loud = node.spawn(() => never, { name: 'loud' });
    for (let i = 0; i < 5; i++) loud.tell(i);
    node.events.publish(new NodeQuarantined('b:1', 'x'));
    await clock.advance(3000);
    const { findings, omitted } = doctor.diagnose({ limit: 5 });
    assert.deepEqual(
      findings
        .filter(({ kind }) => kind !== 'eventLoop')
        .map(({ gravity }) => gravity)
        .slice(0, 3),
      ['critical', 'warning', 'notice'],
    );
    assert.lengthOf(findings, 5);
    assert.isAtLeast(omitted, 27);
    assert.throws(
      () => doctor.diagnose({ slow: -1 }),
      TypeError,
      'slow must be milliseconds from 0 up, not -1',
    );
    assert.throws(() => doctor.diagnose({ limit: 1.5 }), TypeError, 'limit must be a whole number');
  });
});
