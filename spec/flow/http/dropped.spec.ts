/** Clients whose events get lost on the way hear of it, and do not wait for their timeout. */
import { assert } from 'chai';
import { Director, HTTPServer, type QueuePolicy } from '../../../lib/flow/index.ts';
import { Gate, Pass, turn } from '../support.ts';
import { local, Quiet, urlOf } from './support.ts';

describe('A client whose event finds no room in the flow', () => {
  let director: Director;
  let server: HTTPServer;
  let gate: Gate;

  beforeEach(() => {
    director = new Director();
    director.registerLogActor(Quiet, 'log');
    server = director.registerActor(HTTPServer, 'http', local);
    gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
  });
  afterEach(() => director.stop());

  const ask = (path: string) => fetch(`${urlOf(server)}${path}`);
  const openAll = async () => {
    while (server.pending > 0) await gate.openNext();
  };

  for (const policy of ['dropNewest', 'dropOldest', 'fail'] as QueuePolicy[]) {
    it(`is told to come back later, if the policy is ${policy}`, async () => {
      const pass = director.registerActor(Pass, 'pass');
      director.connectQueue(server, pass);
      director.connectQueue(pass, gate, { size: 1, policy });
      director.connectQueue(gate, server);
      await director.start();
      const first = ask('/pass');
      while (gate.waiting.length === 0) await turn();
      const others = [ask('/pass'), ask('/pass')];
      const refused = await Promise.race(others);
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
      assert.notInclude(await refused.text(), 'gate', 'how the flow is made is nobody else’s business');
      await openAll();
      const statuses = (await Promise.all([first, ...others])).map(({ status }) => status);
      assert.deepEqual(statuses.sort(), [200, 200, 503]);
    });
  }

  it('is answered by the others, if no answer could have come from there', async () => {
    const pass = director.registerActor(Pass, 'pass');
    director.connectQueue([server, 'all'], pass);
    director.connectQueue([server, 'all'], gate, { size: 1, policy: 'dropNewest' });
    director.connectQueue(pass, server);
    await director.start();
    for (let i = 0; i < 5; i++) assert.equal((await ask('/all')).status, 200);
    assert.equal(director.stats()?.lost.overflow, 3);
    const stopping = director.stop();
    for (let i = 0; i < 5; i++) await gate.openNext();
    await stopping;
  });
});
