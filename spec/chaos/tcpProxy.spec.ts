import { connect, createServer, type Server, type Socket } from 'node:net';
import { assert } from 'chai';
import { within } from './support/deadline.ts';
import { TcpProxy } from './support/tcpProxy.ts';

describe('the proxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let received: string;
  let client: Socket;
  let onReceived: () => void;
  let accepted: Socket[];

  beforeEach(async () => {
    received = '';
    accepted = [];
    onReceived = () => {};
    server = createServer(socket => {
      accepted.push(socket);
      socket.setEncoding('latin1').on('data', text => {
        received += text;
        onReceived();
      });
      socket.on('error', () => {});
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    proxy = await TcpProxy.listen(`127.0.0.1:${(server.address() as { port: number }).port}`);
    client = await dial();
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise(resolve => server.close(resolve));
  });

  it('passes on what it gets', async () => {
    client.write('hello');
    await until(() => received === 'hello');
  });

  it('keeps the order of a connection, whatever the jitter', async () => {
    proxy.set({ delay: 1, jitter: 20 });
    for (let i = 0; i < 20; i++) {
      client.write(String.fromCharCode(97 + i));
      await new Promise(resolve => setImmediate(resolve));
    }
    await until(() => received.length === 20);
    assert.equal(received, 'abcdefghijklmnopqrst');
  });

  it('lets a connection overtake another', async () => {
    proxy.set({ delay: 300 }, ['toTarget']);
    client.write('slow');
    await until(() => accepted.length === 1);
    await new Promise(resolve => setTimeout(resolve, 20));
    proxy.set({ delay: 0 });
    const other = await dial();
    other.write('quick');
    await until(() => received.length === 9);
    assert.equal(received, 'quickslow');
    other.destroy();
  });

  it('holds back one direction and not the other, and lets it through when it is healed', async () => {
    client.write('1');
    await until(() => received === '1');
    proxy.cut('toTarget');
    client.write('2');
    const answer = new Promise<string>(resolve => client.once('data', bytes => resolve(String(bytes))));
    accepted[0]?.write('back');
    assert.equal(await within('the answer', answer), 'back');
    assert.equal(received, '1');
    proxy.heal();
    await until(() => received === '12');
  });

  it('hides the end of a connection while it is cut, and resets what was given up when it is healed', async () => {
    client.write('1');
    await until(() => received === '1');
    let isOver = false;
    accepted[0]?.on('close', () => {
      isOver = true;
      onReceived();
    });
    proxy.cut();
    client.destroy();
    await new Promise(resolve => client.once('close', resolve));
    await (await dial()).destroy();
    assert.isFalse(isOver);
    proxy.heal();
    await until(() => isOver);
  });

  it('changes bytes, and never their number', async () => {
    proxy.set({ corruption: 1 });
    client.write('aaaa');
    await until(() => received.length === 4);
    assert.lengthOf(received.replaceAll('a', ''), 1);
  });

  it('resets connections at both ends', async () => {
    client.write('1');
    await until(() => received === '1');
    const over = new Promise<string | undefined>(resolve =>
      client.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)),
    );
    proxy.reset();
    assert.equal(await within('the reset', over), 'ECONNRESET');
  });

  const dial = async (): Promise<Socket> => {
    const [host = '', port] = proxy.address.split(':');
    const socket = connect({ host, port: Number(port) });
    await within('the connection', new Promise<void>(resolve => socket.once('connect', resolve)));
    return socket.on('error', () => {});
  };

  const until = (isSo: () => boolean): Promise<void> =>
    within(
      'what should arrive',
      new Promise(resolve => {
        const timer = setInterval(() => onReceived(), 20);
        onReceived = () => {
          if (!isSo()) return;
          clearInterval(timer);
          resolve();
        };
        onReceived();
      }),
    );
});
