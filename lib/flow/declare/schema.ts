/** The JSON schema of a file that describes a flow: what such a file is checked with, and what an editor may use. */
import { queuePolicies } from '../queue.ts';

const text = (description: string) => ({ type: 'string', minLength: 1, description });
const flag = (description: string) => ({ type: 'boolean', description });
const ms = (description: string) => ({ type: 'number', minimum: 0, description });
const count = (description: string, minimum = 1) => ({ type: 'integer', minimum, description });
const choice = (list: readonly string[], description: string) => ({
  type: 'string',
  enum: list,
  description,
});
const object = (description: string, properties: object, required: readonly string[] = []) => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: false,
});

const size = count('How many events wait in a queue at most.');
const policy = choice(queuePolicies, 'What happens when a queue is full.');
const actorClass = text('A built-in actor by name, ./module.js#Class beside this file, or package#Class.');
const params = { type: 'object', description: 'The parameters of the actor.' };

const actor = (properties: object = {}) => ({
  ...object(
    'An actor: the name of its class, or that and its parameters.',
    { ...properties, actor: actorClass, params, description: text('What it is for.') },
    ['actor'],
  ),
  type: ['string', 'object'],
  minLength: 1,
});

const restart = object('How often an actor may crash before the flow gives up.', {
  max: count('At most so many times (3)', 0),
  within: ms('within so many ms (5000).'),
  backoff: object(
    'How long it stays away before it comes back.',
    {
      min: ms('At first, in ms.'),
      max: ms('At the longest, in ms (30000, or min if that is more).'),
      factor: {
        type: 'number',
        minimum: 1,
        description: 'By how much each time is longer than the one before (2).',
      },
      jitter: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'The share that is left to chance (0.2).',
      },
      resetAfter: {
        type: 'number',
        exclusiveMinimum: 0,
        description: 'After so many quiet ms it is min again (max, at least 10000).',
      },
    },
    ['min'],
  ),
});

const node = object('The node that the actors live on.', {
  address: text('host:port that other nodes reach it at.'),
  advertise: text('What others connect to, when it differs from the address.'),
  shutdownTimeout: ms('How long stopping it may take, in ms (5000).'),
  remoting: object('How it deals with other nodes.', {
    heartbeatInterval: ms('ms'),
    maxSilence: ms('ms'),
    maxUnresponsive: ms('ms'),
    maxMessageSize: count('bytes'),
    relay: flag('Forwards between nodes that cannot see each other.'),
    relays: { type: 'array', items: text('host:port'), description: 'Relays to stay connected with.' },
    curve: text('A key file, beside this file unless its path is absolute: encrypts.'),
    insecure: flag('Allows an address that is not loopback without encryption.'),
  }),
});

const wire = {
  ...object(
    'A queue: "a -> b", "a.outbox -> b.inbox", "a !> b" for errors, "a ~> b" for log lines; or { from, to }.',
    {
      from: text('actor or actor.outbox'),
      to: {
        description: 'actor or actor.inbox, or a list of them',
        type: ['string', 'array'],
        minLength: 1,
        minItems: 1,
        items: text('actor or actor.inbox'),
      },
      kind: choice(['event', 'error', 'log'], 'What it carries (event).'),
      size,
      policy,
    },
    ['from', 'to'],
  ),
  type: ['string', 'object'],
  minLength: 1,
};

/** Of draft 7. `startflow schema` prints it. */
export const flowSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A flow of Troupe',
  ...object(
    'What startflow runs.',
    {
      name: text("What the flow is called (the file's name)."),
      description: text('What it is for.'),
      size,
      policy,
      copy: flag('Whether every outbox gets a copy of its own (true).'),
      acks: flag('Tells sources when what they emitted has been handled (false).'),
      ackTimeout: ms('How long an event may be under way, in ms (30000).'),
      stopTimeout: ms('How long events may take to drain when the flow stops, in ms (10000).'),
      stopWhen: choice(['never', 'idle'], 'idle: stops when no source has anything left (never).'),
      restart,
      node,
      logActor: actor({ name: text('Its name (log).') }),
      errorActor: actor({ name: text('Its name (error).') }),
      actors: {
        type: 'object',
        minProperties: 1,
        description: 'The actors by their names.',
        additionalProperties: actor(),
      },
      wiring: { type: 'array', description: 'The queues between them.', items: wire },
    },
    ['actors'],
  ),
} as const;
