/** What comes after a large message, although it is small and could overtake it. */
import { assert } from 'chai';
import { type Node, PoisonPill, type Ref } from '../../lib/index.ts';
import { type Cluster, newCluster } from './support.ts';

const large = new Uint8Array(2 ** 21);

describe('behind a large message of one sender', () => {
  it('comes the PoisonPill of another', async () => {
    const { cluster, order, remote, senders } = await slowly();
    remote.tell(large, senders[0]);
    remote.tell(PoisonPill, senders[1]);
    await cluster.clock.advance(5000);
    assert.deepEqual(order, ['large', 'stopped']);
  });

  it('comes what nobody has told', async () => {
    const { cluster, order, remote, senders } = await slowly();
    remote.tell(large, senders[0]);
    remote.tell('small');
    await cluster.clock.advance(5000);
    assert.deepEqual(order, ['large', 'small']);
  });

  it('comes a question, whoever asks', async () => {
    const { cluster, order, remote, senders } = await slowly();
    remote.tell(large, senders[0]);
    const answer = remote.ask('question', { timeout: 60_000 });
    await cluster.clock.advance(5000);
    assert.deepEqual(order, ['large', 'question']);
    assert.equal(await answer, 'answer');
  });

  it('comes nothing that another sender tells: that passes', async () => {
    const { cluster, order, remote, senders } = await slowly();
    remote.tell(large, senders[0]);
    remote.tell('small', senders[1]);
    await cluster.clock.advance(5000);
    assert.deepEqual(order, ['small', 'large']);
  });
});

/** A ref to an actor of another node, behind a slow network, that notes what it hears. */
async function slowly(): Promise<{
  cluster: Cluster;
  here: Node;
  order: string[];
  remote: Ref<unknown>;
  senders: Ref[];
}> {
  const cluster = newCluster();
  const [here, there] = [await cluster.start(1), await cluster.start(2)];
  const order: string[] = [];
  const noting = there.spawn(
    (message: unknown, context) => {
      order.push(typeof message === 'string' ? message : 'large');
      context.reply('answer');
    },
    { name: 'noting' },
  );
  void noting.join().then(() => order.push('stopped'));
  const remote = here.lookup(`${there.address}/noting`);
  const senders = ['x', 'y'].map(name => here.spawn(() => {}, { name }) as Ref);
  remote.tell('first');
  await cluster.clock.advance(100);
  order.length = 0;
  cluster.network.link('*', '*', { bandwidth: 1e7 });
  return { cluster, here, order, remote, senders };
}
