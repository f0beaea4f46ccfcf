/** Events to and from other processes over ZeroMQ. */
import { asError } from '../../base/errors.ts';
import type { Event } from '../events/event.ts';
import { serializeEvent } from '../events/serialize.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount } from '../setup.ts';
import type { FlowSocket, Frame } from '../sockets.ts';
import { received, unreadable } from './received.ts';
import { endpointOf, openSocket, type ZMQParams } from './zmqEndpoint.ts';

/**
 * Sends every event, serialised, as one message to one of the `ZMQPull` at the other end: they take turns. While nobody takes any
 * more, the next events wait. A message that a peer had not read when it ended is lost. After compysition's ZMQPush.
 */
export class ZMQPush extends FlowActor<ZMQParams> {
  static override parameters: ParamNames<ZMQPush> = {
    highWaterMark: true,
    host: true,
    mode: true,
    port: true,
    socketFile: true,
    sockets: true,
    transmissionProtocol: true,
  };
  static override shape = 'cloud';

  readonly #where: string;
  #socket: FlowSocket | undefined;
  #endpoint: string | undefined;

  constructor(name: string, params: ZMQParams & FlowActorOptions = {}) {
    super(name, params);
    this.#where = endpointOf(this, params, 'connect');
  }

  /** What it is bound or connected to; undefined before the start. */
  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  override async preStart(): Promise<void> {
    this.#socket = await openSocket(this.world, this.params, { kind: 'push' });
    this.#endpoint = await attach(this.#socket, this.#where, this.params.mode ?? 'connect');
  }

  override async consume(event: Event): Promise<void> {
    await (this.#socket as FlowSocket).send([Buffer.from(serializeEvent(event))]);
    if (this.outboxes.length > 0) void this.send(event);
  }

  override postStop(): Promise<void> | undefined {
    return this.#socket?.close();
  }
}

export interface ZMQPullParams extends ZMQParams {
  /** The largest message, in bytes (16 MiB): whoever sends a larger one is disconnected. */
  maxFrameSize?: number | undefined;
}

/**
 * Emits the events that `ZMQPush` sends. While there is no room further on, it reads no more. What is no event goes to the error
 * outboxes, as an event with the beginning of it as data. After compysition's ZMQPull.
 */
export class ZMQPull extends FlowActor<ZMQPullParams> {
  static override parameters: ParamNames<ZMQPull> = {
    highWaterMark: true,
    host: true,
    maxFrameSize: true,
    mode: true,
    port: true,
    socketFile: true,
    sockets: true,
    transmissionProtocol: true,
  };
  static override shape = 'cloud';

  readonly #where: string;
  #socket: FlowSocket | undefined;
  #endpoint: string | undefined;

  constructor(name: string, params: ZMQPullParams & FlowActorOptions = {}) {
    super(name, params);
    this.#where = endpointOf(this, params, 'bind');
    const { maxFrameSize } = params;
    const isRight = maxFrameSize === undefined || isCount(maxFrameSize);
    demand(this, 'maxFrameSize', isRight, 'a whole number from 1 up', maxFrameSize);
  }

  /** What it is bound or connected to; undefined before the start. */
  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  override async preStart(): Promise<void> {
    const { maxFrameSize, mode = 'bind' } = this.params;
    this.#socket = await openSocket(this.world, this.params, {
      kind: 'pull',
      receive: frames => this.#take(frames),
      failed: error => this.background(() => Promise.reject(error)),
      ...(maxFrameSize !== undefined && { maxFrameSize }),
    });
    this.#endpoint = await attach(this.#socket, this.#where, mode);
  }

  override consume(event: Event): void {
    this.log.warn('discarded: ZMQPull takes no events but those from its socket', event);
  }

  override preStop(): Promise<void> | undefined {
    return this.#socket?.close();
  }

  override postStop(): Promise<void> | undefined {
    return this.#socket?.close();
  }

  async #take([bytes = Buffer.alloc(0), ...more]: Frame[]): Promise<void> {
    const event =
      more.length === 0 ? received(bytes) : new Error(`a message of ${more.length + 1} frames, not of one`);
    if (event instanceof Error) {
      this.log.warn(`no event has come: ${event.message}`);
      return this.sendError(unreadable(bytes, {}), event);
    }
    try {
      await this.emit(event);
    } catch (thrown) {
      // A queue with the policy `fail` is full. Nobody is there who could be told to send it again.
      await this.sendError(event, asError(thrown));
    }
  }
}

async function attach(socket: FlowSocket, endpoint: string, mode: 'connect' | 'bind'): Promise<string> {
  try {
    if (mode === 'bind') return await socket.bind(endpoint);
    socket.connect(endpoint);
    return endpoint;
  } catch (error) {
    await socket.close();
    throw error;
  }
}
