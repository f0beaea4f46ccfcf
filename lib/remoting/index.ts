/** What the node uses of remoting. */
export type { RemotingHost } from './host.ts';
export type { RemotingOptions } from './options.ts';
export { Remoting, type RemotingStart } from './remoting.ts';
export type { Route, Transport, TransportCallbacks, TransportFactory, TransportOptions } from './transport.ts';
