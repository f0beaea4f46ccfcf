import { assert } from 'chai';
import { InvalidAddress, Node, RemotingError, silentLogger } from '../../lib/index.ts';

describe('Node.start()', () => {
  const wrong: [string, object, abstract new (...args: never[]) => Error, RegExp][] = [
    ['an option that does not exist', { adress: '127.0.0.1:0' }, TypeError, /no option "adress".*address/],
    ['an address without a port', { address: '127.0.0.1' }, InvalidAddress, /host:port/],
    ['an address with a bad port', { address: '127.0.0.1:70000' }, InvalidAddress, /65535/],
    ['a strategy that is none', { supervision: 'restart' }, TypeError, /oneForOne/],
    ['a shutdown timeout that is no time', { shutdownTimeout: -1 }, TypeError, /milliseconds/],
    ['a remoting option that does not exist', remote({ heartbeat: 1 }), TypeError, /no option "heartbeat"/],
    [
      'silence shorter than a heartbeat',
      remote({ maxSilence: 10 }),
      RemotingError,
      /longer than heartbeatInterval/,
    ],
    ['an address beyond loopback', { address: '0.0.0.0:0' }, RemotingError, /insecure/],
  ];
  for (const [what, options, type, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await Node.start({ ...options, logger: silentLogger } as never).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.isTrue(error instanceof type);
      assert.match((error as Error).message, message);
    });
  }

  it('takes an address beyond loopback that is said to be insecure', async () => {
    const node = await Node.start({
      address: '0.0.0.0:0',
      remoting: { insecure: true },
      logger: silentLogger,
    });
    assert.match(node.address ?? '', /^0\.0\.0\.0:\d+$/);
    await node.stop();
  });
});

describe('a node without remoting', () => {
  it('reaches no other node, and says so for every ref', async () => {
    const node = await Node.start({ logger: silentLogger });
    const ref = node.lookup('127.0.0.1:9/a');
    const error = await ref.ask('x').catch((thrown: unknown) => thrown);
    assert.equal((error as { code?: string }).code, 'NODE_DOWN');
    assert.equal(String(ref), '127.0.0.1:9/a');
    assert.isFalse(ref.isLocal);
    assert.isFalse(ref.isStopped);
    assert.equal(node.stats().deadLetters.nodeDown, 1);
    await node.stop();
  });
});

function remote(remoting: object): object {
  return { address: '127.0.0.1:0', remoting };
}
