/** What `import … from 'troupe/net'` gives. */

export type { Decoder, Framing } from './framing.ts';
export { type LengthPrefixOptions, lengthPrefix } from './lengthPrefix.ts';
export { lines } from './lines.ts';
export type { ConnectionOptions, ConnectOptions } from './options.ts';
export { TcpConnection } from './tcpConnection.ts';
export { type DisconnectReason, TcpError } from './tcpError.ts';
export { type TcpAddress, TcpServer, type TcpServerOptions, type TcpServerStats } from './tcpServer.ts';
