/** A process that runs `peer.ts`, seen from the spec: it is commanded, listened to, stopped and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.ts';
import type { Commands, Report } from './peer.ts';

export interface PeerOptions {
  /** A module that is loaded before anything else. */
  readonly preload?: string;
  /** A command that runs another one somewhere else: in a network namespace. */
  readonly wrapper?: readonly string[];
}

type Event = Report['event'];
type ReportOf<E extends Event> = Extract<Report, { event: E }> | (Report & { event: E });
type Answer = { id: number; value?: unknown; error?: string } | { report: Report } | 'ready';

const program = fileURLToPath(new URL('peer.ts', import.meta.url));

export class Peer {
  readonly journal: string;
  /** All that it has reported, oldest first. */
  readonly reports: Report[] = [];
  /** Where its node is found; known once it has started. */
  address = '';
  incarnation = '';
  readonly #process: ChildProcess;
  readonly #isReady: Promise<void>;
  readonly #answers = new Map<number, (answer: { value?: unknown; error?: string }) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #end: Promise<unknown>;
  #calls = 0;
  #errors = '';
  isRunning = true;

  constructor(journal: string, { preload, wrapper = [] }: PeerOptions = {}) {
    this.journal = journal;
    closeSync(openSync(journal, 'a'));
    const preloads = preload === undefined ? [] : ['--import', preload];
    const words = [...wrapper, process.execPath, ...preloads, '--import', 'tsx/esm', program, journal];
    this.#process = spawn(words[0] as string, words.slice(1), {
      env: withoutSettings(process.env),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      this.#errors += text;
    });
    let ready = () => {};
    this.#isReady = new Promise(resolve => {
      ready = resolve;
    });
    this.#process.on('message', (answer: Answer) => {
      if (answer === 'ready') ready();
      else if ('report' in answer) this.#report(answer.report);
      else this.#answers.get(answer.id)?.(answer);
    });
    this.#end = once(this.#process, 'close').then(([code, signal]) => {
      this.isRunning = false;
      const error = `the process ended (${code ?? signal}) ${this.#errors}`;
      for (const answer of this.#answers.values()) answer({ error });
    });
  }

  async start(options: Parameters<Commands['start']>[0]): Promise<void> {
    await within(`the start of a process ${this.#errors}`, Promise.race([this.#isReady, this.#end]));
    const { address, incarnation } = await this.call('start', options);
    this.address = address;
    this.incarnation = incarnation;
  }

  /** Has it do something, and gives its answer. */
  async call<K extends keyof Commands>(
    name: K,
    ...args: Parameters<Commands[K]>
  ): Promise<Awaited<ReturnType<Commands[K]>>> {
    const id = this.#calls++;
    const answered = new Promise<{ value?: unknown; error?: string }>(resolve => {
      this.#answers.set(id, resolve);
      if (this.isRunning) this.#process.send({ id, name, args });
      else resolve({ error: `it has ended ${this.#errors}` });
    });
    const { value, error } = await within(`${name} of ${this.address}`, answered);
    this.#answers.delete(id);
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value as Awaited<ReturnType<Commands[K]>>;
  }

  /** The first report of that kind for which `isIt` holds, one that has come already included. */
  async report<E extends Event>(
    event: E,
    isIt: (report: ReportOf<E>) => boolean = () => true,
  ): Promise<ReportOf<E>> {
    let listener = () => {};
    const found = new Promise<ReportOf<E>>(resolve => {
      listener = () => {
        const report = this.all(event).find(isIt);
        if (report !== undefined) resolve(report);
      };
    });
    this.#listeners.add(listener);
    listener();
    return within(`${event} at ${this.address}`, found).finally(() => this.#listeners.delete(listener));
  }

  /** All reports of that kind so far. */
  all<E extends Event>(event: E): ReportOf<E>[] {
    return this.reports.filter((report): report is ReportOf<E> => report.event === event);
  }

  /** Stops the process in its tracks, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal);
  }

  /** Stops the node, and then the process. */
  async stop(): Promise<void> {
    await this.call('stop');
    await this.kill();
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#end;
  }

  #report(report: Report): void {
    this.reports.push(report);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whoever runs the specs may have settings of Troupe or of mocha's loader in the environment. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string) =>
    name.startsWith('TROUPE_') || name === 'NODE_OPTIONS' || name === 'DEBUG';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSetting(name)));
}
