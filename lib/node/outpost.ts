/** The program that a thread or child process of a node runs: an outpost of it, with as much of a node as actors there can use. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { RemotingError } from '../base/errors.ts';
import { systemScheduler } from '../base/world.ts';
import { Command } from '../command/command.ts';
import type { NodeFace } from '../core/actor.ts';
import { ActorError, EventStream } from '../core/events.ts';
import type { Setup } from '../placement/line.ts';
import { Outpost } from '../placement/outpost.ts';
import { type Channel, ChannelPort, type Port, ThreadPort } from '../placement/port.ts';
import type { LentMemory } from '../placement/threadLine.ts';
import { narrate } from './narrator.ts';

const here = (what: string, instead: string) =>
  new RemotingError(`${what} can't be used in a thread or process of a node; ${instead}`);

/** The node as actors there see it. */
function makeNode(outpost: Outpost): NodeFace {
  const face: NodeFace = {
    get address() {
      return outpost.system.address;
    },
    get incarnation() {
      return outpost.incarnation;
    },
    get guardian() {
      return outpost.system.refElsewhere('/');
    },
    get events() {
      return outpost.system.events;
    },
    get groups(): never {
      throw here('node.groups', 'let an actor of the main thread join');
    },
    get instruments() {
      return outpost.system.instruments;
    },
    get shutdown(): never {
      throw here('node.shutdown', 'add tasks in the main thread');
    },
    stopped: new Promise(() => {}), // it ends with the thread
    peers: () => {
      throw here('node.peers', 'ask an actor of the main thread');
    },
    spawn: () => {
      throw here('node.spawn', 'spawn children, or ask an actor of the main thread to spawn');
    },
    lookup: address => outpost.system.lookup(address) as never,
    stats: () => outpost.system.stats(outpost.queued),
    register: registered => outpost.register(registered),
    stop: reason => {
      outpost.report({ report: 'stopNode', reason });
      return face.stopped;
    },
  };
  return face;
}

/** What its supervisor is told of, the node writes down itself. */
function narrateOwn({ system }: Outpost): void {
  const own = new EventStream();
  system.events.subscribe(Object, event => {
    if (!(event instanceof ActorError && system.hosted.has(event.ref.path))) own.publish(event);
  });
  narrate(system, false, own);
}

/** What it was started with. */
interface Start {
  readonly setup: Setup;
  readonly port: Port;
  readonly say: (report: Uint8Array) => void;
  /** Calls `obey` with every order, and `lend` with memory that is sent beside them. */
  readonly hear: (obey: (order: Uint8Array) => void, lend: Outpost['lend']) => void;
}

function startOfThread(control: NonNullable<typeof parentPort>): Start {
  const { troupe: setup, port } = workerData as {
    troupe: Setup;
    port: MessagePort;
  };
  return {
    setup,
    port: new ThreadPort(port, systemScheduler.soon),
    say: report => control.postMessage(report),
    hear: (obey, lend) =>
      void control.on('message', (said: Uint8Array | LentMemory) => {
        if (said instanceof Uint8Array) obey(said);
        else lend(said.id, said.memory);
      }),
  };
}

function startOfProcess(): Start {
  const port = new ChannelPort(process as Channel);
  // It is a part of its node, and ends with that; an interrupt from the keyboard, or the terminal that hangs up, is for the node.
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  // Who stops a group of processes does not mean to interrupt what is under way.
  process.on('SIGTERM', () => outpost.finish());
  return {
    setup: JSON.parse(process.argv[2] as string) as Setup,
    port,
    say: report => port.sayControl(report),
    hear: obey => {
      port.onControl = obey;
    },
  };
}

const { setup, port, say, hear } = parentPort === null ? startOfProcess() : startOfThread(parentPort);
const outpost: Outpost = new Outpost({ setup, port, say, makeNode });
narrateOwn(outpost);
hear(
  order => outpost.obey(order),
  (id, memory) => outpost.lend(id, memory),
);
await outpost.open();
outpost.register(Command);
