/** Calls what an actor has declared as its commands, wherever it lives, and gives the result. */
import { show } from '../base/errors.ts';
import type { Actor, MessageOf } from '../core/actor.ts';
import type { AskOptions } from '../core/inlet.ts';
import { Ref } from '../core/ref.ts';
import type { ActorInfo } from './builtIns.ts';
import { Command } from './command.ts';

// biome-ignore lint/suspicious/noExplicitAny: commands of any parameters
type Any = any;
type Method = (...args: Any[]) => unknown;

declare const actorOf: unique symbol;

/**
 * A ref whose commands are known: `const worker: CommandRef<Worker> = node.spawn(Worker)`.
 * @typeParam A the class of the actor
 */
export type CommandRef<A> = Ref<MessageOf<A>> & {
  /** @internal carries A, for the types alone */
  readonly [actorOf]?: A;
};

/** The commands that every actor has. */
export interface BuiltInCommands<A = unknown> {
  ping(): 'pong';
  /** Gives its argument back. */
  echo(value?: unknown): unknown;
  info(): ActorInfo;
  /** Calls a task of the actor by name, or, on an actor of this process, a function with the actor and the arguments. */
  run(task: string | ((actor: A, ...args: Any[]) => unknown), ...args: unknown[]): unknown;
  /** Stops the actor: the answer comes before it has ended. */
  stop(): void;
  /** `'get', name`; `'set', name, value`, which gives true; nothing: all settings. */
  config(verb?: 'get' | 'set', name?: string, value?: unknown): unknown;
}

type TableOf<A> = A extends { readonly commands: infer T } ? T : unknown;
type MethodsOf<A> = {
  [K in keyof A & string as K extends keyof Actor | keyof BuiltInCommands
    ? never
    : A[K] extends Method
      ? K
      : never]: A[K];
};

/** What an actor of a class can be sent: its own methods, the functions of its `commands`, and what is built in. */
export type CommandsOf<A> = BuiltInCommands<A> & MethodsOf<A> & TableOf<A>;
export type CommandName<A> = keyof CommandsOf<A> & string;
export type CommandArgs<A, N extends CommandName<A>> = CommandsOf<A>[N] extends (
  ...args: infer Args
) => unknown
  ? Args
  : never;
/** What the command gives, or what it gives in the end when it takes time. */
export type CommandResult<A, N extends CommandName<A>> = CommandsOf<A>[N] extends (...args: Any[]) => infer R
  ? R extends Generator<Any, infer G, Any>
    ? Awaited<G>
    : Awaited<R>
  : never;

export interface Send {
  /**
   * Calls a command of an actor by name, and gives what the command gives. An actor carries out a command in its turn, as it
   * handles a message. What the command throws is what this is rejected with.
   * @throws CommandNotFound, which lists what there is; what `ask` throws: TimeoutError after 5000 ms, ActorStopped,
   * NodeDownError, AbortError, RemotingError
   */
  <A, N extends CommandName<A>>(
    target: CommandRef<A>,
    name: N,
    ...args: CommandArgs<A, N>
  ): Promise<CommandResult<A, N>>;
  /** The same where the class of the actor is not known. */
  <R = unknown>(target: Ref & { readonly [actorOf]?: never }, name: string, ...args: unknown[]): Promise<R>;

  /** `send` with other options: `send.with({ timeout: 100, signal })(ref, 'name', ...args)`. */
  with(options: AskOptions): Send;
}

function sendWith(options: AskOptions): Send {
  async function send(target: Ref, name: string, ...args: unknown[]): Promise<unknown> {
    if (!(target instanceof Ref))
      throw new TypeError(`send(ref, 'name', ...args): expected the ref of an actor, not ${show(target)}`);
    if (typeof name !== 'string')
      throw new TypeError(`send(ref, 'name', ...args): the name must be a text, not ${show(name)}`);
    return target.ask(new Command(name, args), options);
  }
  return Object.assign(send, { with: (more: AskOptions) => sendWith({ ...options, ...more }) }) as Send;
}

export const send: Send = sendWith({});
