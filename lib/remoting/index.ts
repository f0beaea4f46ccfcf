/** What the node uses of remoting. */
export type { RegisteredClass } from './codec.ts';
export type { CurveOptions } from './curve.ts';
export type { RemotingHost } from './host.ts';
export type { RemotingOptions } from './options.ts';
export type { RemoteOperation, RemotePolicy, RemoteRequest, RemoteRule } from './policy.ts';
export { Remoting } from './remoting.ts';
export type { Route, Transport, TransportEvents, TransportFactory, TransportOptions } from './transport.ts';
export { zeromqTransport } from './zeromqTransport.ts';
