/**
 * A small world for the three machines of MajorDomo: sockets that keep the order of what they carry, connections that break with
 * the process at one end, time that passes as fast as its events are handled. All chance comes from the seed.
 */
import { Broker, type BrokerEffect, type BrokerOptions } from '../../../lib/flow/mdp/broker.ts';
import { Client, type ClientEffect, type ClientOptions } from '../../../lib/flow/mdp/client.ts';
import { Worker, type WorkerEffect, type WorkerOptions } from '../../../lib/flow/mdp/worker.ts';
import { seededRandom } from '../../../lib/testkit/seededRandom.ts';

type Frames = readonly Buffer[];

/** A connection from somebody's socket to a life of the broker. */
interface Socket {
  readonly address: Buffer;
  /** When what was sent last arrives. */
  inbound: number;
  outbound: number;
  isOpen: boolean;
  receive(frames: Frames): void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly broker?: BrokerOptions;
  readonly client?: ClientOptions;
  readonly worker?: WorkerOptions;
  /** The longest time, in ms, that a worker takes. */
  readonly work?: number;
  /** Whether the broker hears at once of connections that have gone. */
  readonly isTold?: boolean;
}

export class MajordomoWorld {
  now = 0;
  readonly random: () => number;
  readonly options: WorldOptions;
  /** What each request, by its body, has ended with. */
  readonly outcomes = new Map<string, string[]>();
  /** How often each request was begun by a worker. */
  readonly begun = new Map<string, number>();
  readonly workers: SimulatedWorker[] = [];
  readonly client: SimulatedClient;
  broker: Broker;
  /** Each life of the broker has sockets of its own. */
  #sockets = new Map<string, Socket>();
  #lastSocket = 0;
  #order = 0;
  #events: { at: number; order: number; run: () => void }[] = [];

  constructor(options: WorldOptions) {
    this.options = options;
    this.random = seededRandom(options.seed);
    this.broker = new Broker(options.broker);
    this.client = new SimulatedClient(this);
    this.#beat(this.broker);
  }

  at(at: number, run: () => void): void {
    this.#events.push({ at, order: this.#order++, run });
  }

  after = (delay: number, run: () => void) => this.at(this.now + delay, run);

  run(until: number): void {
    for (;;) {
      this.#events.sort((one, other) => one.at - other.at || one.order - other.order);
      const next = this.#events[0];
      if (next === undefined || next.at > until) break;
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  request = (name: string): void => {
    this.outcomes.set(name, []);
    this.client.request(name);
  };

  spawnWorker = (): void => void this.workers.push(new SimulatedWorker(this));

  /** The broker dies and another one takes its place: it knows nothing of what was before. */
  restartBroker = (): void => {
    this.broker = new Broker(this.options.broker);
    const before = [...this.#sockets.values()];
    this.#sockets = new Map();
    // ZeroMQ connects the sockets again: the new broker knows them by other addresses.
    for (const socket of before) if (socket.isOpen) this.#admit(socket);
    this.#beat(this.broker);
  };

  connect(receive: (frames: Frames) => void): Socket {
    const socket: Socket = { address: Buffer.alloc(0), inbound: 0, outbound: 0, isOpen: true, receive };
    this.#admit(socket);
    return socket;
  }

  send(socket: Socket, frames: Frames): void {
    const { broker } = this;
    socket.inbound = Math.max(socket.inbound, this.now + this.random() * 20);
    this.at(socket.inbound, () => {
      const from = this.#addressOf(socket);
      if (broker === this.broker && from !== undefined) this.#take(broker.receive(from, frames, this.now));
    });
  }

  close(socket: Socket): void {
    socket.isOpen = false;
    this.at(Math.max(this.now, socket.inbound), () => {
      const address = this.#addressOf(socket);
      if (address === undefined) return;
      this.#sockets.delete(address.toString('latin1'));
      if (this.options.isTold) this.#take(this.broker.lost(address, this.now));
    });
  }

  #admit(socket: Socket): void {
    const address = Buffer.from(`\0${++this.#lastSocket}`);
    Object.assign(socket, { address });
    this.#sockets.set(address.toString('latin1'), socket);
  }

  #addressOf(socket: Socket): Buffer | undefined {
    return this.#sockets.has(socket.address.toString('latin1')) ? socket.address : undefined;
  }

  #beat(broker: Broker): void {
    this.after(broker.tickInterval, () => {
      if (broker !== this.broker) return;
      this.#take(broker.tick(this.now));
      this.#beat(broker);
    });
  }

  #take(effects: readonly BrokerEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'note') continue;
      const socket = this.#sockets.get(effect.to.toString('latin1'));
      if (socket === undefined) {
        const { broker } = this;
        this.after(0, () => broker === this.broker && this.#take(broker.undelivered(effect, this.now)));
        continue;
      }
      socket.outbound = Math.max(socket.outbound, this.now + this.random() * 20);
      this.at(socket.outbound, () => {
        if (socket.isOpen) socket.receive(effect.frames);
      });
    }
  }
}

export class SimulatedWorker {
  readonly machine: Worker;
  isAlive = true;
  readonly #world: MajordomoWorld;
  #socket: Socket | undefined;

  constructor(world: MajordomoWorld) {
    this.#world = world;
    this.machine = new Worker('echo', world.options.worker ?? {}, world.random);
    this.#take(this.machine.start(world.now));
    this.#beat();
  }

  /** Nothing more is heard of it. */
  kill = (): void => {
    this.isAlive = false;
    if (this.#socket !== undefined) this.#world.close(this.#socket);
  };

  stop = (): void => {
    this.#take(this.machine.stop(this.#world.now));
    this.isAlive = false;
  };

  #beat(): void {
    this.#world.after(this.machine.tickInterval, () => {
      if (!this.isAlive) return;
      this.#take(this.machine.tick(this.#world.now));
      this.#beat();
    });
  }

  #take(effects: readonly WorkerEffect[]): void {
    const world = this.#world;
    for (const effect of effects) {
      if (effect.type === 'open') this.#open();
      else if (effect.type === 'send') world.send(this.#socket as Socket, effect.frames);
      else if (effect.type === 'close') world.close(this.#socket as Socket);
      else if (effect.type === 'request') this.#work(effect.body);
    }
  }

  #open(): void {
    const socket: Socket = this.#world.connect(frames => {
      if (this.isAlive && this.#socket === socket) this.#take(this.machine.receive(frames, this.#world.now));
    });
    this.#socket = socket;
  }

  #work(body: Frames): void {
    const world = this.#world;
    const name = String(body[0]);
    world.begun.set(name, (world.begun.get(name) ?? 0) + 1);
    world.after(world.random() * (world.options.work ?? 100), () => {
      if (this.isAlive) this.#take(this.machine.reply([Buffer.from(`${name}!`)], world.now));
    });
  }
}

class SimulatedClient {
  readonly machine: Client;
  readonly #world: MajordomoWorld;
  readonly #sockets = new Map<number, Socket>();
  readonly #names = new Map<number, string>();

  constructor(world: MajordomoWorld) {
    this.#world = world;
    this.machine = new Client(world.options.client);
    this.machine.setBrokers(['tcp://broker:5555'], 0);
    this.#beat();
  }

  request(name: string): void {
    const { id, effects } = this.machine.request('echo', [Buffer.from(name)], this.#world.now);
    this.#names.set(id, name);
    this.#take(effects);
  }

  #beat(): void {
    this.#world.after(this.machine.tickInterval, () => {
      this.#take(this.machine.tick(this.#world.now));
      this.#beat();
    });
  }

  #take(effects: readonly ClientEffect[]): void {
    const world = this.#world;
    for (const effect of effects) {
      if (effect.type === 'open') this.#open(effect.lane);
      else if (effect.type === 'send') world.send(this.#sockets.get(effect.lane) as Socket, effect.frames);
      else if (effect.type === 'close') this.#close(effect.lane);
      else if (effect.type === 'reply') this.#end(effect.request, String(effect.body[0]));
      else if (effect.type === 'failed') this.#end(effect.request, effect.why);
    }
  }

  #open(lane: number): void {
    const world = this.#world;
    const receive = (frames: Frames) => this.#take(this.machine.receive(lane, frames, world.now));
    this.#sockets.set(lane, world.connect(receive));
  }

  #close(lane: number): void {
    this.#world.close(this.#sockets.get(lane) as Socket);
    this.#sockets.delete(lane);
  }

  #end(id: number, outcome: string): void {
    this.#world.outcomes.get(this.#names.get(id) as string)?.push(outcome);
  }
}
