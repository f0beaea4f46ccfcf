import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import * as troupe from '../lib/index.ts';
import { TroupeError } from '../lib/index.ts';

/** A code never changes its meaning: programs compare it. A new class adds a line; none is ever taken away. */
const codes = {
  AbortError: 'ABORTED',
  ActorContextError: 'NO_CONTEXT',
  ActorStopped: 'ACTOR_STOPPED',
  AlreadyRegistered: 'ALREADY_REGISTERED',
  BadSupervision: 'BAD_SUPERVISION',
  ChildError: 'CHILD',
  CommandNotFound: 'COMMAND_NOT_FOUND',
  CreateFailed: 'CREATE_FAILED',
  InvalidAddress: 'INVALID_ADDRESS',
  InvalidEscalation: 'INVALID_ESCALATION',
  LookupFailed: 'LOOKUP_FAILED',
  MailboxFull: 'MAILBOX_FULL',
  NameConflict: 'NAME_CONFLICT',
  NodeDownError: 'NODE_DOWN',
  NodeStopped: 'NODE_STOPPED',
  Overrun: 'OVERRUN',
  ProcessExited: 'PROCESS_EXITED',
  RemotingError: 'REMOTING',
  RestartsExhausted: 'RESTARTS_EXHAUSTED',
  SerializationError: 'SERIALIZATION',
  ThreadExited: 'THREAD_EXITED',
  TimeoutError: 'TIMEOUT',
  Unhandled: 'UNHANDLED',
  UnhandledTermination: 'UNHANDLED_TERMINATION',
};
/** Codes of misuse, which have no class of their own. */
const codesOfMisuse = ['ASYNC_GENERATOR', 'BUG', 'GET_PENDING', 'PACKAGE_MISSING', 'PORT_IN_USE', 'THROWN'];

describe('every exported error class', () => {
  it('is listed here, with its code', () => {
    assert.sameMembers(
      errorClasses().map(({ name }) => name),
      Object.keys(codes),
    );
  });

  for (const [name, code] of Object.entries(codes)) {
    it(`${name} is a TroupeError with the code ${code}`, () => {
      const error = make(name);
      assert.instanceOf(error, TroupeError);
      assert.instanceOf(error, Error);
      assert.deepEqual([error.name, error.code], [name, code]);
    });
  }

  it('has a code that no other has', () => {
    const all = [...Object.values(codes), ...codesOfMisuse];
    assert.lengthOf(new Set(all), all.length);
  });

  it('keeps the cause that it is given', () => {
    const cause = new Error('cause');
    assert.equal(new troupe.CreateFailed('text', { cause }).cause, cause);
  });

  it('shows its name and its message as text', () => {
    assert.equal(String(new troupe.NameConflict('/a is taken')), 'NameConflict: /a is taken');
  });
});

describe('lib', () => {
  it('throws no bare Error: what it throws has a class and a code', () => {
    const bare = sources().filter(({ code }) => /throw new Error\(/.test(code));
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
    );
  });

  it('uses no code of misuse that is not listed here', () => {
    const used = sources().flatMap(({ code }) =>
      [...code.matchAll(/new TroupeError\(\s*'([A-Z_]+)'/g)].map(([, one]) => one),
    );
    assert.sameMembers([...new Set(used)], codesOfMisuse);
  });
});

type ErrorClass = new (...args: unknown[]) => TroupeError;

const errorClasses = (): ErrorClass[] =>
  Object.values<unknown>(troupe).filter(
    (one): one is ErrorClass =>
      typeof one === 'function' && one.prototype instanceof Error && one !== TroupeError,
  );

function make(name: string): TroupeError {
  const ErrorClass = (troupe as unknown as Record<string, ErrorClass>)[name] as ErrorClass;
  return name === 'ActorStopped' ? new ErrorClass({ address: '/a' }, 'stopped') : new ErrorClass('text');
}

function sources(): { name: string; code: string }[] {
  const lib = new URL('../lib', import.meta.url).pathname;
  return readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ name, code: readFileSync(join(lib, name), 'utf8') }));
}
