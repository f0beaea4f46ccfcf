/** What is wrong with a file that describes a flow: all of it, and where. */
import { FlowError } from '../events/errors.ts';
import type { Path, Place } from './yaml.ts';

export interface FlowFault extends Place {
  readonly file: string;
  /** The key, from the top: `actors.lines.params.path`, `wiring[2]`, `actors["a.b"]`; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

/** A file does not describe a flow that could be started. Its message has a line for each fault: `flow.yaml:3:9 actors.out: …`. */
export class FlowFileError extends FlowError {
  static override readonly code: string = 'FLOW_FILE';
  /** In the order of the file. */
  readonly faults: readonly FlowFault[];

  constructor(faults: readonly FlowFault[]) {
    const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
    super(sorted.map(lineOf).join('\n'));
    this.faults = sorted;
  }
}

function lineOf({ file, line, column, key, message }: FlowFault): string {
  const text = message.replace(/\s*\n\s*/g, ' ');
  return visible(`${file}:${line}:${column}${key === '' ? '' : ` ${key}`}: ${text}`);
}

/** What a terminal would take for an order is written out: `\u001b`. */
const visible = (text: string) =>
  text.replace(/\p{Cc}/gu, sign => `\\u${(sign.codePointAt(0) as number).toString(16).padStart(4, '0')}`);

/** `['wiring', 2, 'size']` as `wiring[2].size`. */
export function keyOf(path: Path): string {
  return path.map(stepOf).join('').replace(/^\./, '');
}

function stepOf(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[^\s\p{Cc}."[\]]+$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
