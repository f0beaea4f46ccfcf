// What is known of everything that was sent, watched, asked and stopped, and of all that lived: the history that the
// invariants are checked against.

/** One life of a node, as its own events tell it. */
export class NodeLife {
  constructor(node, name) {
    this.node = node;
    this.name = name;
    this.address = node.address;
    this.incarnation = node.incarnation;
    this.endedAt = undefined;
    /** What it was told of others, in order: { address, incarnation, reason, at }. */
    this.downs = [];
    this.quarantined = [];
    /** The incarnation of each node that it sees now. */
    this.up = new Map();
  }

  get isAlive() {
    return this.endedAt === undefined;
  }
}

export class Books {
  constructor(now) {
    this.now = now;
    this.lives = [];
    /** The actor that lives at an address. */
    this.living = new Map();
    this.sends = [];
    this.watches = [];
    this.asks = [];
    this.stops = [];
    this.nodes = [];
    this.violations = [];
    this.counts = {};
    this.lastHandled = new Map();
    this.sequences = new Map();
  }

  count(name, by = 1) {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  violated(text) {
    this.violations.push(`at ${Math.round(this.now())} ms: ${text}`);
  }

  // ---- lives --------------------------------------------------------------------------------------------------------

  born(nodeLife, path) {
    const life = {
      id: this.lives.length,
      nodeLife,
      address: nodeLife.address + path,
      startedAt: this.now(),
      endedAt: undefined,
    };
    this.lives.push(life);
    this.living.set(life.address, life);
    return life;
  }

  ended(address, reason) {
    const life = this.living.get(address);
    if (life === undefined) return;
    this.count(`ended: ${reason}`);
    life.endedAt = this.now();
    this.living.delete(address);
  }

  nodeEnded(nodeLife) {
    nodeLife.endedAt = this.now();
    for (const life of [...this.living.values()])
      if (life.nodeLife === nodeLife) this.ended(life.address, 'its node');
  }

  // ---- messages -----------------------------------------------------------------------------------------------------

  /** A message is about to be told; its id goes with it. */
  sent(life, to, stream) {
    const key = `${life.id} > ${to.address} ${stream}`;
    const seq = (this.sequences.get(key) ?? 0) + 1;
    this.sequences.set(key, seq);
    const send = {
      id: this.sends.length,
      life,
      to: to.address,
      key,
      seq,
      at: this.now(),
      handled: 0,
      dead: [],
    };
    this.sends.push(send);
    return send;
  }

  handled(id, life) {
    const send = this.sends[id];
    send.handled++;
    if (send.handled > 1) this.violated(`message ${id} to ${send.to} was handled ${send.handled} times`);
    const key = `${send.key} | ${life.id}`;
    const last = this.lastHandled.get(key) ?? 0;
    if (send.seq < last) this.violated(`${send.key}: ${send.seq} came after ${last}`);
    this.lastHandled.set(key, send.seq);
  }

  dead(id, nodeLife, path, reason) {
    this.sends[id]?.dead.push({ nodeLife, path, reason });
  }

  // ---- watches, asks, stops -----------------------------------------------------------------------------------------

  watched(life, ref) {
    const target = this.living.get(ref.address);
    const node = ref.address.slice(0, ref.address.indexOf('/'));
    const entry = {
      life,
      to: ref.address,
      target,
      at: this.now(),
      seen: life.nodeLife.up.get(node),
      reasons: [],
      /** In one millisecond a node may be declared down and an actor there be watched after that. */
      downsBefore: life.nodeLife.downs.length,
      unwatchedAt: undefined,
    };
    this.watches.push(entry);
    return entry;
  }

  terminated(watch, reason) {
    this.count(`Terminated: ${reason}`);
    watch.reasons.push(reason);
    if (watch.unwatchedAt !== undefined)
      this.violated(`${watch.to} was unwatched and has terminated (${reason})`);
    if (watch.reasons.length > 1) this.violated(`${watch.to} has terminated twice: ${watch.reasons}`);
  }

  asked(life, send) {
    const entry = { life, send, isSettled: false };
    this.asks.push(entry);
    return entry;
  }

  stopped(life, to) {
    const target = this.living.get(to.address);
    if (target !== undefined) this.stops.push({ life, target, at: this.now() });
  }
}
