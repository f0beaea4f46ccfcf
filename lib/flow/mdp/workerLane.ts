/** A worker, as a broker knows it, with its socket. */
import { asError } from '../../base/errors.ts';
import type { FlowSocket, OpenSocket } from '../sockets.ts';
import type { Body } from './body.ts';
import type { Note } from './note.ts';
import type { Worker, WorkerEffect } from './worker.ts';

export interface WorkerLaneHost {
  readonly open: OpenSocket;
  now(): number;
  /** There is something to do, which `reply` ends. */
  request(lane: WorkerLane, body: Body): void;
  note(note: Note): void;
  failed(error: unknown): void;
}

export class WorkerLane {
  readonly broker: string;
  readonly #worker: Worker;
  readonly #host: WorkerLaneHost;
  readonly #closing = new Set<Promise<void>>();
  #socket: FlowSocket | undefined;
  #isLeaving = false;

  constructor(broker: string, worker: Worker, host: WorkerLaneHost) {
    this.broker = broker;
    this.#worker = worker;
    this.#host = host;
    this.#take(worker.start(host.now()));
  }

  /** Whether the broker may send it something to do. */
  get isTalking(): boolean {
    return this.#worker.isTalking;
  }

  tick(): void {
    this.#take(this.#worker.tick(this.#host.now()));
  }

  reply(body: Body): void {
    this.#take(this.#worker.reply(body, this.#host.now()));
    if (this.#isLeaving) this.stop();
  }

  /** Says goodbye to the broker as soon as it has nothing to do. */
  leave(): void {
    this.#isLeaving = true;
    if (!this.#worker.isBusy) this.stop();
  }

  /** Says goodbye to the broker. */
  stop(): void {
    this.#take(this.#worker.stop(this.#host.now()));
  }

  /** Resolves when its sockets are closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #take(effects: readonly WorkerEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'open') this.#open();
      else if (effect.type === 'send') this.#socket?.send(effect.frames);
      else if (effect.type === 'close') this.#close();
      else if (effect.type === 'request') this.#host.request(this, effect.body);
      else this.#host.note(effect);
    }
  }

  #open(): void {
    const { open, now, failed, note } = this.#host;
    const socket: FlowSocket = open({
      kind: 'dealer',
      receive: frames => {
        if (this.#socket === socket) this.#take(this.#worker.receive(frames, now()));
      },
      failed,
    });
    this.#socket = socket;
    try {
      socket.connect(this.broker);
    } catch (error) {
      note({ type: 'note', level: 'warn', text: asError(error).message });
    }
  }

  #close(): void {
    const closing = this.#socket?.close();
    this.#socket = undefined;
    if (closing === undefined) return;
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}
