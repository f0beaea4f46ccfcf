/**
 * A web server asks a service for what it answers, through a broker that both find by a registration service. All pieces run in
 * this process; each of them could run in one of its own, on any machine, with the same wiring.
 *
 *     node --import tsx examples/flow/majorDomo.ts
 *     curl http://127.0.0.1:7000/test_service
 */
import {
  Data,
  Director,
  MDPBroker,
  MDPBrokerRegistrationService,
  MDPClient,
  MDPWorker,
  STDOUT,
  WSGI,
} from 'troupe/flow';

const [httpPort = 7000, brokerPort = 5555, registrationServicePort = 6000, registrationPublisherPort = 6001] =
  process.argv.slice(2).map(Number);

const director = new Director({ name: 'majordomo' });
director.registerLogActor(STDOUT, 'stdout', { timestamp: true });

const wsgi = director.registerActor(WSGI, 'wsgi', { address: '127.0.0.1', port: httpPort });
director.registerActor(MDPBroker, 'mdp_broker', { port: brokerPort, registrationServicePort });
director.registerActor(MDPBrokerRegistrationService, 'mdp_registrar', {
  listenPort: registrationServicePort,
  publishPort: registrationPublisherPort,
});
const mdpClient = director.registerActor(MDPClient, 'mdp_client', { registrationPublisherPort });
const mdpWorker = director.registerActor(MDPWorker, 'mdp_worker', {
  service: 'test_service',
  registrationPublisherPort,
});
const data = director.registerActor(Data, 'data', { data: 'Hello, this has been a test' });

director.connectQueue(wsgi, mdpClient);
director.connectQueue(mdpWorker, data);
director.connectQueue(data, mdpWorker);
director.connectQueue(mdpClient, wsgi);

director.connectErrorQueue(data, mdpWorker);
director.connectErrorQueue(mdpClient, wsgi);

await director.start({ block: true });
