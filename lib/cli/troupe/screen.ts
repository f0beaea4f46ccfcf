/** The whole screen of a terminal, for as long as a command needs it: it is given back as it was, however the command ends. */
import { emitKeypressEvents } from 'node:readline';
import type { Key, Size } from './topModel.ts';

export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

export class Screen {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #onKey: (text: unknown, key: Key) => void;
  readonly #onResize: () => void;
  readonly #onExit = () => this.close();
  #isOpen = true;

  constructor({ input, output }: TerminalStreams, onKey: (key: Key) => void, onResize: () => void) {
    this.#input = input;
    this.#output = output;
    this.#onKey = (_text, key) => onKey(key);
    this.#onResize = onResize;
    emitKeypressEvents(input);
    input.setRawMode?.(true);
    input.on('keypress', this.#onKey);
    input.resume();
    output.on('resize', this.#onResize);
    process.on('exit', this.#onExit);
    output.write(enter);
  }

  get size(): Size {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Writes over what is there, without a moment in which nothing is there. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    this.#output.write(`\u001b[H${lines.map(line => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#output.write(leave);
    this.#input.setRawMode?.(false);
    this.#input.off('keypress', this.#onKey);
    this.#input.pause();
    this.#output.off('resize', this.#onResize);
    process.off('exit', this.#onExit);
  }
}
