/** Clients whose event comes to its end in the flow without an answer, as it should: discarded, or a part of another one. */
import { assert } from 'chai';
import {
  Batch,
  Dedupe,
  Director,
  EventFilter,
  EventRouter,
  type FlowActor,
  FlowController,
  HTTPServer,
  NoAnswer,
  Null,
  SimpleRouter,
  Throttle,
  Window,
} from '../../../lib/flow/index.ts';
import { errorOf, Gate, Pass, turn } from '../support.ts';
import { local, Quiet, urlOf } from './support.ts';

describe('A client whose event ends in the flow', () => {
  let director: Director;
  let server: HTTPServer;

  const make = (params: object = {}) => {
    director = new Director();
    director.registerLogActor(Quiet, 'log');
    server = director.registerActor(HTTPServer, 'http', { ...local, ...params });
  };
  afterEach(() => director.stop());

  // biome-ignore lint/suspicious/noExplicitAny: any actor with any parameters
  const through = async (Class: new (name: string, params?: any) => FlowActor, params: object = {}) => {
    const actor = director.registerActor(Class, 'actor', params);
    director.connectQueue(server, actor);
    director.connectQueue([actor, 'http'], server);
    await director.start();
  };
  const ask = (init: RequestInit = {}) => fetch(`${urlOf(server)}/actor`, init);
  const headers = { 'content-type': 'application/json' };
  const post = (data: unknown) => ask({ method: 'POST', headers, body: JSON.stringify(data) });

  const nothing = new EventFilter({ valueRegexes: 'never', outboxNames: 'http' });
  const nowhere = new EventFilter({ outboxNames: [] });
  // biome-ignore lint/suspicious/noExplicitAny: any actor with any parameters
  const cases: [string, new (name: string, params?: any) => FlowActor, object][] = [
    ['a whitelist that it does not match', EventRouter, { routingFilters: nothing }],
    ['a filter without outboxes', EventRouter, { routingFilters: nowhere }],
    ['a SimpleRouter without an outbox for it', SimpleRouter, {}],
    ['Null', Null, {}],
    ['a FlowController that makes other events', FlowController, { generateFreshIds: true }],
    ['a Batch', Batch, { count: 1 }],
    ['a Batch that is not full', Batch, {}],
    ['a Window', Window, { count: 10 }],
  ];
  for (const [what, Class, params] of cases) {
    it(`in ${what}, is answered at once with 202 and no body`, async () => {
      make();
      await through(Class, params);
      const response = await post({ a: 1 });
      assert.deepEqual([response.status, response.statusText], [202, 'Accepted']);
      assert.deepEqual([response.headers.get('content-length'), await response.text()], ['0', '']);
      assert.equal(server.pending, 0);
    });
  }

  it('as a duplicate, is answered at once; the first one gets its answer', async () => {
    make();
    await through(Dedupe, { key: 'data' });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await post('same')).status);
    assert.deepEqual(statuses, [200, 202, 202]);
  });

  for (const excess of ['drop', 'fail'])
    it(`as one too many, is told when to come again (excess: ${excess})`, async () => {
      make();
      await through(Throttle, { rate: 1, interval: 60_000, excess });
      assert.equal((await post(1)).status, 200);
      const response = await post(2);
      assert.equal(response.status, 429);
      const seconds = response.headers.get('retry-after');
      assert.match(seconds as string, /^([1-5]\d?|60)$/);
      const { errors } = (await response.json()) as { errors: { code: string; retryAfter: number }[] };
      assert.deepEqual([errors[0]?.code, errors[0]?.retryAfter], ['RATE_EXCEEDED', Number(seconds)]);
    });

  it('gets the status that the server was told to give', async () => {
    make({ unanswered: 204 });
    await through(Null);
    const response = await post(1);
    assert.deepEqual([response.status, response.headers.get('content-length')], [204, null]);
  });

  it('gets an error in its format, if that status is one', async () => {
    make({ unanswered: '503 Not Here' });
    await through(Null);
    const response = await ask({ headers: { accept: 'application/xml' } });
    assert.deepEqual([response.status, response.statusText], [503, 'Not Here']);
    assert.match(await response.text(), /<code>NO_ANSWER<\/code>/);
  });

  it("waits for its timeout, with 'wait'", async () => {
    make({ unanswered: 'wait', timeout: 50 });
    await through(Null);
    assert.equal((await ask()).status, 408);
  });

  it('waits for its timeout, if an actor does nothing with the event: that may answer later', async () => {
    make({ timeout: 50 });
    await through(Quiet);
    assert.equal((await ask()).status, 408);
  });

  it('waits for the branch that answers', async () => {
    make();
    const gate = director.registerActor(Gate, 'gate');
    director.connectQueue([server, 'actor'], director.registerActor(Null, 'null'));
    director.connectQueue([server, 'actor'], gate);
    director.connectQueue(gate, server);
    await director.start();
    const asked = ask();
    while (gate.waiting.length === 0) await turn();
    await turn();
    assert.equal(server.pending, 1);
    await gate.openNext();
    assert.equal((await asked).status, 200);
  });

  it('is not answered twice: what still comes is an unknown event', async () => {
    make();
    const batch = director.registerActor(Batch, 'actor', { count: 1 });
    const pass = director.registerActor(Pass, 'pass');
    director.connectQueue(server, batch);
    director.connectQueue(batch, pass);
    director.connectQueue(pass, server);
    await director.start();
    assert.deepEqual([(await post(1)).status, (await post(2)).status], [202, 202]);
  });

  it('does not reach the server’s error outboxes, whatever that tells', async () => {
    make({ sendErrors: true });
    const errors = director.registerActor(Quiet, 'errors');
    director.connectErrorQueue(server, errors);
    await through(Null);
    assert.equal((await ask()).status, 202);
    await director.settled();
    assert.lengthOf(errors.lines, 0);
  });

  for (const how of ['by an error queue', 'by nothing at all'])
    it(`elsewhere is answered as if it had ended here, if that comes back ${how}`, async () => {
      make({ unanswered: 204 });
      class Remote extends Quiet {
        override consume(): void {
          throw new NoAnswer('the service has taken it');
        }
      }
      if (how === 'by an error queue') {
        director.registerActor(Remote, 'remote');
        director.connectQueue([server, 'actor'], 'remote');
        director.connectErrorQueue('remote', server);
        await director.start();
      } else await through(Remote);
      assert.equal((await ask()).status, 204);
    });

  for (const unanswered of [100, 999, 'later', true])
    it(`unanswered: ${unanswered} is refused when the server is made`, async () => {
      make();
      const error = await errorOf((async () => new HTTPServer('http', { unanswered } as never))());
      assert.match(error.message, /^http: unanswered must be a status from 200 up, or 'wait', not/);
    });
});
