import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';

/**
 * What makes two runs differ, and every package: each has one file that may touch it. ZeroMQ has two: the flow's sockets are
 * of all kinds and speak to strangers, those of remoting are two and speak to nodes.
 */
const packages: Record<string, string | string[]> = {
  zeromq: ['flow/zeromqSockets.ts', 'remoting/zeromqTransport.ts'],
  '@msgpack/msgpack': 'remoting/codec.ts',
  uuid: 'base/world.ts',
  debug: 'base/log.ts',
  'tsx/esm/api': 'cli/load.ts',
  fastify: 'flow/http/fastify.ts',
  jose: 'flow/http/jose.ts',
  slimdom: 'flow/events/xml.ts',
  fontoxpath: 'flow/xml/xpathEngine.ts',
  '@opentelemetry/api': 'observe/openTelemetry.ts',
  'saxon-js': 'flow/xml/xsltEngine.ts',
  xslt3: 'flow/xml/xsltEngine.ts',
  'libxml2-wasm': 'flow/xml/xsdEngine.ts',
  ajv: 'flow/json/schemaEngine.ts',
  'ajv-formats': 'flow/json/schemaEngine.ts',
  croner: 'flow/io/cron.ts',
  'csv-parse/sync': 'flow/io/csv.ts',
  'csv-stringify/sync': 'flow/io/csv.ts',
  nodemailer: 'flow/io/mailer.ts',
  'postal-mime': 'flow/io/mailText.ts',
  'smtp-server': 'flow/io/mailDoor.ts',
  yaml: 'base/yaml.ts',
};
const globals = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process.nextTick',
  'process.hrtime',
  'performance.now',
  'Date.now',
  'new Date()',
  'Math.random',
  'randomUUID',
];
const lib = new URL('../lib', import.meta.url).pathname;
const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => ({ name, code: withoutComments(readFileSync(join(lib, name), 'utf8')) }));

describe('doors', () => {
  for (const [name, door] of Object.entries(packages)) {
    const doors = [door].flat();
    it(`${name} is imported by ${doors.join(' and ')} alone`, () => {
      assert.sameMembers(importersOf(name), doors);
    });
  }

  it('no other package is imported', () => {
    const imported = sources.flatMap(({ code }) => packagesIn(code));
    assert.sameMembers(
      [...new Set(imported)].filter(name => !name.startsWith('node:')),
      Object.keys(packages),
    );
  });

  for (const name of globals) {
    it(`${name} is used by base/world.ts alone`, () => {
      const users = sources.filter(({ code }) => code.includes(name)).map(source => source.name);
      assert.includeMembers(['base/world.ts'], users);
    });
  }
});

const importersOf = (name: string): string[] =>
  sources.filter(({ code }) => packagesIn(code).includes(name)).map(source => source.name);

/** Optional packages are loaded by the helpers of `base/optional.ts`, with a type in front of the name. */
const packagesIn = (code: string): string[] => [
  ...new Set(
    [
      ...code.matchAll(
        /(?:from |import |import\(|require\(|(?:loadPackage(?:Async)?|pathOfPackage)(?:<[^(]*>)?\()'([^'.][^']*)'/g,
      ),
    ].map(([, name]) => name as string),
  ),
];

/** Texts may speak of what code must not touch. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
