/** A recording as a sequence diagram: https://mermaid.js.org/syntax/sequenceDiagram.html */
import type { DeliveryEntry, Entry, RecordedError } from './entries.ts';
import { brief } from './written.ts';

/** Who tells without a sender: code of no actor. */
const outside = 'outside';

/** The participants stand in the order of their appearance; a delivery that failed ends in a cross, with a note. */
export function mermaidOf(entries: Iterable<Entry>): string {
  const ids = new Map<string, string>();
  const idOf = (name: string): string => {
    const id = ids.get(name) ?? `p${ids.size}`;
    ids.set(name, id);
    return id;
  };
  const lines = [...entries].flatMap(entry => linesOf(entry, idOf));
  const participants = [...ids].map(([name, id]) => `participant ${id} as ${escaped(name)}`);
  return `${['sequenceDiagram', ...[...participants, ...lines].map(line => `  ${line}`)].join('\n')}\n`;
}

type IdOf = (name: string) => string;

function linesOf(entry: Entry, idOf: IdOf): string[] {
  const { type, actor } = entry;
  switch (type) {
    case 'delivery':
      return deliveryLines(entry, idOf);
    case 'answer': {
      const text =
        entry.error === undefined ? `answers ${brief(entry.answer)}` : `no answer: ${said(entry.error)}`;
      return [`${idOf(entry.from)}-->>${idOf(actor)}: ${escaped(text)}`];
    }
    case 'failed':
      return [note(idOf(actor), `failed: ${said(entry.error)}`)];
    case 'stopped':
      return [note(idOf(actor), entry.reason === 'stopped' ? 'stopped' : `ended: ${entry.reason}`)];
    default:
      return [note(idOf(actor), type)];
  }
}

function deliveryLines(entry: DeliveryEntry, idOf: IdOf): string[] {
  const { actor, from, timer, outcome, error } = entry;
  const sender = idOf(timer === undefined ? (from ?? outside) : actor);
  const receiver = idOf(actor);
  const what =
    timer === undefined ? brief(entry.message) : `timer ${brief(timer, 20)}: ${brief(entry.message)}`;
  const aside = outcome === 'unhandled' || outcome === 'stashed' || outcome === 'cut' ? ` (${outcome})` : '';
  const arrow = outcome === 'failed' ? '--x' : '->>';
  const line = `${sender}${arrow}${receiver}: ${escaped(what + aside)}`;
  return error === undefined ? [line] : [line, note(receiver, `failed: ${said(error)}`)];
}

const said = ({ name, message }: RecordedError) => {
  const text = `${name}: ${message}`;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const note = (id: string, text: string) => `Note over ${id}: ${escaped(text)}`;

/** Mermaid ends a statement at a line break or a semicolon, and reads entities between `#` and `;`. */
const escaped = (text: string) =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is to go
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .replace(/[#;<>&%]/g, character => `#${character.charCodeAt(0)};`);
