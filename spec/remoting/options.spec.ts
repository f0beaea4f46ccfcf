import { assert } from 'chai';
import { RemotingError } from '../../lib/index.ts';
import { completeRemotingOptions, type RemotingOptions } from '../../lib/remoting/options.ts';

const complete = (options: object, address?: string) =>
  completeRemotingOptions(options as RemotingOptions, address);

describe('completeRemotingOptions()', () => {
  it('says what holds unless given', () => {
    const { permit, ...rest } = complete({});
    assert.isFunction(permit);
    assert.deepEqual(rest, {
      heartbeatInterval: 1000,
      maxSilence: 3000,
      maxUnresponsive: 60_000,
      phi: undefined,
      queueLimit: { messages: 100_000, bytes: 64 * 1024 * 1024 },
      maxMessageSize: 16 * 1024 * 1024,
      relay: false,
      relays: [],
    });
  });

  it('takes a number of messages, or messages and bytes, as queueLimit', () => {
    const bytes = 64 * 1024 * 1024;
    assert.deepEqual(complete({ queueLimit: 5 }).queueLimit, { messages: 5, bytes });
    assert.deepEqual(complete({ queueLimit: { bytes: 9 } }).queueLimit, { messages: 100_000, bytes: 9 });
  });

  const aboveZero = 'must be a finite number above 0, not';
  const wrong: [unknown, string][] = [
    [null, 'remoting must be an object of options, not null'],
    ['fast', 'remoting must be an object of options, not "fast"'],
    [{ speed: 1 }, 'remoting: there is no option "speed"; the options are heartbeatInterval, '],
    ...['heartbeatInterval', 'maxSilence', 'maxUnresponsive', 'phi', 'maxMessageSize', 'queueLimit'].flatMap(
      name =>
        [0, -1, Number.NaN, Number.POSITIVE_INFINITY].map((value): [unknown, string] => [
          { [name]: value },
          `remoting: ${name} ${aboveZero} ${value}`,
        ]),
    ),
    [{ maxUnresponsive: '60' }, `remoting: maxUnresponsive ${aboveZero} "60"`],
    [{ phi: null }, `remoting: phi ${aboveZero} null`],
    [{ queueLimit: { messages: 0 } }, `remoting: queueLimit ${aboveZero} 0`],
    [{ queueLimit: { bytes: '1' } }, `remoting: queueLimit.bytes ${aboveZero} "1"`],
    [
      { queueLimit: 'many' },
      'remoting: queueLimit must be a number of messages, or { messages, bytes }, not "many"',
    ],
    [
      { queueLimit: null },
      'remoting: queueLimit must be a number of messages, or { messages, bytes }, not null',
    ],
    [
      { queueLimit: { byte: 1 } },
      'remoting: queueLimit must be a number of messages, or { messages, bytes }, not "byte"',
    ],
    [
      { maxMessageSize: 2 ** 31 + 1 },
      'remoting: maxMessageSize can be 2147483648 at the most, not 2147483649',
    ],
    [{ relay: 'yes' }, 'remoting: relay must be true or false, not "yes"'],
    [{ insecure: 1 }, 'remoting: insecure must be true or false, not 1'],
    [{ relays: 'a:1' }, 'remoting: relays must be a list of host:port, not "a:1"'],
    [{ relays: ['a'] }, 'remoting: relays must be a list of host:port, not ["a"]'],
    [{ relays: ['a:0'] }, 'remoting: relays must be a list of host:port, not ["a:0"]'],
    [
      { allow: 'tell' },
      'remoting.allow must be a list of operations or rules, an object or a function, not "tell"',
    ],
    [
      { allow: null },
      'remoting.allow must be a list of operations or rules, an object or a function, not null',
    ],
    [
      { allow: new Map() },
      'remoting.allow must be a list of operations or rules, an object or a function, not {}',
    ],
    [{ allow: { tell: null } }, 'remoting.allow.tell must be true, false, paths or a rule, not null'],
    [{ allow: [null] }, 'remoting.allow: a rule must be an object, not null'],
    [{ allow: [{ operations: 'tell' }] }, 'remoting.allow: operations must be a list, not "tell"'],
    [
      { allow: [{ operations: ['shout'] }] },
      'remoting.allow: there is no operation "shout"; the operations are ',
    ],
    [{ allow: [{ keys: undefined }] }, 'remoting.allow: keys must be CURVE public keys, not undefined'],
    [{ allow: [{ keys: ['k', ''] }] }, 'remoting.allow: keys must be CURVE public keys, not ""'],
    [
      { allow: { kill: { keys: undefined } } },
      'remoting.allow: keys must be CURVE public keys, not undefined',
    ],
  ];
  for (const [options, text] of wrong)
    it(`refuses ${shown(options)}`, () => {
      const error = thrown(() => complete(options as object));
      assert.instanceOf(error, TypeError);
      assert.equal(error.message.slice(0, text.length), text);
    });

  it('refuses a silence that is over before the next heartbeat', () => {
    const error = thrown(() => complete({ heartbeatInterval: 3000 }));
    assert.instanceOf(error, RemotingError);
    assert.match(error.message, /maxSilence \(3000\) must be longer than heartbeatInterval \(3000\)/);
  });

  it('refuses an address that others can reach, unless it is encrypted or said to be trusted', () => {
    for (const address of ['0.0.0.0:1', '10.0.0.1:1', '[::]:1', 'example.org:1', '127.0.0.1.example.org:1'])
      assert.instanceOf(
        thrown(() => complete({}, address)),
        RemotingError,
        address,
      );
    for (const address of ['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '[::1]:1', undefined])
      assert.isDefined(complete({}, address));
    for (const options of [{ insecure: true }, { curve: 'keys.json' }])
      assert.isDefined(complete(options, '0.0.0.0:1'));
  });

  it('lets nobody in by a list of keys that is empty', () => {
    const { permit } = complete({ allow: [{ keys: [] }] });
    for (const key of [undefined, '', 'k'])
      assert.isFalse(permit({ operation: 'tell', path: '/a', peer: 'h:1', key }));
  });
});

function shown(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'number' || one === undefined ? `${one}` : one));
}

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  return assert.fail('nothing was thrown');
}
