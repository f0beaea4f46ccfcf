/** What docs/wire-protocol.md says in bytes and numbers is what the code does. */
import { readFileSync } from 'node:fs';
import { assert } from 'chai';
import type { Ref } from '../../lib/index.ts';
import { FastCodec } from '../../lib/remoting/fastCodec.ts';
import { extension } from '../../lib/remoting/format.ts';
import { largeSize } from '../../lib/remoting/lane.ts';
import { PlacesOut } from '../../lib/remoting/places.ts';
import {
  FrameWriter,
  flag,
  handshakeFrame,
  headerSize,
  noIncarnation,
  operations,
  protocolVersion,
} from '../../lib/remoting/wire.ts';

const page = readFileSync(new URL('../../docs/wire-protocol.md', import.meta.url), 'utf8');
const here = '00112233445566778899aabbccddeeff';
const there = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const header = { source: here, target: there, link: 1, yourLink: 7, ack: 0, systemAck: 0 };

describe('the page on the wire protocol', () => {
  it('shows the bytes of a hello', () => {
    const hello = handshakeFrame(here, noIncarnation, {
      ...{
        kind: 'hello',
        address: `${here}:0`,
        version: '0.1.0',
        features: [],
        wantsRoute: false,
        link: 1,
        yourLink: 0,
      },
      ...{ maxMessageSize: 16 * 1024 * 1024, key: '', proof: '' },
    } as const);
    assert.equal(hexOf(hello), hexOnPage('hello'));
  });

  it('shows the bytes of the first message, with its definitions', () => {
    const writer = new FrameWriter();
    const places = new PlacesOut();
    const definitions = { defined: [] };
    const recipient = places.ofRecipient({ step: '/greeter' } as Ref, writer, definitions);
    const sender = places.ofSender({ address: `${here}:0/echo` } as Ref, writer, definitions);
    const start = writer.beginUser(recipient, sender);
    new FastCodec({ refAt: address => assert.fail(address) }).encode('hello', writer.out);
    writer.endUser(start);
    assert.equal(hexOf(writer.take({ ...header, flags: 0, sequence: 1 })), hexOnPage('user'));
  });

  it('shows the bytes of a context', () => {
    const writer = new FrameWriter();
    writer.context('traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    assert.equal(hexOf(writer.take().subarray(headerSize)), hexOnPage('context'));
  });

  it('shows the bytes of an ack', () => {
    const pair = { link: 7, yourLink: 1 };
    const ack = {
      source: there,
      target: here,
      flags: flag.unnumbered,
      ...pair,
      sequence: 0,
      ack: 1,
      systemAck: 0,
    };
    assert.equal(hexOf(new FrameWriter().take(ack)), hexOnPage('ack'));
  });

  it('names the version, the size of the header and that of a chunk', () => {
    assert.include(page, `# The wire protocol, version ${protocolVersion}\n`);
    assert.include(page, `| ${headerSize}– | records |`);
    assert.include(page, `(${largeSize.toLocaleString('en').replace(',', ' ')} bytes) travels as chunks`);
  });

  it('numbers the flags', () => {
    const [, flags = ''] = /\| flags \| (.*?);/.exec(page) ?? [];
    assert.equal(
      flags,
      Object.entries(flag)
        .map(([name, bit]) => `${bit} ${name}`)
        .join(', '),
    );
  });

  it('numbers the operations of system records', () => {
    assert.deepEqual(rowsOf('operation'), [...operations.entries()]);
  });

  it('numbers the extension types', () => {
    // MessagePack's own is the first on the page.
    const types = Object.entries(extension).sort(([, a], [, b]) => a - b);
    assert.deepEqual(
      rowsOf('what', '| type |'),
      types.map(([name, type]) => [type, name]),
    );
  });

  for (const [kind, write] of Object.entries(records())) {
    it(`numbers ${kind}`, () => {
      const writer = new FrameWriter();
      write(writer);
      const number = writer.take()[headerSize];
      assert.match(page, new RegExp(`^\\| ${number} \\| ${kind} \\|`, 'm'));
    });
  }
});

/** One record of each kind. */
function records(): Record<string, (writer: FrameWriter) => void> {
  const bytes = new Uint8Array(1);
  const nobody = { recipient: undefined, sender: undefined };
  const who = {
    address: '',
    version: '',
    features: [],
    wantsRoute: false,
    link: 1,
    yourLink: 0,
    maxMessageSize: 1,
  };
  const keys = { key: '', proof: '' };
  const gap = { first: 1, last: 1 };
  return {
    hello: writer => writer.control({ kind: 'hello', ...who, ...keys }),
    welcome: writer => writer.control({ kind: 'welcome', ...who, ...keys }),
    refuse: writer => writer.control({ kind: 'refuse', reason: '' }),
    heartbeat: writer => writer.control({ kind: 'heartbeat', lag: 0 }),
    goodbye: writer => writer.control({ kind: 'goodbye', reason: '' }),
    define: writer => writer.define(1, ''),
    user: writer => writer.endUser(writer.beginUser(undefined, undefined)),
    system: writer => writer.system({ number: 1, operation: 'watch', path: '', address: '', reason: '' }),
    chunk: writer => writer.chunk({ stream: 1, offset: 0, total: 1, ...nobody, bytes }),
    relay: writer => writer.relay('relay', '', bytes),
    relayed: writer => writer.relay('relayed', '', bytes),
    lost: writer => writer.range('lost', gap),
    noted: writer => writer.range('noted', gap),
    context: writer => writer.context('x'),
  };
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The bytes of a block of the page, without its comments. */
function hexOnPage(name: string): string {
  const [, block = ''] = new RegExp(`^\`\`\`hex ${name}\n(.*?)^\`\`\``, 'ms').exec(page) ?? [];
  return block.replaceAll(/#.*$|\s/gm, '');
}

/** The first two cells of each row below a head whose second cell is `title`. */
function rowsOf(title: string, begin = '| number |'): [number, string][] {
  const table = page.slice(page.indexOf(`${begin} ${title} |`)).split('\n\n', 1)[0] ?? '';
  return [...table.matchAll(/^\| (-?\d+) \| (\w+) \|/gm)].map(([, number, name = '']) => [
    Number(number),
    name,
  ]);
}
