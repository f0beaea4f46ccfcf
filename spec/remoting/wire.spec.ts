import { assert } from 'chai';
import {
  type Control,
  digitsOf,
  FrameWriter,
  type Header,
  headerSize,
  isContext,
  OtherVersion,
  operations,
  type Reader,
  readControl,
  readHeader,
  readRecords,
  type SystemRecord,
  uuidOf,
} from '../../lib/remoting/wire.ts';
import { writeUser } from './rawPeer.ts';
import { seeded } from './support.ts';

const header: Header = {
  flags: 6,
  source: 'ab'.repeat(16),
  target: '01'.repeat(16),
  link: 5,
  yourLink: 6,
  sequence: 2 ** 40 + 7,
  ack: 0xffff_fffe,
  systemAck: 3,
};

describe('a frame', () => {
  it('gives back its header', () => {
    assert.deepEqual(readHeader(new FrameWriter().take(header)), header);
  });

  it('gives back its records in order', () => {
    const writer = new FrameWriter();
    const system: SystemRecord = {
      number: 3,
      operation: 'watch',
      path: '/ä',
      address: '127.0.0.1:1/b',
      reason: '',
    };
    writer.define(1, '127.0.0.1:1/a');
    writeUser(writer, 1, undefined, Uint8Array.of(1, 2));
    writeUser(writer, '/$ask/1', 2, new Uint8Array(100_000));
    writer.system(system);
    assert.deepEqual(read(writer.take(header)).records, [
      ['define', 1, '127.0.0.1:1/a'],
      ['user', 1, undefined, 2],
      ['user', '/$ask/1', 2, 100_000],
      ['system', system],
    ]);
  });

  for (const operation of operations) {
    it(`carries ${operation}`, () => {
      const writer = new FrameWriter();
      const record = { number: 1, operation, path: '/a', address: 'h:1/b', reason: 'stopped' };
      writer.system(record);
      assert.deepEqual(read(writer.take(header)).records, [['system', record]]);
    });
  }

  const introduction = {
    address: '127.0.0.1:1',
    version: '0.1.0',
    features: ['relay', 'more'],
    wantsRoute: true,
    link: 7,
    yourLink: 8,
    maxMessageSize: 2 ** 31,
    key: 'k',
    proof: 'p',
  };
  const controls: Control[] = [
    { kind: 'hello', ...introduction },
    { kind: 'welcome', ...introduction },
    { kind: 'refuse', reason: 'unknown' },
    { kind: 'goodbye', reason: 'stop' },
    { kind: 'heartbeat', lag: 12 },
  ];
  for (const control of controls) {
    it(`carries ${control.kind}`, () => {
      const writer = new FrameWriter();
      writer.control(control);
      assert.deepEqual(readControl(writer.take(header)), control);
    });
  }

  it('carries chunks, frames of others, and what was lost', () => {
    const writer = new FrameWriter();
    writer.chunk({
      stream: 1,
      offset: 2,
      total: 5,
      recipient: 3,
      sender: '/x',
      bytes: Uint8Array.of(1, 2, 3),
    });
    writer.relay('relay', '127.0.0.1:1', Uint8Array.of(7));
    writer.relay('relayed', '127.0.0.1:2', Uint8Array.of(8));
    writer.range('lost', { first: 1, last: 2 ** 33 });
    writer.range('noted', { first: 1, last: 1 });
    assert.deepEqual(read(writer.take(header)).records, [
      ['chunk', 1, 2, 5, 3, '/x', 3],
      ['relay', '127.0.0.1:1', 7],
      ['relayed', '127.0.0.1:2', 8],
      ['lost', 1, 2 ** 33],
      ['noted', 1, 1],
    ]);
  });

  it('carries what travels with a message, small or large', () => {
    const writer = new FrameWriter();
    const chunk = {
      stream: 1,
      offset: 0,
      total: 2,
      recipient: 3,
      sender: undefined,
      bytes: Uint8Array.of(1),
    };
    writer.context('traceparent: 1\ntracestate: a');
    writeUser(writer, 1, undefined, Uint8Array.of(1, 2));
    writeUser(writer, 1, undefined, Uint8Array.of(1, 2));
    writer.chunk({ ...chunk, context: 'two' });
    writer.chunk({ ...chunk, offset: 1 });
    const contexts: unknown[] = [];
    const fault = readRecords(writer.take(header), {
      ...nobody,
      user: (...[, , , , , context]) => contexts.push(context),
      chunk: ({ context }) => contexts.push(context),
    });
    assert.isUndefined(fault);
    assert.deepEqual(contexts, ['traceparent: 1\ntracestate: a', undefined, 'two', undefined]);
  });

  for (const [what, context, isRight] of [
    ['is empty', '', false],
    ['has 2048 characters', 'x'.repeat(2048), true],
    ['has 2049 characters', 'x'.repeat(2049), false],
    ['has the first and the last character that is allowed', '\n ~', true],
    ['has a tab', 'a\tb', false],
    ['has a byte above 126', 'a\u007f', false],
    ['is not ASCII', 'ä', false],
  ] as const) {
    it(`${isRight ? 'takes' : 'refuses'} a context that ${what}`, () => {
      assert.equal(isContext(context), isRight);
      const writer = new FrameWriter();
      writer.context(context);
      writeUser(writer, 1, undefined, Uint8Array.of(1));
      const { records, fault } = read(writer.take(header));
      assert.lengthOf(records, isRight ? 1 : 0);
      if (!isRight) assert.match(String(fault), /a context is too long/);
    });
  }

  it('refuses a context that stands before anything but a message', () => {
    const follow: ((writer: FrameWriter) => void)[] = [
      writer => writer.define(1, 'a'),
      writer => writer.context('again'),
      writer => writer.control({ kind: 'heartbeat', lag: 0 }),
    ];
    for (const write of follow) {
      const writer = new FrameWriter();
      writer.context('one');
      write(writer);
      assert.deepEqual(read(writer.take(header)), {
        records: [],
        fault: 'a context without a message behind it',
      });
    }
    const alone = new FrameWriter();
    alone.context('one');
    assert.isString(read(alone.take(header)).fault);
  });

  it('belongs to whoever took it: the writer begins anew', () => {
    const writer = new FrameWriter();
    writer.define(1, 'first');
    const first = writer.take(header);
    writer.define(2, 'other');
    assert.deepEqual(read(first).records, [['define', 1, 'first']]);
    assert.deepEqual(read(writer.take(header)).records, [['define', 2, 'other']]);
  });

  it('is refused when it is too short, not ours, or of another version', () => {
    const frame = new FrameWriter().take(header);
    assert.match(String(readHeader(frame.subarray(0, headerSize - 1))), /too short/);
    assert.match(String(readHeader(frame.with(0, 0))), /does not begin/);
    assert.deepEqual(readHeader(frame.with(2, 9)), new OtherVersion(9, header.source));
    assert.match(String(readHeader(frame.with(44, 255))), /too large/);
  });

  it('has a fault wherever it is cut off, unless that is between two records', () => {
    const writer = new FrameWriter();
    writer.context('one');
    writeUser(writer, 1, 2, new Uint8Array(20));
    const frame = writer.take(header);
    for (let end = headerSize + 1; end < frame.length; end++)
      assert.isString(read(frame.subarray(0, end)).fault);
  });

  it('never throws, whatever it is made of', () => {
    const random = seeded(20_000);
    const whole = sample();
    for (let i = 0; i < 20_000; i++) {
      const frame = i % 2 === 0 ? noise(random) : mutated(whole, random);
      if (typeof readHeader(frame) === 'string') continue;
      read(frame);
      readControl(frame);
    }
  });
});

describe('an incarnation', () => {
  it('is a UUID outside and 32 digits on the wire', () => {
    const uuid = '0193e5a0-1234-7abc-8def-0123456789ab';
    assert.equal(uuidOf(digitsOf(uuid)), uuid);
    assert.equal(digitsOf(uuid).length, 32);
  });
});

/** Takes no notice of anything. */
const nobody: Reader = {
  control: () => {},
  define: () => {},
  user: () => {},
  system: () => {},
  chunk: () => {},
  relay: () => {},
  relayed: () => {},
  lost: () => {},
  noted: () => {},
};

function read(frame: Uint8Array): { records: unknown[]; fault: string | undefined } {
  const records: unknown[] = [];
  const fault = readRecords(frame, {
    control: control => records.push(control),
    define: (id, address) => records.push(['define', id, address]),
    user: (to, from, _, start, end) => records.push(['user', to, from, end - start]),
    system: record => records.push(['system', record]),
    chunk: ({ stream, offset, total, recipient, sender, bytes }) =>
      records.push(['chunk', stream, offset, total, recipient, sender, bytes.length]),
    relay: (address, inner) => records.push(['relay', address, ...inner]),
    relayed: (address, inner) => records.push(['relayed', address, ...inner]),
    lost: (first, last) => records.push(['lost', first, last]),
    noted: (first, last) => records.push(['noted', first, last]),
  });
  return { records, fault };
}

function sample(): Uint8Array {
  const writer = new FrameWriter();
  writer.define(1, '127.0.0.1:1/a');
  writeUser(writer, 1, '127.0.0.1:2/b', Uint8Array.of(1, 2, 3));
  writer.system({ number: 1, operation: 'watch', path: '/a', address: '127.0.0.1:2/b', reason: '' });
  writer.context('traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  writeUser(writer, 1, undefined, Uint8Array.of(1, 2, 3));
  writer.control({ kind: 'heartbeat', lag: 1 });
  return writer.take(header);
}

/** Random bytes, half of them behind a header that is right. */
function noise(random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256));
  if (bytes.length >= headerSize && random() < 0.5) bytes.set(new FrameWriter().take(header));
  return bytes;
}

function mutated(whole: Uint8Array, random: () => number): Uint8Array {
  const frame = whole.slice(0, random() < 0.5 ? whole.length : Math.floor(random() * whole.length));
  for (let n = 0; n < 3 && frame.length > 0; n++)
    frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
  return frame;
}
