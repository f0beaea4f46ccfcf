/** Lines that are typed, sent to where they are evaluated, and what comes back. Knows neither sockets nor nodes. */
import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { Prompt } from '../../observe/console/client.ts';
import type { Terminal } from '../../observe/console/evaluator.ts';

export interface ShellOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly columns?: number };
  /** Whether somebody types: with prompts, keys and completion. */
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** The lines that were typed before, the newest first. */
  readonly history: readonly string[];
}

const first = '> ';
const more = '… ';

export class Shell {
  /** Resolves when nobody types any more: whether all that was evaluated went well. */
  readonly ended: Promise<boolean>;
  readonly #prompt: Prompt;
  readonly #options: ShellOptions;
  readonly #lines: Interface;
  /** What has been typed and not been evaluated. */
  #code = '';
  #waiting: string[] = [];
  #isBusy = false;
  #isClosed = false;
  #mayLeave = false;
  #isFine = true;
  #onIdle = () => {};

  constructor(prompt: Prompt, options: ShellOptions) {
    this.#prompt = prompt;
    this.#options = options;
    const { input, output, isTerminal } = options;
    this.#lines = createInterface({
      ...{ input, output, terminal: isTerminal, prompt: isTerminal ? first : '' },
      ...{ history: [...options.history], historySize: 1000, removeHistoryDuplicates: true },
      completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
        prompt.complete(line).then(
          found => done(null, found),
          () => done(null, [[], line]),
        );
      },
    });
    this.#lines.on('line', line => {
      this.#waiting.push(line);
      void this.#go();
    });
    this.#lines.on('SIGINT', () => this.#interrupt());
    this.ended = new Promise(resolve => {
      const end = () => resolve(this.#isFine);
      this.#lines.on('close', () => {
        this.#isClosed = true;
        if (this.#isBusy && isTerminal) prompt.abandon();
        if (this.#isBusy) this.#onIdle = end;
        else end();
      });
    });
    this.#lines.prompt();
  }

  /** The lines that have been typed, the newest first. */
  get history(): readonly string[] {
    return (this.#lines as Interface & { history?: string[] }).history ?? [];
  }

  /** What comes unasked: it goes above the line that is being typed. */
  print(text: string): void {
    const { output, isTerminal } = this.#options;
    if (!isTerminal || this.#isBusy || this.#isClosed) {
      output.write(`${text}\n`);
      return;
    }
    clearLine(output, 0);
    cursorTo(output, 0);
    output.write(`${text}\n`);
    this.#lines.prompt(true);
  }

  async #go(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift())
      await this.#take(line);
    this.#isBusy = false;
    if (!this.#isClosed) {
      this.#lines.setPrompt(!this.#options.isTerminal ? '' : this.#code === '' ? first : more);
      this.#lines.prompt();
    }
    this.#onIdle();
  }

  async #take(line: string): Promise<void> {
    this.#mayLeave = false;
    if (this.#code === '' && line.trim() === '.exit') return this.#lines.close();
    const code = this.#code === '' ? line : `${this.#code}\n${line}`;
    if (code.trim() === '') return;
    const { output, isTerminal } = this.#options;
    try {
      const shown = await this.#prompt.evaluate(code, this.#terminal);
      // What is read from a file ends there, and an empty line ends what is typed.
      const isCut = shown === undefined && isTerminal && line.trim() === '';
      this.#code = shown === undefined && !isCut ? code : '';
      if (isCut) output.write('unfinished, and left out\n');
      if (shown === undefined) return;
      if (shown.hasFailed) this.#isFine = false;
      if (shown.text !== '') output.write(`${shown.text}\n`);
    } catch (error) {
      this.#code = '';
      this.#isFine = false;
      if (!this.#isClosed) output.write(`${(error as Error).message}\n`);
    }
  }

  get #terminal(): Terminal {
    return { columns: this.#options.output.columns ?? 80, colors: this.#options.colors };
  }

  #interrupt(): void {
    if (this.#isBusy) return this.#prompt.abandon();
    const { output } = this.#options;
    if (this.#code === '' && this.#lines.line === '') {
      if (this.#mayLeave) return this.#lines.close();
      this.#mayLeave = true;
      output.write('\n(Ctrl-C once more, Ctrl-D or .exit to leave)\n');
    } else output.write('\n');
    this.#code = '';
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#lines.setPrompt(first);
    this.#lines.prompt();
  }

  /** Ends it: the other side is gone. */
  close(): void {
    this.#isFine = false;
    this.#lines.close();
  }
}
