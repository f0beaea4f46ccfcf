/** A command on its way to an actor, which carries it out in its turn and answers who sent it. */
import { asError, CommandNotFound, show } from '../base/errors.ts';
import type { Host } from '../core/actor.ts';
import { isGenerator, isThenable, refuseAsyncGenerator } from '../core/coroutine.ts';
import { carryOut, Errand, needed } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { builtIns } from './builtIns.ts';
import { declaredOf, namesOf } from './declared.ts';

/**
 * What it is to do is looked up where it arrives; it brings nothing but a name and values. One that has come from another
 * node has seen no constructor: it may have any fields, and no private members.
 */
export class Command extends Errand {
  /** What instances are called where they cross to another node. */
  static override readonly name = 'troupe.command';

  readonly name: string;
  readonly args: readonly unknown[];

  constructor(name: string, args: readonly unknown[]) {
    super();
    this.name = name;
    this.args = args;
  }

  override get [needed](): 'stop' | undefined {
    return this.name === 'stop' ? 'stop' : undefined;
  }

  override [carryOut](actor: object, host: Host): unknown {
    const { sender } = host;
    const answer = (value: unknown): void => {
      if (!host.isPutAside(this)) tellAnswer(host, sender, value);
    };
    try {
      const result = call(this, actor, host);
      if (isGenerator(result)) return afterGenerator(result, answer);
      if (isThenable(result)) return afterPromise(result, answer);
      if (typeof result === 'object' && result !== null)
        refuseAsyncGenerator(result, `the command ${show(this.name)}`);
      answer(result);
    } catch (error) {
      answer(asError(error));
    }
    return undefined;
  }
}

function call({ name, args }: { name: unknown; args: unknown }, actor: object, host: Host): unknown {
  if (typeof name !== 'string' || !Array.isArray(args))
    throw new TypeError('a command has a name, which is a text, and a list of arguments');
  if (Object.hasOwn(builtIns, name)) return builtIns[name as keyof typeof builtIns](actor, host, ...args);
  const declared = declaredOf(actor, name);
  if (declared !== undefined) return declared(args);
  const names = namesOf(actor);
  throw new CommandNotFound(
    `${host.ref.address} has no command ${show(name)}; it has ${names.join(', ')}`,
    name.slice(0, 200),
    names,
  );
}

/** An error is the answer, too: who sent the command hears of it, and the actor goes on. */
function tellAnswer(host: Host, sender: Ref | undefined, value: unknown): void {
  if (sender !== undefined) sender.tell(value, host.ref);
  // Nobody waits for an answer; what there is becomes a dead letter.
  else if (value !== undefined && host.sender === undefined) host.reply(value);
}

function* afterGenerator(
  generator: Generator<unknown>,
  answer: (value: unknown) => void,
): Generator<unknown, void, unknown> {
  let value: unknown;
  try {
    value = yield* generator;
  } catch (error) {
    value = asError(error);
  }
  answer(value);
}

async function afterPromise(promise: PromiseLike<unknown>, answer: (value: unknown) => void): Promise<void> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    value = asError(error);
  }
  answer(value);
}
