/** MajorDomo: requests from any flow to services that flows offer, through brokers. */
export type { BrokerOptions as MDPBrokerOptions, BrokerStats as MDPBrokerStats } from './broker.ts';
export type { ClientOptions as MDPClientOptions } from './client.ts';
export { MajorDomoBroker, MDPBroker, type MDPBrokerParams } from './mdpBroker.ts';
export {
  BrokerRegistrationService,
  MDPBrokerRegistrationService,
  type MDPBrokerRegistrationServiceParams,
} from './mdpBrokerRegistrationService.ts';
export { MDPClient, type MDPClientParams } from './mdpClient.ts';
export { MDPWorker, type MDPWorkerParams } from './mdpWorker.ts';
export type { HeartbeatOptions as MDPHeartbeatOptions } from './settings.ts';
export type { FindParams as MDPFindParams, SocketParams as MDPSocketParams } from './shell.ts';
export type { WorkerOptions as MDPWorkerOptions } from './worker.ts';
