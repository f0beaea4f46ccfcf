/** A thread or process of a node, seen from inside: does what the node orders, and reports. */
import { asError, CreateFailed } from '../base/errors.ts';
import { type Log, type LogRecord, packRecord, structuredLogger } from '../base/log.ts';
import { type World, world } from '../base/world.ts';
import { Actor, type CrossingClass, type NodeFace } from '../core/actor.ts';
import { entered } from '../core/ambient.ts';
import { ErrorIgnored, EventStream } from '../core/events.ts';
import type { Inlet } from '../core/inlet.ts';
import { PoisonPill } from '../core/message.ts';
import { Props, type StandardSchemaV1 } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import { defaultStrategy } from '../core/supervision.ts';
import type { RemotingHost } from '../remoting/host.ts';
import { Remoting } from '../remoting/remoting.ts';
import { ControlCodec, type Order, type Report } from './control.ts';
import { Door } from './door.ts';
import { doorName } from './doorName.ts';
import { type HostedCell, host } from './hostedCell.ts';
import type { Setup } from './line.ts';
import { linkOptionsOf } from './linkOptions.ts';
import { LinkRealm } from './linkRealm.ts';
import { obey } from './orders.ts';
import { OutpostSystem } from './outpostSystem.ts';
import type { Port } from './port.ts';
import { type Exchange, portTransport } from './portTransport.ts';
import { Progress } from './progress.ts';
import { busyActor } from './sampleWorker.ts';
import { SharedTally, type Tally } from './tally.ts';
import { WrittenTally } from './tallyFile.ts';
import { Arrived, isParked, MovingInlet } from './transfer.ts';

export interface OutpostParts {
  readonly setup: Setup;
  /** Leads to the node. */
  readonly port: Port;
  readonly say: (report: Uint8Array) => void;
  readonly makeNode: (outpost: Outpost) => NodeFace;
}

export class Outpost {
  readonly system: OutpostSystem;
  readonly incarnation: string;
  readonly #parts: OutpostParts;
  readonly #codec: ControlCodec;
  readonly #arrived = new Arrived(run => this.system.world.scheduler.soon(run));
  readonly #hosted = new Map<number, HostedCell>();
  /** Memory that the node has lent, and that is still to be used. */
  readonly #lent = new Map<number, Tally>();
  #remoting: Remoting | undefined;

  constructor(parts: OutpostParts) {
    const { setup } = parts;
    this.#parts = parts;
    const own = worldOf(setup);
    this.incarnation = own.uuid();
    this.system = new OutpostSystem(setup.id, parts.makeNode(this), {
      world: own,
      logger: this.#logger(),
      supervision: defaultStrategy,
      shutdownTimeout: setup.shutdownTimeout,
      remoting: setup.remoting,
    });
    this.system.address = setup.address;
    for (const alias of setup.aliases) this.system.aliases.add(alias);
    this.#codec = new ControlCodec({ refAt: text => this.system.refFor(text) });
    Object.defineProperty(globalThis, busyActor, {
      value: () => (entered() as { ref?: Ref } | undefined)?.ref?.path,
    });
  }

  /** Connects with the node. */
  async open(): Promise<void> {
    const { setup, port } = this.#parts;
    const exchange: Exchange = {
      bind: address => address,
      unbind: () => {},
      dial: () => port,
    };
    const remoting = await Remoting.start(
      this.#host(),
      { address: undefined, advertise: setup.peer },
      linkOptionsOf(setup.remoting),
      portTransport(exchange, (id, buffers) => this.#arrived.add(id, buffers)),
    );
    this.#remoting = remoting;
    const link = remoting.route(setup.home) as Inlet<Ref>;
    const { move } = port;
    this.system.home = move === undefined ? link : new MovingInlet(link, `from ${setup.peer}`, move);
    remoting.connect(setup.home);
    this.#beat();
    // Whoever needs it hears what is wrong with it.
    import(setup.url).catch(() => {});
  }

  register(registered: CrossingClass): void {
    this.#remoting?.register(registered);
    this.#codec.register(registered);
  }

  get queued(): number {
    return this.#remoting?.queued ?? 0;
  }

  report(report: Report): void {
    this.#parts.say(this.#codec.encode(report));
  }

  #beat(): void {
    this.report({ report: 'beat' });
    const { beatInterval } = this.#parts.setup;
    if (beatInterval > 0) this.system.clock.after(beatInterval, () => this.#beat());
  }

  /** Ends the actors that were spawned here, each after all that it has been told. */
  finish(): void {
    for (const { ref } of this.#hosted.values()) ref.tell(PoisonPill);
  }

  // ---- orders -------------------------------------------------------------------------------------------------------

  /** What the node says. */
  obey(bytes: Uint8Array): void {
    const order = this.#codec.decode(bytes) as Order;
    if (order.op === 'spawn') return void this.#spawn(order);
    const cell = this.#hosted.get(order.id);
    if (cell !== undefined) obey(cell, order, report => this.report(report));
  }

  /** Memory that the node sees, too, for an actor that it is about to order. */
  lend(id: number, memory: SharedArrayBuffer): void {
    this.#lent.set(id, new SharedTally(memory));
  }

  #progressOf({ id, region }: Order & { op: 'spawn' }): Progress | undefined {
    const { tallies } = this.#parts.setup;
    const tally =
      region !== undefined && tallies !== undefined ? new WrittenTally(tallies, region) : this.#lent.get(id);
    this.#lent.delete(id);
    return tally && new Progress(tally);
  }

  async #spawn(order: Order & { op: 'spawn' }): Promise<void> {
    const { id, url, className, params, parent, name, failure: before } = order;
    const progress = this.#progressOf(order);
    let door: Door | undefined;
    try {
      const actorClass = pick(await load(url), className, url);
      const { accepts } = actorClass as { accepts?: StandardSchemaV1 };
      const create = () => new actorClass();
      const props = new Props(actorClass.name, create, params, accepts, undefined, actorClass);
      const cell = host(
        this.system,
        parent,
        { props, name, before, progress },
        {
          started: () => this.report({ report: 'started', id }),
          startFailed: error => this.#reportFailure({ report: 'startFailed', id, error }),
          ended: () => this.report({ report: 'ended', id }),
          failed: ({ error, message }) => this.#reportFailure({ report: 'failed', id, error, message }),
          aside: said => this.report({ report: 'aside', id, said }),
          gone: reason => {
            this.#hosted.delete(id);
            door?.close();
            this.report({ report: 'gone', id, reason });
          },
        },
      );
      this.#hosted.set(id, cell);
      if (progress !== undefined) {
        door = new Door(cell, progress);
        this.system.openDoor(doorName(id), door.ref);
      }
      if (order.isFed) cell.onIdle = () => this.report({ report: 'idle', id });
    } catch (error) {
      this.#reportFailure({ report: 'startFailed', id, error: asError(error) });
    }
  }

  #reportFailure(report: Report & { report: 'failed' | 'startFailed' }): void {
    this.#parts.say(this.#codec.encodeFailure(report));
  }

  // ---- what it stands on --------------------------------------------------------------------------------------------

  #logger(): Log {
    const report = (record: LogRecord) => this.report({ report: 'log', record: packRecord(record) });
    return structuredLogger(report, { level: this.#parts.setup.logLevel });
  }

  #host(): RemotingHost {
    const { system } = this;
    return {
      world: system.world,
      version: 'a part of the node',
      incarnation: this.incarnation,
      realm: new LinkRealm(system, (_message, _sender, to) => {
        if (to.inlet instanceof Door) to.inlet.missed();
        return false;
      }),
      counts: system.counts,
      bench: system,
      // That the node is there is no news.
      events: new EventStream(),
      resolve: path => system.resolveHere(path),
      deadRef: path => system.deadRef(path),
      // Not always a ref: also what belongs in its place.
      refAt: text => (isParked(text) ? (this.#arrived.at(text) as Ref) : system.refFor(text)),
      accepts: () => undefined,
      isTrusting: true,
      livesOn: ref => system.isElsewhere(ref) || ref.inlet === system.home,
      warn: text => system.logger.warn(text),
      ignoreError: (error, where) => system.events.publish(new ErrorIgnored(undefined, error, where)),
    };
  }
}

/** Its asks are known by the end of their secret, so that answers find the way. */
function worldOf({ id }: Setup): World {
  const own = world();
  return { ...own, secret: () => `${own.secret()}~${id}` };
}

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (thrown) {
    throw new CreateFailed(`${url} can't be loaded: ${asError(thrown).message}`, { cause: thrown });
  }
}

type AnyClass = new () => Actor<unknown, unknown>;

function pick(exports: Record<string, unknown>, name: string, url: string): AnyClass {
  // What a CommonJS module exports may be known through its default export alone.
  const { default: whole } = exports;
  const all: Record<string, unknown> = { ...(whole as object | undefined), ...exports };
  const isNamed = (value: unknown) => isActorClass(value) && value.name === name;
  const found = isActorClass(all[name]) ? all[name] : Object.values(all).find(isNamed);
  if (isActorClass(found)) return found;
  throw new CreateFailed(
    `${url} exports no class of actors with the name ${name}: put \`export\` before the class, and let the module use the same troupe`,
  );
}

const isActorClass = (value: unknown): value is AnyClass =>
  typeof value === 'function' && value.prototype instanceof Actor;
