/** The command `startnode` as a real process, for specs: it is waited for by its lines and its end, never by time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The script to run, when it is not that of this checkout. */
  readonly script?: string;
}

const running = new Set<Command>();

export class Command {
  /** What the process has come to; resolves when it has ended and all its output is there. */
  readonly end: Promise<End>;
  readonly #process: ChildProcess;
  #stdout = '';
  #stderr = '';
  /** How much of the output `line` has seen. */
  #seen = 0;
  #onOutput = () => {};
  #onError = () => {};
  #hasEnded = false;

  constructor(args: readonly string[], options: CommandOptions = {}) {
    const { cwd = root, env = {}, script = `${root}dist/cli/startnode.js` } = options;
    this.#process = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...withoutSettings(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', text => this.#output(text));
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      this.#stderr += text;
      this.#onError();
    });
    running.add(this);
    this.end = this.#awaitEnd();
  }

  /** The next line on standard output that `pattern` matches. */
  line(pattern: RegExp | string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onOutput = () => {
        const line = this.#take(pattern);
        if (line !== undefined) {
          // What comes next waits for whoever asks next.
          this.#onOutput = () => {};
          resolve(line);
        } else if (this.#hasEnded)
          reject(new Error(`it ended without ${pattern}:\n${this.#stdout}${this.#stderr}`));
      };
      this.#onOutput();
    });
  }

  /** Resolves when standard error has what `pattern` matches. */
  errorLine(pattern: RegExp): Promise<void> {
    return new Promise(resolve => {
      this.#onError = () => {
        if (pattern.test(this.#stderr)) resolve();
      };
      this.#onError();
    });
  }

  /** Nobody reads its standard error from now on. */
  closeErrors(): void {
    this.#process.stderr?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #output(text: string): void {
    this.#stdout += text;
    this.#onOutput();
  }

  #take(pattern: RegExp | string): string | undefined {
    for (let end = this.#nextBreak(); end !== -1; end = this.#nextBreak()) {
      const line = this.#stdout.slice(this.#seen, end);
      this.#seen = end + 1;
      if (typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line)) return line;
    }
    return undefined;
  }

  #nextBreak(): number {
    return this.#stdout.indexOf('\n', this.#seen);
  }

  async #awaitEnd(): Promise<End> {
    const [code, signal] = await once(this.#process, 'close');
    running.delete(this);
    this.#hasEnded = true;
    this.#onOutput();
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** `startnode` from its start to its end. */
export const startnode = (args: readonly string[], options?: CommandOptions) =>
  new Command(args, options).end;

/** Ends what a failed spec has left running; to be called after each. */
export async function endAll(): Promise<void> {
  const left = [...running];
  for (const command of left) command.kill('SIGKILL');
  await Promise.all(left.map(command => command.end));
}

/** Whoever runs the specs may have settings of Troupe or of mocha's loader in the environment. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string) =>
    name.startsWith('TROUPE_') || name === 'NODE_OPTIONS' || name === 'DEBUG';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSetting(name)));
}
