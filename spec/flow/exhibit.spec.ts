import { assert } from 'chai';
import type { FlowView } from '../../lib/flow/exhibit.ts';
import { Director } from '../../lib/flow/index.ts';
import { startNode } from '../core/support.ts';
import { Pass, Sink, Tap } from './support.ts';

describe('a flow on the node that it runs on', () => {
  it('shows itself with its counters while it runs', async () => {
    const { node, clock } = await startNode();
    const director = new Director({ node, name: 'orders' });
    const tap = director.registerActor(Tap, 'tap');
    director.registerActor(Pass, 'pass');
    director.registerActor(Sink, 'sink');
    director.connectQueue('tap', 'pass');
    director.connectQueue('pass', 'sink', { size: 7 });
    assert.lengthOf(node.instruments.exhibits, 0);
    const started = director.start();
    await clock.settle();
    await started;
    for (let i = 0; i < 3; i++) void tap.put(i, 'pass');
    await clock.settle();
    const [exhibit] = node.instruments.exhibits;
    assert.deepEqual([exhibit?.kind, exhibit?.name], ['flow', 'orders']);
    const { nodes, edges, lost } = JSON.parse(JSON.stringify(exhibit?.view())) as FlowView;
    assert.deepEqual(
      nodes.map(({ name, consumed, spot }) => [name, consumed, spot.layer]),
      [
        ['tap', 0, 0],
        ['pass', 3, 1],
        ['sink', 3, 2],
      ],
    );
    const edge = edges.find(({ destination }) => destination === 'sink');
    assert.deepEqual(
      [edge?.source, edge?.in, edge?.out, edge?.length, edge?.size, edge?.way.length],
      ['pass', 3, 3, 0, 7, 2],
    );
    assert.deepEqual(lost, { overflow: 0, unroutable: 0, stopped: 0 });
    const stopped = director.stop();
    await clock.advance(20_000);
    await stopped;
    assert.lengthOf(node.instruments.exhibits, 0);
  });
});
