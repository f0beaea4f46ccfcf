import { assert } from 'chai';
import { flowErrors } from '../../../lib/flow/events/errors.ts';
import * as events from '../../../lib/flow/events/index.ts';
import { TroupeError } from '../../../lib/index.ts';

const { Event, FlowError, HttpEvent, JSONEvent, statusFrom, statusOf, XMLEvent } = events;

/** A code never changes its meaning: programs compare it. */
const codes: Record<string, [code: string, status: number]> = {
  ActorInitFailure: ['ACTOR_INIT', 500],
  ActorTimeout: ['ACTOR_TIMEOUT', 408],
  EventAttributeError: ['NO_ATTRIBUTE', 500],
  EventCommandNotAllowed: ['METHOD_NOT_ALLOWED', 405],
  EventRateExceeded: ['RATE_EXCEEDED', 429],
  NoAnswer: ['NO_ANSWER', 202],
  FlowError: ['FLOW', 500],
  ForbiddenEvent: ['FORBIDDEN', 403],
  InvalidActorInput: ['INVALID_INPUT', 500],
  InvalidActorOutput: ['INVALID_OUTPUT', 500],
  InvalidEventConversion: ['INVALID_CONVERSION', 500],
  InvalidEventDataModification: ['INVALID_EVENT_DATA', 400],
  MalformedEventData: ['MALFORMED_EVENT_DATA', 400],
  PackageMissing: ['PACKAGE_MISSING', 500],
  PayloadTooLarge: ['PAYLOAD_TOO_LARGE', 413],
  QueueConnected: ['QUEUE_CONNECTED', 500],
  QueueEmpty: ['QUEUE_EMPTY', 500],
  QueueFull: ['QUEUE_FULL', 503],
  ReservedName: ['RESERVED_NAME', 500],
  ResourceConflict: ['CONFLICT', 409],
  ResourceGone: ['GONE', 410],
  ResourceNotFound: ['NOT_FOUND', 404],
  ResourceNotModified: ['NOT_MODIFIED', 304],
  ServiceUnavailable: ['SERVICE_UNAVAILABLE', 503],
  SetupError: ['SETUP', 500],
  UnauthorizedEvent: ['UNAUTHORIZED', 401],
  UnprocessableEventData: ['UNPROCESSABLE_EVENT_DATA', 422],
  UnsupportedMediaType: ['UNSUPPORTED_MEDIA_TYPE', 415],
};

describe('errors of the flow', () => {
  it('have the code and the status that are listed here', () => {
    const found = [...flowErrors].map(([name, Class]) => [name, [Class.code, Class.status[0]]] as const);
    assert.deepEqual(Object.fromEntries(found), codes);
  });

  it('are all known by name', () => {
    const exported = Object.values(events).filter(
      value => typeof value === 'function' && (value === FlowError || value.prototype instanceof FlowError),
    );
    assert.sameMembers(exported, [...flowErrors.values()]);
  });

  for (const Class of flowErrors.values()) {
    it(`${Class.name} is an error of Troupe`, () => {
      const error = new Class('no luck', { cause: 5 });
      assert.instanceOf(error, TroupeError);
      assert.equal(error.name, Class.name);
      assert.equal(error.code, Class.code);
      assert.equal(error.cause, 5);
      assert.deepEqual(error.messages, ['no luck']);
    });
  }

  it('may say several things', () => {
    const error = new FlowError(['one', 'two']);
    assert.equal(error.message, 'one; two');
    assert.deepEqual(error.messages, ['one', 'two']);
  });
});

describe('statusOf', () => {
  it('is inherited', () => {
    class NoSuchOrder extends events.ResourceNotFound {}
    assert.deepEqual(statusOf(new NoSuchOrder('7')), [404, 'Not Found']);
  });

  it('is what a class says', () => {
    class Teapot extends FlowError {
      static override readonly status = [418, "I'm a teapot"] as const;
    }
    assert.deepEqual(statusOf(new Teapot()), [418, "I'm a teapot"]);
  });

  it('is 500 for what is no error of the flow', () => {
    for (const error of [new TypeError('x'), 'text', undefined, { status: [200] }]) {
      assert.deepEqual(statusOf(error), [500, 'Internal Server Error']);
    }
  });

  it('of 401 asks for credentials', () => {
    assert.deepEqual(statusOf(new events.UnauthorizedEvent()), [
      401,
      'Unauthorized',
      { 'WWW-Authenticate': 'Basic realm="Compysition Server"' },
    ]);
  });
});

describe('statusFrom', () => {
  for (const [given, expected] of [
    [404, [404, 'Not Found']],
    ['404 Not Found', [404, 'Not Found']],
    ['404-Not Found', [404, 'Not Found']],
    ['404', [404, 'Not Found']],
    ['299 Odd - but fine', [299, 'Odd - but fine']],
    [299, [299, '']],
    [
      [404, 'Gone fishing'],
      [404, 'Gone fishing'],
    ],
    [[200], [200, 'OK']],
  ] as const) {
    it(`${JSON.stringify(given)} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(statusFrom(given), expected);
    });
  }

  for (const given of [
    'OK',
    '',
    99,
    600,
    200.5,
    Number.NaN,
    null,
    undefined,
    {},
    [],
    [200, 5],
    '-200',
    '20x',
  ]) {
    it(`refuses ${JSON.stringify(given) ?? given}`, () => {
      assert.throws(() => statusFrom(given), events.InvalidEventDataModification);
    });
  }
});

describe('an error in an event', () => {
  const error = new events.ResourceNotFound(['no <order>', 'none'], { order: 7 });

  it('is formatted as a list of messages, with what the thrower added', () => {
    assert.deepEqual(new Event({ error }).formatError(), [
      { message: 'no <order>', code: 'NOT_FOUND', order: 7 },
      { message: 'none', code: 'NOT_FOUND', order: 7 },
    ]);
  });

  it('has its own code where it was given one', () => {
    const own = new events.ResourceNotFound('none', { code: 'E7' });
    assert.deepEqual(new Event({ error: own }).formatError(), [{ message: 'none', code: 'E7' }]);
  });

  it('of another kind has its code, or none', () => {
    assert.deepEqual(new Event({ error: new TypeError('x') }).formatError(), [{ message: 'x', code: null }]);
    const system = Object.assign(new Error('x'), { code: 'ENOENT' });
    assert.deepEqual(new Event({ error: system }).formatError(), [{ message: 'x', code: 'ENOENT' }]);
  });

  it('is none without an error', () => {
    assert.deepEqual(new Event().formatError(), []);
    assert.equal(new JSONEvent().errorString(), '[]');
    assert.equal(new XMLEvent().errorString(), '<errors></errors>');
  });

  it('is JSON in a JSON event', () => {
    assert.deepEqual(JSON.parse(new JSONEvent({ error }).errorString()), new Event({ error }).formatError());
  });

  it('is XML in an XML event, with its code', () => {
    assert.equal(
      new XMLEvent({ error }).errorString(),
      '<errors><error><message>no &lt;order&gt;</message><code>NOT_FOUND</code><order>7</order></error>' +
        '<error><message>none</message><code>NOT_FOUND</code><order>7</order></error></errors>',
    );
  });

  it('is well-formed XML whatever it says', () => {
    const odd = new FlowError('\u0000]]>\ud800&', { 'a b': 1, list: [1], none: null });
    const text = new XMLEvent({ error: odd }).errorString();
    assert.equal(
      events.parseXml(text).outerHTML,
      '<errors><error><message>?]]&gt;?&amp;</message><code>FLOW</code><list>[1]</list><none/></error></errors>',
    );
  });

  it('is one line for each message in a raw event', () => {
    assert.equal(new Event({ error }).errorString(), 'no <order>\nnone');
  });

  it('may override it all', () => {
    const overriding = (override: unknown) => ({ error: new FlowError('secret', { override }) });
    assert.deepEqual(new Event(overriding({ a: 1 })).formatError(), { a: 1 });
    assert.equal(new JSONEvent(overriding({ a: 1 })).errorString(), '{"a":1}');
    assert.equal(new XMLEvent(overriding({ a: 1 })).errorString(), '<a>1</a>');
    assert.equal(new XMLEvent(overriding('<busy/>')).errorString(), '<busy/>');
    assert.equal(new Event(overriding('come back later')).errorString(), 'come back later');
  });
});

describe('the status of an HttpEvent', () => {
  it('is 200 OK', () => {
    assert.deepEqual(new HttpEvent().status, [200, 'OK']);
  });

  it('takes all the forms', () => {
    assert.deepEqual(new HttpEvent({ status: '404-Not Found' }).status, [404, 'Not Found']);
    const event = new HttpEvent();
    event.status = 201;
    assert.deepEqual(event.status, [201, 'Created']);
    assert.throws(() => event.set('status', 'fine'), events.InvalidEventDataModification);
  });

  it('follows the error, and is what it was without', () => {
    const event = new HttpEvent({ status: 201 });
    event.error = new events.ResourceNotFound('none');
    assert.deepEqual(event.status, [404, 'Not Found']);
    event.error = new events.ResourceGone('gone');
    assert.deepEqual(event.status, [410, 'Gone']);
    event.error = null;
    assert.deepEqual(event.status, [201, 'Created']);
  });

  it('stays as somebody has set it since', () => {
    const event = new HttpEvent({ error: new events.ResourceNotFound('none') });
    event.status = 418;
    event.error = null;
    assert.equal(event.status[0], 418);
  });

  it('stays so when the error is set once more, as on the way to an error queue', () => {
    class Teapot extends FlowError {
      static override readonly status = [418, "I'm a teapot"] as const;
    }
    const event = events.parseEvent(events.serializeEvent(new HttpEvent({ error: new Teapot('tea') })));
    assert.instanceOf(event, HttpEvent);
    const { error } = event;
    event.error = error;
    assert.equal(
      (event as InstanceType<typeof HttpEvent>).status[0],
      418,
      'though the class is not known here',
    );
  });

  it('follows an error that was given to the constructor', () => {
    const event = new HttpEvent({ error: new TypeError('x') });
    assert.deepEqual(event.status, [500, 'Internal Server Error']);
    event.error = null;
    assert.deepEqual(event.status, [200, 'OK']);
  });

  it('of a copy is restored as well', () => {
    const copy = new HttpEvent({ error: new events.ResourceNotFound('none') }).clone();
    copy.error = null;
    assert.deepEqual(copy.status, [200, 'OK']);
  });

  it('brings headers along, and takes them back', () => {
    const event = new HttpEvent({ headers: { Allow: 'GET' } });
    event.error = new events.UnauthorizedEvent('who?');
    assert.deepEqual(event.headers, {
      Allow: 'GET',
      'WWW-Authenticate': 'Basic realm="Compysition Server"',
    });
    event.error = undefined;
    assert.deepEqual(event.headers, { Allow: 'GET' });
  });
});

describe('HttpEvent', () => {
  it('knows the method of the request', () => {
    assert.equal(new HttpEvent({ environment: { REQUEST_METHOD: 'get' } }).method, 'GET');
    assert.isUndefined(new HttpEvent().method);
  });

  it('refuses headers and an environment that are no objects', () => {
    const event = new HttpEvent();
    for (const name of ['headers', 'environment']) {
      for (const value of [null, 'x', ['x']]) {
        assert.throws(() => event.set(name, value), events.InvalidEventDataModification, name);
      }
    }
  });
});
