import { assert } from 'chai';
import { attack, greeting, pour, ready, zmtpFrame } from './support/attacker.ts';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import type { Peer } from './support/peerProcess.ts';
import { Scene } from './support/scene.ts';

const MiB = 1024 * 1024;

describe('a port that is abused', function () {
  this.timeout(20_000);
  this.retries(2); // the machine may be busy with something else for as long as a node may be silent
  let scene: Scene;
  let a: Peer;
  let b: Peer;
  beforeEach(async () => {
    scene = new Scene().begin();
    [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 100);
  });
  afterEach(() => scene.end());

  it('serves its peers through a port scan', async () => {
    await attack(b.address, 300, () => []);
    await served('port scan', '300 connections that say nothing and go');
  });

  it('serves its peers through a thousand connects, as fast as they go', async () => {
    const time = await attack(b.address, 1000, () => [greeting]);
    await served('1000 connects', `${time}, each with a ZMTP greeting`);
  });

  it('serves its peers through random bytes, and reports them without drowning in reports', async () => {
    await attack(b.address, 500, () => [random(1 + Math.floor(Math.random() * 2000))]);
    // Frames that pass ZeroMQ and are none of Troupe's: those it is to report.
    await attack(b.address, 100, () => [
      greeting,
      ready,
      ...Array.from({ length: 20 }, () => zmtpFrame(random(64))),
    ]);
    await b.report('MalformedInput');
    await served('random bytes', '500 connections of noise, 100 of 20 ZeroMQ messages of noise');
    assert.isBelow(b.all('MalformedInput').length, 500, 'events for 2000 malformed messages');
  });

  it('drops a frame of 100 MB before it takes the memory', async () => {
    const before = await b.call('memory');
    const huge = Buffer.alloc(9);
    huge[0] = 2; // a long frame
    huge.writeBigUInt64BE(100n * 1024n * 1024n, 1);
    const pieces = [greeting, ready, huge, ...Array<Buffer>(60).fill(Buffer.alloc(MiB))];
    const open = await Promise.all(Array.from({ length: 5 }, () => pour(b.address, pieces)));
    const after = await b.call('memory');
    for (const socket of open) socket.destroy();
    assert.isBelow(after - before, 100 * MiB);
    await served('frames of 100 MB', 'five, straight to the port, limit 10 MiB');
  });

  /** The stream has gone on all the while, and goes on: all of it arrives. */
  async function served(fault: string, done: string): Promise<void> {
    const { told } = scene.tally('s');
    await scene.until('s', ({ delivered }) => delivered >= told + 100);
    await a.call('endStream', 's');
    await scene.settled('s');
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown')], []);
    const { deadLetters, actors } = await b.call('stats');
    assert.deepEqual([deadLetters.total, actors], [0, 2]);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note(fault, done, books);
  }
});

const random = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
