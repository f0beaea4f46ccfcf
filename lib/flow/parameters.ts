/** The names of the parameters that a class of actors takes, and what is wrong with others. */
import { didYouMean } from '../base/nearest.ts';
import type { FlowActor, FlowActorOptions } from './flowActor.ts';

/**
 * All parameters of an actor, for `static parameters`: the compiler refuses a list that lacks one, or has one too many. The
 * `FlowActorOptions` are not among them.
 */
// biome-ignore lint/suspicious/noExplicitAny: every actor has parameters of its own
export type ParamNames<A extends FlowActor<any>> = Readonly<
  Record<Exclude<keyof A['params'], keyof FlowActorOptions>, true>
>;

const options: Readonly<Record<keyof FlowActorOptions, true>> = {
  concurrency: true,
  blockingConsume: true,
  rescue: true,
  maxRescue: true,
  convertOutput: true,
  timeout: true,
  restart: true,
};

/** The names of the `FlowActorOptions`. */
export const actorOptions = Object.keys(options);

/** A class that may say which parameters it takes. */
interface Kind {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, true>> | undefined;
}

/** Parameters that a class does not know, each with what is wrong; a class that does not say itself which it knows takes all. */
export function unknownParameters(
  kind: Kind,
  params: unknown,
  isActor: boolean,
): { readonly name: string; readonly message: string }[] {
  const own = Object.hasOwn(kind, 'parameters') ? kind.parameters : undefined;
  if (own === undefined || typeof params !== 'object' || params === null) return [];
  const known = isActor ? [...Object.keys(own), ...actorOptions] : Object.keys(own);
  return Object.keys(params)
    .filter(name => !known.includes(name))
    .map(name => {
      const list = Object.keys(own).join(', ') || 'none of its own';
      const hint = didYouMean(name, known) || `; its parameters are: ${list}`;
      return { name, message: `${kind.name} has no parameter ${name}${hint}` };
    });
}

/** The same of an actor, as faults of the wiring. */
export const faultsOfNames = (name: string, actor: FlowActor): string[] =>
  unknownParameters(actor.constructor as typeof FlowActor, actor.params, true).map(
    ({ message }) => `${name}: ${message}`,
  );
