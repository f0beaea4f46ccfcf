// One run: nodes, traffic and faults as the seed draws them, then the end of all faults, a quiet time, and the checks.
import { makeActors } from './actors.mjs';
import { Books, NodeLife } from './books.mjs';
import { Draws } from './draws.mjs';
import { check, isEstranged } from './invariants.mjs';
import { drawPlan } from './plan.mjs';

/** How long, in ms, nodes may take to find each other again once the network is well. */
const convergence = 30_000;
const receiversPerNode = 3;

/** Reasons of `NodeDown` after which only another life of that node is let in. */
const isFinal = new Set(['it fell silent', 'it has restarted']);

export async function runScenario(troupe, { seed, nodes }) {
  return new Scenario(troupe, seed, nodes).run();
}

/** A receiver may fail as often as it is told to; one that gives up stays down. */
const supervision = ({ oneForOne, Stop }) =>
  oneForOne({
    max: Number.POSITIVE_INFINITY,
    decide: error => (error.message === 'giveUp' ? Stop : undefined),
  });

class Scenario {
  constructor(troupe, seed, nodes) {
    this.troupe = troupe;
    const random = troupe.seededRandom(seed, 'scenario');
    this.draws = new Draws(random);
    this.plan = drawPlan(this.draws, nodes);
    this.sim = new troupe.Simulation({
      seed,
      link: this.plan.link,
      trace: (fate, _from, _to, frame) => {
        this.books.count(`frame ${fate}`);
        if (fate === 'sent') this.#countRecords(frame);
      },
    });
    this.books = new Books(() => this.sim.now);
    this.actors = makeActors(troupe, this.books);
    /** The present or last life of each node. */
    this.lives = [];
    this.shortLived = [];
    this.names = 0;
    /** What happens later: { at, run }. */
    this.agenda = [];
  }

  async run() {
    const { sim, plan, books } = this;
    for (let i = 0; i < plan.nodes; i++)
      this.#furnish(await sim.node({ remoting: this.#remoting(i), supervision: supervision(this.troupe) }));
    await this.#storm();
    await this.#calm();
    await this.#converge();
    check(books);
    await this.#stopAll();
    return {
      hash: sim.hash,
      violations: books.violations,
      counts: books.counts,
      nodeSeconds: (sim.now * plan.nodes) / 1000,
      plan,
    };
  }

  #remoting(index) {
    const { remoting, hasRelay } = this.plan;
    if (!hasRelay) return remoting;
    return index === 0 ? { ...remoting, relay: true } : { ...remoting, relays: ['n1:1'] };
  }

  get #alive() {
    return this.lives.filter(({ isAlive }) => isAlive);
  }

  /** Which parts of the protocol are used. */
  #countRecords(frame) {
    const count = name => this.books.count(`record: ${name}`);
    const ignore = () => {};
    this.troupe.readRecords(frame, {
      control: ({ kind, reason, wantsRoute }) => {
        count(reason === undefined ? kind : `${kind} ${reason}`);
        if (wantsRoute) count('hello on another way');
      },
      define: ignore,
      user: ignore,
      system: ({ operation }) => count(operation),
      chunk: ({ offset, total, bytes }) =>
        count(bytes.length < total && offset > 0 ? 'chunk' : 'first chunk'),
      relay: () => count('relay'),
      relayed: () => count('relayed'),
      lost: () => count('lost'),
      noted: () => count('noted'),
    });
  }

  // ---- nodes --------------------------------------------------------------------------------------------------------

  #furnish(node) {
    const { books, actors } = this;
    const name = this.sim.nameOf(node);
    const life = new NodeLife(node, name);
    books.nodes.push(life);
    const index = Number(name.slice(1)) - 1;
    this.lives[index] = life;
    this.#listen(life);
    for (let i = 0; i < receiversPerNode; i++) this.#spawn(life, actors.Receiver, `r${i}`);
    life.talkers = [0, 1].map(i => this.#spawn(life, actors.Talker, `t${i}`));
    node.spawn((message, context) => context.reply(message), { name: 'ping' });
    return life;
  }

  #spawn(life, actor, name) {
    const born = this.books.born(life, `/${name}`);
    const { bounds } = this.plan;
    const mailbox = bounds === undefined || name !== 'r2' ? undefined : this.troupe.bounded(bounds);
    return life.node.spawn(actor.using({ life: born }), { name, ...(mailbox && { mailbox }) });
  }

  #listen(life) {
    const { books, troupe, sim } = this;
    const { events } = life.node;
    const at = () => sim.now;
    events.subscribe(troupe.DeadLetter, ({ recipient, message, reason }) => {
      books.count(`DeadLetter: ${reason}`);
      if (typeof message?.id === 'number') books.dead(message.id, life, recipient.path, reason);
    });
    events.subscribe(troupe.ActorStopped, ({ ref, reason }) => books.ended(ref.address, reason));
    events.subscribe(troupe.ActorRestarted, () => books.count('restarted'));
    events.subscribe(troupe.NodeUp, ({ address, incarnation }) => {
      books.count('NodeUp');
      const before = life.downs.find(down => down.incarnation === incarnation && isFinal.has(down.reason));
      if (before !== undefined)
        books.violated(`${address} was declared down (${before.reason}) and is up again in the same life`);
      life.up.set(address, incarnation);
    });
    events.subscribe(troupe.NodeDown, ({ address, incarnation, reason }) => {
      books.count(`NodeDown: ${reason}`);
      life.up.delete(address);
      life.downs.push({ address, incarnation, reason, at: at() });
    });
    events.subscribe(troupe.NodeQuarantined, ({ address, incarnation }) => {
      books.count('NodeQuarantined');
      life.quarantined.push({ address, incarnation });
    });
    events.subscribe(troupe.NodeUnresponsive, () => books.count('NodeUnresponsive'));
    events.subscribe(troupe.MalformedInput, ({ reason }) =>
      books.violated(`${life.name} got malformed input: ${reason}`),
    );
    events.subscribe(troupe.ErrorIgnored, ({ error, where }) => {
      // An actor that fails when its node is on its way out has nobody left to decide about it.
      if (life.stopping !== undefined && where.includes('supervisor had moved on')) return;
      books.violated(`${life.name} ignored an error in ${where}: ${error.stack}`);
    });
  }

  // ---- the storm ----------------------------------------------------------------------------------------------------

  async #storm() {
    const { sim, plan, draws } = this;
    let nextFault = draws.between(0, plan.faultsEvery);
    const kinds = [...plan.faults];
    while (sim.now < plan.duration) {
      await sim.run(draws.between(0, 2 * plan.pace));
      for (let i = draws.whole(0, plan.busyness); i > 0; i--) this.#traffic();
      while (kinds.length > 0 && sim.now >= nextFault) {
        nextFault += draws.between(0, 2 * plan.faultsEvery);
        await this.#fault(draws.one(kinds));
        // Much goes wrong only for what is said right then.
        for (let i = draws.whole(0, 4); i > 0; i--) this.#traffic();
      }
      await this.#keepAgenda(sim.now);
    }
  }

  async #keepAgenda(until) {
    const due = this.agenda.filter(({ at }) => at <= until);
    this.agenda = this.agenda.filter(({ at }) => at > until);
    for (const { run } of due) await run();
  }

  #in(ms, run) {
    this.agenda.push({ at: this.sim.now + ms, run });
  }

  // ---- traffic ------------------------------------------------------------------------------------------------------

  #traffic() {
    const { draws, plan } = this;
    const from = draws.one(this.#alive);
    if (from === undefined) return;
    const talker = draws.one(from.talkers);
    const to = this.#someRef(from);
    const kind = draws.whole(1, 100);
    if (kind <= 40)
      this.#order(talker, { does: 'tell', to, count: draws.whole(1, 12), content: { does: 'note' } });
    else if (kind <= 50)
      this.#order(talker, {
        does: 'tell',
        to,
        count: 1,
        content: { does: 'pass', next: this.#someRef(from) },
      });
    else if (kind <= 65) this.#ask(talker, from, to);
    else if (kind <= 69) this.#order(talker, { does: 'tell', to, count: 1, content: { does: 'fail' } });
    else if (kind <= 71)
      this.#order(talker, { does: 'tell', to, count: 1, content: { does: 'note', no: () => {} } });
    else if (kind <= 73)
      this.#order(talker, { does: 'tell', to: this.#nobody(from), count: 1, content: { does: 'note' } });
    else if (kind <= 76 && plan.hasLarge) this.#tellLarge(talker, to);
    else if (kind <= 88) this.#watch(talker, from);
    else this.#spawnOrStop(talker, from);
  }

  #order(talker, order) {
    this.books.count(`order: ${order.does}`);
    talker.tell(order);
  }

  #someRef(from) {
    const { draws } = this;
    // The address of a node that is gone is as good as any other.
    const { address } = draws.one(this.lives);
    const isShort = draws.chance(25) && this.shortLived.length > 0;
    const text = isShort ? draws.one(this.shortLived) : `${address}/r${draws.whole(0, receiversPerNode - 1)}`;
    return from.node.lookup(text);
  }

  #nobody(from) {
    return from.node.lookup(`${this.draws.one(this.lives).address}/nobody${this.draws.whole(1, 9)}`);
  }

  #ask(talker, from, to) {
    const { draws } = this;
    const next = this.#someRef(from);
    const does = draws.one(['answer', 'answer', 'answerLater', 'forward', 'never', 'fail', 'stop']);
    if (does === 'stop' && !/\/s\d+$/.test(to.address)) return;
    this.#order(talker, {
      does: 'ask',
      to,
      content: { does, next, delay: draws.between(0, 3000) },
      timeout: draws.between(200, 4000),
    });
  }

  #tellLarge(talker, to) {
    const { draws } = this;
    const isQueue = draws.chance(30);
    // A large one behind a queue of small ones, which it may not overtake.
    if (isQueue) {
      const body = new Uint8Array(20 * 1024);
      this.#order(talker, { does: 'tell', to, count: 30, content: { does: 'note', body } });
    }
    const body = new Uint8Array(draws.whole(260 * 1024, (isQueue ? 300 : 2048) * 1024));
    this.books.count('large message');
    this.#order(talker, { does: 'tell', to, count: draws.whole(1, 2), content: { does: 'note', body } });
  }

  #watch(talker, from) {
    const { draws } = this;
    const to = draws.chance(15) ? this.#nobody(from) : this.#someRef(from);
    const name = `w${++this.names}`;
    this.#order(talker, { does: 'watch', to, name });
    if (draws.chance(20))
      this.#in(draws.between(0, 3000), () => from.isAlive && this.#order(talker, { does: 'unwatch', name }));
  }

  #spawnOrStop(talker, from) {
    const { draws } = this;
    if (this.shortLived.length < 4 || draws.chance(50)) {
      const name = `s${++this.names}`;
      const ref = this.#spawn(from, this.actors.Receiver, name);
      this.shortLived.push(ref.address);
      if (this.shortLived.length > 12) this.shortLived.shift();
      return;
    }
    const to = from.node.lookup(draws.one(this.shortLived));
    const does = draws.one(['stop', 'kill', 'tell']);
    if (does === 'tell')
      this.#order(talker, { does, to, count: 1, content: { does: draws.one(['stop', 'giveUp']) } });
    else this.#order(talker, { does, to });
  }

  // ---- faults -------------------------------------------------------------------------------------------------------

  async #fault(kind) {
    const { sim, draws, plan } = this;
    const [a, b] = draws.two(this.lives);
    const alive = this.#alive;
    const one = draws.one(alive);
    const somewhere = draws.chance(30) ? ['*', '*'] : [sim.nameOf(a.node), sim.nameOf(b.node)];
    const link = options => {
      sim.network.link(...somewhere, options);
      this.#healLater();
    };
    this.books.count(`fault: ${kind}`);
    switch (kind) {
      case 'loss':
        return link({ loss: draws.between(1, 40) });
      case 'duplicate':
        return link({ duplicate: draws.between(1, 40) });
      case 'reorder':
        return link({ reorder: draws.between(1, 40) });
      case 'spikes':
        return link({
          delay: draws.between(0, plan.maxSilence / 4),
          jitter: draws.between(0, plan.maxSilence / 4),
        });
      case 'slow':
        return link({ bandwidth: draws.between(20_000, 2_000_000) });
      case 'partition':
      case 'oneWay':
        sim.partition(a.node, b.node, { oneWay: kind === 'oneWay' });
        return this.#healLater();
      case 'crash':
      case 'stop':
        if (alive.length < 2) return undefined;
        return this.#end(one, kind);
      case 'freeze':
      case 'pause':
        if (one !== undefined) sim[kind](one.node, draws.between(10, plan.maxSilence * 2));
        return undefined;
      default:
        throw new Error(`there is no fault ${kind}`);
    }
  }

  #healLater() {
    this.#in(this.draws.between(50, this.plan.maxSilence * 2.5), () => this.sim.heal());
  }

  async #end(life, kind) {
    const { sim, draws, books, plan } = this;
    if (kind === 'stop') {
      life.stopping = life.node.stop();
      books.nodeEnded(life);
    } else {
      sim.crash(life.node);
      books.nodeEnded(life);
    }
    const pause = draws.one([0, 100, plan.maxSilence * 3]);
    if (pause === 0) await this.#restart(life);
    else this.#in(draws.between(0, pause), () => this.#restart(life));
  }

  async #restart(life) {
    this.books.count('node restarted');
    if (life.stopping !== undefined) await this.sim.runUntil(life.stopping, 60_000);
    if (life.isAlive) {
      this.sim.crash(life.node);
      this.books.nodeEnded(life);
    }
    this.#furnish(await this.sim.restart(life.node));
  }

  // ---- afterwards ---------------------------------------------------------------------------------------------------

  async #calm() {
    const { sim, plan } = this;
    sim.heal();
    await this.#keepAgenda(Number.POSITIVE_INFINITY);
    sim.heal();
    // Whoever is frozen or paused goes on by then, and whoever is silent has been given up.
    await sim.run(plan.maxSilence * 4 + 3000);
    if (!plan.restartsQuarantined) return;
    for (const life of this.#alive) {
      const hasTrouble = this.#alive.some(other => other !== life && isEstranged(life, other));
      if (hasTrouble) await this.#restart(life);
    }
    await sim.run(plan.maxSilence * 2 + 1000);
  }

  /** Every node must be able to ask every other, unless they have given each other up for good. */
  async #converge() {
    const { sim, books } = this;
    const deadline = sim.now + convergence;
    const pairs = this.#alive.flatMap(a =>
      this.#alive.filter(b => b !== a && !isEstranged(a, b)).map(b => [a, b]),
    );
    let left = pairs;
    while (left.length > 0 && sim.now < deadline) {
      const asks = left.map(([a, b]) => a.node.lookup(`${b.address}/ping`).ask('ping', { timeout: 4000 }));
      const all = Promise.allSettled(asks);
      await sim.runUntil(all, 5000);
      const outcomes = await all;
      left = left.filter((_, i) => outcomes[i].status === 'rejected');
    }
    books.count('pairs that converged', pairs.length - left.length);
    for (const [a, b] of left) if (!isEstranged(a, b)) books.violated(`${a.name} still can't ask ${b.name}`);
  }

  async #stopAll() {
    const { sim, books } = this;
    for (const life of this.#alive) {
      const ok = await sim.runUntil(life.node.stop(), 30_000);
      if (!ok) books.violated(`${life.name} did not stop`);
      else if (sim.pendingTimers(life.node) > 0)
        books.violated(`${life.name} has stopped with ${sim.pendingTimers(life.node)} timers pending`);
    }
  }
}
