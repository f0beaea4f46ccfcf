import { assert } from 'chai';
import { type Ref, SerializationError, Supervisor } from '../../lib/index.ts';
import { newCluster } from '../remoting/support.ts';

describe('a Supervisor on another node', () => {
  it('can be told and watched as any actor', async () => {
    const cluster = newCluster();
    const [here, there] = [await cluster.start(1), await cluster.start(2)];
    const sup = there.spawn(Supervisor.using({ children: [] }), { name: 'sup' });
    await cluster.clock.settle();
    const joined = here.lookup(`${there.address}/sup`).join();
    sup.stop();
    await cluster.clock.advance(1000);
    await joined;
    assert.isTrue(sup.isStopped);
  });

  it('refuses to be asked about its children: it is run where it lives', async () => {
    const cluster = newCluster();
    const [here, there] = [await cluster.start(1), await cluster.start(2)];
    there.spawn(Supervisor.using({ children: [] }), { name: 'sup' });
    await cluster.clock.settle();
    const ref: Ref = here.lookup(`${there.address}/sup`);
    const asked = Supervisor.whichChildren(ref).catch(error => error);
    await cluster.clock.advance(1000);
    assert.instanceOf(await asked, SerializationError);
  });
});
