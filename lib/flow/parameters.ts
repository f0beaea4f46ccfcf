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
  convertOutput: true,
  timeout: true,
  restart: true,
};

/** Parameters that its class does not know; a class that does not say itself which it knows takes all. */
export function faultsOfNames(name: string, actor: FlowActor): string[] {
  const kind = actor.constructor as typeof FlowActor;
  const own = Object.hasOwn(kind, 'parameters') ? kind.parameters : undefined;
  if (own === undefined || typeof actor.params !== 'object' || actor.params === null) return [];
  const known = Object.keys({ ...own, ...options });
  return Object.keys(actor.params)
    .filter(param => !known.includes(param))
    .map(param => {
      const list = Object.keys(own).join(', ') || 'none of its own';
      const hint = didYouMean(param, known) || `; its parameters are: ${list}`;
      return `${name}: ${kind.name} has no parameter ${param}${hint}`;
    });
}
