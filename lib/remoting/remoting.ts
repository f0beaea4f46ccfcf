/** Remoting of one node: signatures first. */
import type { Inlet } from '../core/inlet.ts';
import type { Ref } from '../core/ref.ts';
import type { RemotingHost } from './host.ts';
import type { RemotingOptions } from './options.ts';
import type { TransportFactory } from './transport.ts';

export interface RemotingStart extends RemotingOptions {
  /** `host:port` to bind. */
  address: string;
  /** The incarnation of this node: a UUID. */
  incarnation: string;
}

export abstract class Remoting {
  /** Binds the address; the caller then gives `address` to its system and plugs `route` in, before it does anything else. */
  static async start(_host: RemotingHost, _options: RemotingStart, _transport?: TransportFactory): Promise<Remoting> {
    throw new TypeError('being written');
  }
  /** `host:port`, as other nodes know this one. */
  abstract readonly address: string;
  /** The address that was bound: another name of this node, if it differs. */
  abstract readonly boundAddress: string;
  abstract route(node: string): Inlet<Ref>;
  abstract register(Class: abstract new (...args: never[]) => object): void;
  abstract queued(): number;
  abstract stop(): Promise<void>;
}
