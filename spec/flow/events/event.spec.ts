import { inspect } from 'node:util';
import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import {
  Event,
  EventAttributeError,
  HttpEvent,
  InvalidEventConversion,
  InvalidEventDataModification,
  JSONEvent,
  JSONHttpEvent,
  MalformedEventData,
  newEventId,
  ReservedName,
  registerEvent,
  useEventWorld,
  XMLEvent,
  XMLHttpEvent,
} from '../../../lib/flow/events/index.ts';

describe('Event', () => {
  it('has an id of 32 hexadecimal digits, which is its meta id as well', () => {
    const event = new Event();
    assert.match(event.eventId, /^[0-9a-f]{32}$/);
    assert.equal(event.eventId, event.eventId);
    assert.equal(event.metaId, event.eventId);
  });

  it('has an id that no other event has', () => {
    const ids = Array.from({ length: 1000 }, () => new Event().eventId);
    assert.equal(new Set(ids).size, 1000);
  });

  it('keeps a meta id that it was given', () => {
    const event = new Event({ metaId: 'm' });
    assert.equal(event.metaId, 'm');
    assert.notEqual(event.eventId, 'm');
  });

  it('lets the meta id be changed, the event id not', () => {
    const event = new Event({ eventId: 'e' });
    event.metaId = 'other';
    assert.equal(event.metaId, 'other');
    assert.throws(() => {
      event.eventId = 'other';
    }, InvalidEventDataModification);
    assert.throws(() => event.set('eventId', 'other'), InvalidEventDataModification);
    assert.equal(event.eventId, 'e');
  });

  it('is addressed to the service default, without an error and with null for data', () => {
    const { service, error, data } = new Event();
    assert.deepEqual({ service, error, data }, { service: 'default', error: null, data: null });
  });

  it('takes its time and its ids from the world of events', () => {
    const clock = { now: () => 0, wall: () => 1000, after: () => () => {} };
    const restore = useEventWorld(world({ clock, random: () => 0.5 }));
    try {
      const event = new Event();
      assert.equal(event.created, 1000);
      assert.equal(event.eventId, `00000001${Buffer.alloc(12, 128).toString('hex')}`);
      assert.equal(newEventId(), event.eventId);
    } finally {
      restore();
    }
    assert.isAbove(new Event().created, 1000);
  });

  it('wraps what is thrown and is no error', () => {
    const event = new Event();
    event.error = 'no luck';
    assert.instanceOf(event.error, Error);
    assert.include((event.error as unknown as Error).message, 'no luck');
  });

  describe('attributes', () => {
    it('come from the constructor, from set and from assignments', () => {
      const event = new Event({ accept: 'text/plain' });
      event.set('color', 'red');
      const attribute = 'size';
      event[attribute] = 3;
      assert.equal(event.get('accept'), 'text/plain');
      assert.equal(event.get('color'), 'red');
      assert.equal(event.get('size'), 3);
    });

    it('that are missing are an error without a default', () => {
      assert.equal(new Event().get('color', 'blue'), 'blue');
      assert.isUndefined(new Event().get('color', undefined));
      assert.throws(() => new Event().get('color'), EventAttributeError, '"color"');
      assert.throws(() => new Event().get('clone'), EventAttributeError);
    });

    it('may be a field, which is converted as by assignment', () => {
      const event = new JSONEvent();
      event.set('data', '{"a":1}');
      assert.deepEqual(event.get('data'), { a: 1 });
      assert.throws(() => event.set('data', 'cat'), InvalidEventDataModification);
      assert.deepEqual(event.data, { a: 1 });
    });

    for (const name of ['clone', 'constructor', '__proto__', 'toString', 'created', 'contentType']) {
      it(`can't be called ${name}`, () => {
        assert.throws(() => new Event().set(name, {}), ReservedName, name);
      });
    }

    it('of a method are refused by the constructor too', () => {
      assert.throws(() => new Event({ clone: 1 }), ReservedName);
    });

    it('and fields but the data are the properties', () => {
      const event = new HttpEvent({ data: 1, eventId: 'e', created: 5, color: 'red' });
      assert.deepEqual(event.getProperties(), {
        eventId: 'e',
        metaId: 'e',
        service: 'default',
        created: 5,
        error: null,
        status: [200, 'OK'],
        headers: {},
        environment: {},
        color: 'red',
      });
    });
  });

  describe('lookup', () => {
    const event = new JSONEvent({ data: { order: { lines: [{ 'a/b': 7 }] } }, tags: new Map([['x', 1]]) });

    it('walks through keys, positions and maps', () => {
      assert.deepEqual(event.lookup('data/order/lines/0'), { 'a/b': 7 });
      assert.equal(event.lookup(['data', 'order', 'lines', 0, 'a/b']), 7);
      assert.equal(event.lookup('tags/x'), 1);
      assert.equal(event.lookup('service'), 'default');
    });

    it('finds nothing where nothing is, and nothing of a prototype', () => {
      for (const path of [
        'data/none/deeper',
        'none',
        '',
        'data/constructor',
        'data/__proto__',
        'clone',
        [],
      ]) {
        assert.isUndefined(event.lookup(path), String(path));
      }
    });
  });

  describe('clone', () => {
    it('keeps ids, service, time, error and attributes', () => {
      const event = new HttpEvent({ data: { a: 1 }, service: 's', created: 5, color: 'red', status: 201 });
      event.error = new MalformedEventData('no');
      assert.deepEqual(event.clone().getProperties(), event.getProperties());
      assert.instanceOf(event.clone(), HttpEvent);
    });

    for (const [name, event] of [
      ['Event', new Event({ data: { list: [1] }, tags: { a: 1 } })],
      ['JSONEvent', new JSONEvent({ data: { list: [1] }, tags: { a: 1 } })],
    ] as const) {
      it(`of ${name} shares nothing`, () => {
        const copy = event.clone();
        (copy.data as { list: number[] }).list.push(2);
        Object.assign(copy.get('tags') as object, { a: 2 });
        assert.deepEqual(event.data, { list: [1] });
        assert.deepEqual(event.get('tags'), { a: 1 });
      });
    }

    it('of XMLEvent shares nothing, and its root stays the root of a document', () => {
      const event = new XMLEvent({ data: '<a><b/></a>' });
      const copy = event.clone();
      copy.data.firstElementChild?.remove();
      assert.equal(event.dataString(), '<a><b/></a>');
      assert.equal(copy.dataString(), '<a/>');
      assert.equal(copy.data.ownerDocument?.documentElement, copy.data);
    });

    it('of HttpEvent has headers of its own', () => {
      const event = new HttpEvent({ headers: { Allow: 'GET' }, environment: { a: { b: 1 } } });
      const copy = event.clone();
      Object.assign(copy.headers, { Allow: 'PUT' });
      Object.assign(copy.lookup('environment/a') as object, { b: 2 });
      assert.deepEqual(event.headers, { Allow: 'GET' });
      assert.deepEqual(event.environment, { a: { b: 1 } });
    });

    it('copies dates, maps, sets and bytes, and shares what has a class', () => {
      class Reference {}
      const reference = new Reference();
      const data = {
        date: new Date(5),
        map: new Map([['a', [1]]]),
        set: new Set([1]),
        bytes: Buffer.from('x'),
      };
      const event = new Event({ data: { ...data, reference } });
      const copy = event.clone().data as typeof data & { reference: Reference };
      assert.deepEqual({ ...copy }, { ...data, reference });
      for (const key of ['date', 'map', 'set', 'bytes'] as const) assert.notEqual(copy[key], data[key], key);
      assert.equal(copy.reference, reference);
      assert.instanceOf(copy.bytes, Buffer);
    });

    it('keeps a key __proto__ a key', () => {
      const event = new Event({ data: JSON.parse('{"__proto__":{"polluted":1}}') });
      const copy = event.clone().data as { polluted?: unknown };
      assert.isUndefined(copy.polluted);
      assert.deepEqual(Object.keys(copy), ['__proto__']);
    });

    it('refuses a circle', () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      assert.throws(() => new Event({ data: circle }).clone(), InvalidEventDataModification, 'circle');
    });

    it('is of the class of the event, with its own fields', () => {
      class Order extends JSONEvent<{ id: number }> {
        priority = 3;
      }
      const order = new Order({ data: { id: 7 } });
      order.priority = 5;
      const copy = order.clone();
      assert.instanceOf(copy, Order);
      assert.equal(copy.priority, 5);
      assert.equal(copy.data.id, 7);
    });
  });

  it('renew gives a copy that is another event', () => {
    const event = new JSONEvent({ data: { a: 1 }, metaId: 'm', color: 'red' });
    const other = event.renew();
    assert.notEqual(other.eventId, event.eventId);
    assert.equal(other.metaId, other.eventId);
    assert.equal(other.get('color'), 'red');
    assert.deepEqual(other.data, { a: 1 });
  });

  describe('instanceof', () => {
    it('goes by what an event holds and how it travels', () => {
      const event = new JSONHttpEvent();
      assert.instanceOf(event, JSONEvent);
      assert.instanceOf(event, HttpEvent);
      assert.instanceOf(event, Event);
      assert.notInstanceOf(event, XMLEvent);
      assert.notInstanceOf(new JSONEvent(), HttpEvent);
      assert.notInstanceOf({}, JSONEvent);
      assert.notInstanceOf(null, XMLEvent);
    });

    it('goes by the class for a class of yours', () => {
      class Order extends JSONEvent {}
      assert.instanceOf(new Order(), JSONEvent);
      assert.notInstanceOf(new JSONEvent(), Order);
      assert.notInstanceOf(new JSONHttpEvent(), Order);
    });
  });

  describe('convert', () => {
    const cases = [
      [new Event({ data: '{"a":1}' }), JSONEvent, JSONEvent],
      [new Event({ data: '<a/>' }), XMLHttpEvent, XMLHttpEvent],
      [new JSONEvent({ data: { a: 1 } }), XMLEvent, XMLEvent],
      [new JSONEvent({ data: { a: 1 } }), HttpEvent, JSONHttpEvent],
      [new JSONHttpEvent({ data: { a: 1 } }), XMLEvent, XMLHttpEvent],
      [new XMLHttpEvent({ data: '<a/>' }), JSONEvent, JSONHttpEvent],
      [new HttpEvent({ data: { a: 1 } }), JSONEvent, JSONHttpEvent],
      [new XMLEvent({ data: '<a/>' }), JSONHttpEvent, JSONHttpEvent],
    ] as const;
    for (const [event, target, result] of cases) {
      it(`${event.constructor.name} to ${target.name} gives ${result.name}`, () => {
        const converted = event.convert(target);
        assert.equal(converted.constructor, result);
        assert.equal(converted.eventId, event.eventId);
      });
    }

    it('keeps ids, attributes, status, headers and error', () => {
      const event = new JSONHttpEvent({ data: { a: 1 }, metaId: 'm', color: 'red', headers: { A: 'b' } });
      event.error = new MalformedEventData('no');
      const converted = event.convert(XMLEvent);
      assert.deepEqual(converted.getProperties(), event.getProperties());
      assert.equal(converted.dataString(), '<a>1</a>');
    });

    it('gives the status of its error to an event that becomes one of HTTP', () => {
      const event = new Event({ error: new MalformedEventData('no') });
      assert.deepEqual(event.convert(HttpEvent).status, [400, 'Bad Request']);
    });

    it('to its own class gives the event itself', () => {
      const event = new JSONEvent();
      assert.equal(event.convert(JSONEvent), event);
    });

    it('takes an attribute for a field that the new class has', () => {
      const event = new Event({ status: '404 Not Found' });
      assert.deepEqual(event.convert(HttpEvent).status, [404, 'Not Found']);
      assert.throws(() => new Event({ method: 'GET' }).convert(HttpEvent), ReservedName, 'method');
    });

    it('keeps a JSON text a text', () => {
      assert.equal(new JSONEvent({ data: '"text"' }).convert(JSONHttpEvent).data, 'text');
    });

    for (const [event, target] of [
      [new JSONHttpEvent(), HttpEvent],
      [new JSONHttpEvent(), JSONEvent],
      [new JSONEvent(), Event],
      [new HttpEvent(), Event],
    ] as const) {
      it(`${event.constructor.name} to ${target.name} is narrowing, and refused`, () => {
        assert.throws(() => event.convert(target), InvalidEventConversion, 'Narrowing');
      });
    }

    it('to a class of yours works where that class has what the event has', () => {
      class Order extends JSONEvent {}
      assert.instanceOf(new Event({ data: '{}' }).convert(Order), Order);
      assert.instanceOf(new XMLEvent({ data: '<a/>' }).convert(Order), Order);
      assert.throws(() => new HttpEvent().convert(Order), InvalidEventConversion, 'JSONHttpEvent');
    });

    it('fails with what the data lacks', () => {
      assert.throws(() => new Event({ data: 'cat' }).convert(JSONEvent), InvalidEventDataModification);
      assert.throws(() => new JSONEvent({ data: {} }).convert(XMLEvent), InvalidEventDataModification);
    });
  });

  it('shows what it holds', () => {
    const shown = inspect(new JSONHttpEvent({ data: { a: 1 }, color: 'red', eventId: 'e' }));
    assert.match(shown, /^JSONHttpEvent \{/);
    for (const part of ["eventId: 'e'", "color: 'red'", 'data: { a: 1 }', "'OK'"])
      assert.include(shown, part);
    assert.include(inspect(new XMLEvent({ data: '<order/>' })), '<order>');
  });

  it('refuses two registered classes of one name', () => {
    const one = class Twin extends Event {};
    const other = class Twin extends Event {};
    registerEvent(one);
    registerEvent(one);
    assert.throws(() => registerEvent(other), 'Twin');
  });
});
