import { assert } from 'chai';
import { thread, transfer } from '../../lib/index.ts';
import { Reader, startNode } from './support.ts';
import { Painter } from './workers.ts';

describe('transfer(value)', function () {
  this.timeout(20_000);

  const image = () => ({ pixels: new Uint8Array(100_000), deep: [{ numbers: Float64Array.of(1.5, 2.5) }] });

  it('moves buffers to a thread and back', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const painter = node.spawn(Painter, { on: thread() });
    await painter.ask({ pixels: new Uint8Array(1), deep: [] }); // it runs: nothing waits here
    const sent = image();
    painter.tell(transfer(sent), reader.ref);
    assert.deepEqual([sent.pixels.length, sent.deep[0]?.numbers.length], [0, 0]);
    const painted = (await reader.next()) as typeof sent;
    assert.isTrue(painted.pixels.length === 100_000 && painted.pixels.every(pixel => pixel === 7));
    assert.deepEqual(painted.deep, [{ numbers: Float64Array.of(1.5, 2.5) }]);
    assert.equal(await reader.next(), 0);
  });

  it('shares shared memory with a thread', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const pixels = new Uint8Array(new SharedArrayBuffer(1000), 100, 50);
    node.spawn(Painter, { on: thread() }).tell(transfer({ pixels, deep: [] }), reader.ref);
    await reader.next();
    const painted = new Uint8Array(pixels.buffer);
    assert.isTrue(pixels.every(pixel => pixel === 7));
    assert.deepEqual([painted[99], painted[150]], [0, 0]);
  });

  it('changes nothing for an actor of this thread, and what is not marked is copied', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const sent = transfer(image());
    reader.ref.tell(sent);
    assert.equal(await reader.next(), sent);
    const copied = image();
    node.spawn(Painter, { on: thread() }).tell(copied, reader.ref);
    assert.equal(((await reader.next()) as typeof sent).pixels[0], 7);
    assert.equal(copied.pixels.length, 100_000);
    assert.equal(copied.pixels[0], 0);
  });

  it('copies what can not be moved', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const pixels = Buffer.from('small ones share their memory');
    node.spawn(Painter, { on: thread() }).tell(transfer({ pixels, deep: [] }), reader.ref);
    assert.equal(((await reader.next()) as { pixels: Uint8Array }).pixels[0], 7);
    assert.equal(pixels[0], 's'.charCodeAt(0));
  });

  it('says so when there is nothing to be moved', () => {
    assert.throws(() => transfer({ text: 'hello' }), TypeError, /there is no ArrayBuffer/);
  });
});
