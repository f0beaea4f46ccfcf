/** The commands that every actor answers. */
import { CommandNotFound, show } from '../base/errors.ts';
import type { Host } from '../core/actor.ts';
import type { Life } from '../core/life.ts';
import { tree } from '../core/tree.ts';
import { type builtInNames, functionNames, functionsOf, namesOf } from './declared.ts';
import { Settings } from './settings.ts';

/** What the command `info` tells. */
export interface ActorInfo {
  readonly address: string;
  readonly name: string;
  /** The name of its class or function. */
  readonly class: string;
  readonly state: Life;
  /** The messages that wait in its mailbox. */
  readonly mailbox: number;
  /** The messages that it has put aside. */
  readonly stashed: number;
  readonly restarts: number;
  /** For how many ms it has been there, restarts included. */
  readonly uptime: number;
  /** How many children it has. */
  readonly children: number;
  /** What it can be sent. */
  readonly commands: readonly string[];
}

type BuiltIn = (actor: object, host: Host, ...args: unknown[]) => unknown;

export const builtIns: Readonly<Record<(typeof builtInNames)[number], BuiltIn>> = {
  ping: () => 'pong',
  echo: (_actor, _host, value) => value,
  info: (actor, host) => infoOf(actor, host),
  run: (actor, _host, task, ...args) => taskOf(actor, task)(actor as never, ...(args as never[])),
  stop: (_actor, host) => host.ref.stop(),
  config: (actor, _host, verb, name, value) => config(actor, verb, name, value),
};

function infoOf(actor: object, { ref, uptime }: Host): ActorInfo {
  const { name, className = '', state, queued, stashed, restarts, more } = tree(ref, { maxDepth: 0 });
  return {
    ...{ address: ref.address, name, class: className, state },
    ...{ mailbox: queued, stashed, restarts, uptime, children: more, commands: namesOf(actor) },
  };
}

/** A function itself comes from this process alone: none can cross from another one. */
function taskOf(actor: object, task: unknown): (actor: never, ...args: never[]) => unknown {
  if (typeof task === 'function') return task as () => unknown;
  if (typeof task !== 'string')
    throw new TypeError(`run: expected the name of a task, or here a function, not ${show(task)}`);
  const tasks = functionsOf(actor, 'tasks');
  const found = Object.hasOwn(tasks, task) ? tasks[task] : undefined;
  if (typeof found === 'function') return found as () => unknown;
  const names = functionNames(tasks);
  throw new CommandNotFound(
    `run: there is no task ${show(task)}; ${names.length === 0 ? 'there are none' : `the tasks are ${names.join(', ')}`}`,
    task.slice(0, 200),
    names,
  );
}

function config(actor: object, verb: unknown, name: unknown, value: unknown): unknown {
  const { settings } = actor as { settings?: unknown };
  if (!(settings instanceof Settings))
    throw new TypeError(
      `config: ${actor.constructor.name} has no settings; it needs settings = new Settings({ … })`,
    );
  if (verb === undefined || (verb === 'get' && name === undefined)) return settings.all();
  if (verb === 'get') return settings.get(name as never);
  if (verb !== 'set')
    throw new TypeError(`config: expected 'get', a name or 'set', a name and a value, not ${show(verb)}`);
  settings.set(name as never, value as never);
  return true;
}
