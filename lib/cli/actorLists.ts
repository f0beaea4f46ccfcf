/** What `startflow list` and `startflow show` print about the actors of `troupe/flow`. */
import { didYouMean } from '../base/nearest.ts';
import { builtIns } from '../flow/declare/catalog.ts';
import { builtInActors } from '../flow/index.ts';
import { actorOptions } from '../flow/parameters.ts';
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
 * What an actor or a filter does, and its parameters.
 * @throws CannotStart when there is none of that name
 */
export function showActor(name: string): string {
  const known = [...builtIns.keys()].filter(one => Object.hasOwn(builtIns.get(one) as object, 'parameters'));
  if (!known.includes(name)) {
    const hint = didYouMean(name, known) || '; startflow list names all of them';
    throw new CannotStart(`there is no built-in actor ${name}${hint}`);
  }
  const { text, params } = new ActorDocs().of(name);
  const lines = params.map(
    ({ name, isOptional, type, text }) =>
      `  ${name}${isOptional ? '' : ' (required)'}: ${type}\n${text === '' ? '' : `      ${text}\n`}`,
  );
  const list = lines.length === 0 ? 'It has no parameters of its own.\n' : `Parameters:\n\n${lines.join('')}`;
  const more = builtInActors.has(name)
    ? `Beside these: ${actorOptions.join(', ')}.`
    : `It is a parameter of an actor, written { $new: ${name}, params: { … } }.`;
  return `${name}\n\n${text}\n\n${list}\n${more}\n`;
}

/** The first sentence. */
const sentence = (text: string) => /^.*?[.;](?= |$)/.exec(text)?.[0].replace(/;$/, '.') ?? text;
