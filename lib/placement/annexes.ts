/** The threads and processes of one node, and the remoting between them and it. Loaded by the first actor that runs in one. */
import { NodeStopped } from '../base/errors.ts';
import { floorOf } from '../base/log.ts';
import type { Cancel } from '../base/world.ts';
import type { CrossingClass } from '../core/actor.ts';
import { Uri } from '../core/address.ts';
import { DeadInlet } from '../core/deadLetters.ts';
import {
  ErrorIgnored,
  EventStream,
  InvalidMessage,
  MalformedInput,
  NodeRefused,
  NodeUp,
} from '../core/events.ts';
import type { DeadLetterReason } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import type { Parts, System } from '../core/system.ts';
import type { RemotingHost } from '../remoting/host.ts';
import type { RemotingOptions } from '../remoting/options.ts';
import { Remoting } from '../remoting/remoting.ts';
import { Annex } from './annex.ts';
import { AwayInlet, type HasWay, type Way } from './away.ts';
import { addressOf, ForeignRef, isForeign, isForeignName } from './border.ts';
import { ControlCodec } from './control.ts';
import { HandedRef } from './handOver.ts';
import type { Line, LineHearer, Setup } from './line.ts';
import { linkOptionsOf } from './linkOptions.ts';
import { LinkRealm } from './linkRealm.ts';
import { LocalExchange } from './localExchange.ts';
import { OutpostSystem } from './outpostSystem.ts';
import { beatIntervalOf, maxBusyOf, type Place } from './place.ts';
import { portTransport } from './portTransport.ts';
import { ProcessLine } from './processLine.ts';
import { ThreadLine } from './threadLine.ts';
import { Arrived, isParked, movedFrom } from './transfer.ts';

/** What the node is called on the links to its parts. */
const home = 'home:1';

/** How long, in ms, a thread that was started in advance waits for an actor. */
const spareTime = 10_000;

interface Spare {
  readonly place: Place;
  readonly url: string;
  readonly annex: Annex;
  readonly cancel: Cancel;
}

const all = new WeakMap<System, Promise<Annexes>>();

export class Annexes implements Parts {
  readonly #system: System;
  readonly #exchange: LocalExchange;
  readonly #codec: ControlCodec;
  readonly #remoting: Remoting;
  readonly #byId = new Map<string, Annex>();
  /** Those whose thread or process is there, also when nobody is sent there any more. */
  readonly #present = new Set<Annex>();
  readonly #shared = new Map<string, Annex>();
  #spare: Spare | undefined;
  #started = 0;
  #isClosed = false;

  /** Those of a system: made when the first one is needed. */
  static of(system: System): Promise<Annexes> {
    let annexes = all.get(system);
    if (annexes === undefined) {
      annexes = open(system);
      all.set(system, annexes);
    }
    return annexes;
  }

  /** @internal */
  constructor(system: System, exchange: LocalExchange, remoting: Remoting, codec: ControlCodec) {
    this.#system = system;
    this.#exchange = exchange;
    this.#remoting = remoting;
    this.#codec = codec;
    for (const registered of system.registered) this.register(registered);
  }

  register(registered: CrossingClass): void {
    this.#remoting.register(registered);
    this.#codec.register(registered);
  }

  get queued(): number {
    return this.#remoting.queued;
  }

  /** Its secret ends with the id of the thread or process that it is in. */
  asker(path: string): Ref | undefined {
    const [, id] = /~([^~]+)$/.exec(path) ?? [];
    const inner = id?.startsWith(prefixOf(this.#system))
      ? id.slice(prefixOf(this.#system).length)
      : undefined;
    const annex = inner === undefined ? undefined : this.#byId.get(inner.split('.')[0] as string);
    if (annex === undefined) return undefined;
    return new Ref(new AwayInlet(this.#system, () => (annex.isOver ? undefined : annex)), undefined, path);
  }

  /** The thread or process for an actor that is about to move in. @throws Error when there can be none */
  async find(place: Place, url: string): Promise<Annex> {
    if (this.#isClosed) throw new NodeStopped('the node has been stopped: it starts no threads any more');
    const key = place.shared && `${place.kind} ${place.shared}`;
    const annex =
      (key === undefined ? this.#takeSpare(place, url) : this.#shared.get(key)) ??
      this.#start(place, url, key);
    annex.expect();
    await annex.up;
    return annex;
  }

  /** One that was started when another one seemed to be lost, for the same kind of actor. */
  #takeSpare(place: Place, url: string): Annex | undefined {
    const spare = this.#spare;
    if (spare === undefined || spare.place !== place || spare.url !== url || spare.annex.isOver)
      return undefined;
    this.#spare = undefined;
    spare.cancel();
    return spare.annex;
  }

  /** Another one will be needed soon: starting it takes longer than anybody should wait. */
  #startSpare(place: Place, url: string): void {
    if (this.#isClosed || this.#spare !== undefined) return;
    const annex = this.#start(place, url, undefined);
    const drop = () => {
      this.#spare = undefined;
      void annex.end();
    };
    this.#spare = { place, url, annex, cancel: this.#system.clock.after(spareTime, drop) };
  }

  #start(place: Place, url: string, key: string | undefined): Annex {
    const id = String(++this.#started);
    const peer = `${place.kind}-${prefixOf(this.#system)}${id}:0`;
    const annex: Annex = new Annex({
      system: this.#system,
      place,
      maxBusy: maxBusyOf(place, this.#system.remoting),
      peer,
      inlet: this.#remoting.route(peer),
      codec: this.#codec,
      start: hearer => this.#line(this.#setup(place, url, id, peer), place, url, hearer),
      onSuspect: () => {
        if (key === undefined) this.#startSpare(place, url);
      },
      onOver: () => {
        this.#byId.delete(id);
        if (key !== undefined && this.#shared.get(key) === annex) this.#shared.delete(key);
      },
      onExit: () => this.#present.delete(annex),
    });
    this.#byId.set(id, annex);
    this.#present.add(annex);
    if (key !== undefined) this.#shared.set(key, annex);
    return annex;
  }

  #line(setup: Setup, place: Place, url: string, hearer: LineHearer): Line {
    if (place.kind === 'process')
      return new ProcessLine(setup, place, this.#exchange, this.#system.world, hearer);
    return new ThreadLine(setup, place, url, this.#exchange, this.#system.clock, hearer);
  }

  #setup(place: Place, url: string, id: string, peer: string): Setup {
    const { address, aliases, shutdownTimeout } = this.#system;
    return {
      peer,
      id: prefixOf(this.#system) + id,
      home,
      address,
      aliases: [...aliases],
      shutdownTimeout,
      beatInterval: beatIntervalOf(maxBusyOf(place, this.#system.remoting)),
      remoting: limitsOf(this.#system.remoting),
      logLevel: floorOf(this.#system.logger),
      url,
    };
  }

  /** @internal The link to a part of the node stands. */
  linkUp(peer: string): void {
    for (const annex of this.#byId.values()) if (annex.peer === peer) annex.linkUp();
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#spare?.cancel();
    await Promise.all([...this.#present].map(annex => annex.end()));
    await this.#remoting.stop();
  }
}

/** What the other end has to know of them, too. */
const limitsOf = ({ queueLimit, maxMessageSize }: RemotingOptions) => ({ queueLimit, maxMessageSize });

/** A thread of a thread has the id of that in front of its own. */
const prefixOf = (system: System) => (system instanceof OutpostSystem ? `${system.id}.` : '');

async function open(system: System): Promise<Annexes> {
  const soon = (run: () => void) => system.world.scheduler.soon(run);
  const exchange = new LocalExchange(soon);
  const events = new EventStream();
  const arrived = new Arrived(soon);
  const host = hostOf(system, events, arrived);
  const remoting = await Remoting.start(
    host,
    { address: home, advertise: undefined },
    linkOptionsOf(system.remoting),
    portTransport(exchange, (id, buffers) => arrived.add(id, buffers)),
  );
  const annexes = new Annexes(system, exchange, remoting, new ControlCodec(host));
  events.subscribe(NodeUp, ({ address }) => annexes.linkUp(address));
  system.parts = annexes;
  // Those of a thread end with it.
  if (!(system instanceof OutpostSystem))
    system.node.shutdown.addTask('afterStop', 'threads and processes', () => annexes.close());
  return annexes;
}

/** The same node, as its parts see it. */
function hostOf(system: System, events: EventStream, arrived: Arrived): RemotingHost {
  // That a part is up or down concerns nobody; what is wrong does.
  for (const event of [MalformedInput, NodeRefused, InvalidMessage])
    events.subscribe(event as new () => object, told => system.events.publish(told));
  const at = (address: string): Ref => {
    const { node, path } = Uri.parse(address);
    if (node !== undefined && !system.isOwn(node)) return system.remoteRef(node, path);
    return system.resolve(path) ?? system.deadRef(path);
  };
  const resolve = (name: string): Ref | undefined => {
    if (!isForeignName(name)) return system.resolve(name);
    const real = at(addressOf(name));
    return isForeign(system, real) ? new ForeignRef(real) : real;
  };
  return {
    world: system.world,
    version: 'a part of the node',
    incarnation: system.world.uuid(),
    realm: new LinkRealm(system, (message, sender, to, reason) => {
      if (!(to instanceof HandedRef)) return false;
      // Else it stands in the ledger, which says what becomes of it, as of all that was handed over.
      if (refusals.has(reason)) system.deadLetter(movedFrom(message) ?? message, sender, to.real, reason);
      else system.counts.transmitted++;
      return true;
    }),
    counts: system.counts,
    bench: system,
    events,
    resolve,
    deadRef: path => system.deadRef(path),
    refAt: text => {
      // Not a ref, but what belongs in its place.
      if (isParked(text)) return arrived.at(text) as Ref;
      return isForeignName(text) ? (resolve(text) ?? system.deadRef(text)) : at(text);
    },
    accepts: () => undefined,
    isTrusting: true,
    livesOn: ({ inlet }, peer) =>
      inlet instanceof DeadInlet || (inlet as Partial<HasWay>).way?.peer === (peer satisfies Way['peer']),
    onTaken: (message, sender, to, baggage) => {
      if (to instanceof HandedRef) to.ledger.add(message, sender, baggage);
    },
    warn: text => system.logger.warn(text),
    ignoreError: (error, where) => system.events.publish(new ErrorIgnored(undefined, error, where)),
  };
}

/** Why a link does not take a message: then it was not handed over. */
const refusals: ReadonlySet<DeadLetterReason> = new Set(['overflow', 'unserializable', 'tooLarge']);
