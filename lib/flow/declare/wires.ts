/** The queues of a flow file: `lines -> parse -> out`, `parse.ok -> out.inbox`, `parse !> errors`, `parse ~> log`, or objects. */
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { SetupError } from '../events/errors.ts';
import type { QueueKind } from '../queue.ts';
import type { ConnectOptions } from '../wiring.ts';

export interface End {
  readonly actor: string;
  /** Undefined: named after the other end. */
  readonly queue: string | undefined;
}

export interface Wire {
  readonly kind: QueueKind;
  readonly from: End;
  readonly to: End;
  readonly options: ConnectOptions;
}

/** How an entry of the wiring is written that is no text. */
export interface WireObject extends ConnectOptions {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly kind?: QueueKind;
}

const kinds: Readonly<Record<string, QueueKind>> = { '->': 'event', '!>': 'error', '~>': 'log' };

/**
 * The queues that an entry stands for.
 * @param actors the names that there are
 * @throws SetupError that says what is wrong with the entry
 */
export function wiresOf(entry: string | WireObject, actors: readonly string[]): Wire[] {
  if (typeof entry === 'string') return wiresOfText(entry, actors);
  const { from, to, kind = 'event', ...options } = entry;
  if (kind === 'log' && options.policy === 'block')
    throw new SetupError(
      'the policy of a log queue must not be block: what is logged never makes an actor wait',
    );
  return pairs(
    kind,
    [endOf(from, actors)],
    [to].flat().map(end => endOf(end, actors)),
    options,
  );
}

function wiresOfText(text: string, actors: readonly string[]): Wire[] {
  const [first = '', ...rest] = text.split(/(->|!>|~>)/);
  if (rest.length === 0)
    throw new SetupError(
      `${show(text)} connects nothing: write "a -> b", "a !> b" for errors or "a ~> b" for log lines`,
    );
  const wires: Wire[] = [];
  let from = endsOf(first, text, actors);
  for (let at = 0; at < rest.length; at += 2) {
    const to = endsOf(rest[at + 1] as string, text, actors);
    wires.push(...pairs(kinds[rest[at] as string] as QueueKind, from, to, {}));
    from = to;
  }
  return wires;
}

function pairs(kind: QueueKind, from: readonly End[], to: readonly End[], options: ConnectOptions): Wire[] {
  return from.flatMap(source => to.map(destination => ({ kind, from: source, to: destination, options })));
}

function endsOf(list: string, text: string, actors: readonly string[]): End[] {
  return list.split(',').map(end => {
    if (end.trim() === '') throw new SetupError(`${show(text)} lacks an actor beside an arrow or a comma`);
    return endOf(end.trim(), actors);
  });
}

/** `actor` or `actor.queue`; the name of an actor may have dots itself. */
function endOf(text: string, actors: readonly string[]): End {
  if (actors.includes(text)) return { actor: text, queue: undefined };
  for (let dot = text.lastIndexOf('.'); dot !== -1; dot = dot === 0 ? -1 : text.lastIndexOf('.', dot - 1)) {
    const [actor, queue] = [text.slice(0, dot), text.slice(dot + 1)];
    if (!actors.includes(actor)) continue;
    if (queue === '') throw new SetupError(`${show(text)} lacks the name of a queue after the dot`);
    return { actor, queue };
  }
  const [name = text] = text.split('.');
  const hint = didYouMean(text, actors) || didYouMean(name, actors);
  throw new SetupError(`there is no actor ${show(name)}${hint}`);
}
