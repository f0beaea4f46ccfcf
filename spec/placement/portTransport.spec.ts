import { world } from '../../lib/base/world.ts';
import { LocalExchange } from '../../lib/placement/localExchange.ts';
import { portTransport } from '../../lib/placement/portTransport.ts';
import { itKeepsTheTransportContract } from '../remoting/transport.contract.ts';

itKeepsTheTransportContract('PortTransport', () => {
  const here = world();
  const make = portTransport(new LocalExchange(run => here.scheduler.soon(run)));
  return {
    make: events => make(here, events, { maxFrameSize: 2_000_000, maxSilence: 3000, curve: undefined }),
    anywhere: '127.0.0.1:0',
    settle: async () => {},
  };
});
