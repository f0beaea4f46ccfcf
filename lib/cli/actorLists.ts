/** What `startflow list` and `startflow show` print about the actors of `troupe/flow`. */
import { didYouMean } from '../base/nearest.ts';
import { builtInActors } from '../flow/index.ts';
import { ActorDocs } from './actorDocs.ts';
import { CannotStart } from './cannotStart.ts';

/** A line for each actor. */
export function listActors(): string {
  const docs = new ActorDocs();
  const names = [...builtInActors.keys()];
  const width = Math.max(...names.map(({ length }) => length));
  return names.map(name => `${name.padEnd(width)}  ${sentence(docs.of(name).text)}\n`).join('');
}

/**
 * What an actor does, and its parameters.
 * @throws CannotStart when there is none of that name
 */
export function showActor(name: string): string {
  if (!builtInActors.has(name)) {
    const hint = didYouMean(name, builtInActors.keys()) || '; startflow list names all of them';
    throw new CannotStart(`there is no built-in actor ${name}${hint}`);
  }
  const { text, params } = new ActorDocs().of(name);
  const lines = params.map(
    param => `  ${param.name}${param.isOptional ? '' : ' (required)'}: ${param.type}\n      ${param.text}\n`,
  );
  const list = lines.length === 0 ? 'It has no parameters of its own.\n' : `Parameters:\n\n${lines.join('')}`;
  return `${name}\n\n${text}\n\n${list}\nBeside these: concurrency, rescue, timeout, convertOutput, restart.\n`;
}

/** The first sentence. */
const sentence = (text: string) => /^.*?[.;](?= |$)/.exec(text)?.[0].replace(/;$/, '.') ?? text;
