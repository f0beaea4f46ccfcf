/** Runs a node with one top-level actor, for as long as that lives. */
import { CreateFailed } from '../base/errors.ts';
import { explain, reasonOf } from '../base/explain.ts';
import type { Log, LogRecord } from '../base/log.ts';
import { systemClock } from '../base/world.ts';
import { ActorError } from '../core/events.ts';
import type { Props } from '../core/props.ts';
import { ActorStopped, type Ref } from '../core/ref.ts';
import { Node } from '../node/node.ts';
import { KeyFile } from '../remoting/keyFile.ts';
import { CannotStart } from './cannotStart.ts';
import { load } from './load.ts';
import { linesOfNode } from './log.ts';
import { openLooking } from './looking.ts';
import type { StartOptions } from './options.ts';
import { onHangup, onSignal } from './signals.ts';

/** How long, in ms, an actor that is kept running stays away. */
const pauseBeforeRespawn = 1000;

/**
 * Ends when the actor has, or when a signal comes.
 * @returns the exit code
 * @throws CannotStart, RemotingError, TypeError and what else keeps it from starting
 */
export async function run(options: StartOptions, log: Log): Promise<number> {
  // An actor that only waits for messages does not keep the process alive.
  systemClock.after(Number.POSITIVE_INFINITY, () => {});
  const runner = new Runner(options, log);
  onSignal((exitCode, signal) => runner.interrupt(exitCode, signal));
  return runner.run();
}

/** How the actor has ended, and what it failed with last. */
interface End {
  readonly reason: string;
  readonly error: Error | undefined;
}

class Runner {
  readonly #options: StartOptions;
  readonly #log: Log;
  #node: Node | undefined;
  #actor: Ref | undefined;
  /** The exit code of the signal that has come. */
  #interrupted: number | undefined;

  constructor(options: StartOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  interrupt(exitCode: number, signal: string): void {
    if (this.#node === undefined) process.exit(exitCode);
    this.#interrupted = exitCode;
    void this.#node.stop(`signal ${signal}`);
  }

  async run(): Promise<number> {
    const { actor, params, messages, keepRunning } = this.#options;
    const actorClass = await load(actor);
    const what = actorClass.using(params);
    const node = await Node.start(this.#nodeOptions(this.#openKeys()));
    this.#node = node;
    try {
      await openLooking(node, this.#options.looking, this.#isMember, this.#log);
      let end = await this.#live(node, what, messages);
      while (keepRunning && (await this.#pause(node))) end = await this.#live(node, what, []);
      return this.#exitCode(node, end);
    } finally {
      await node.stop();
    }
  }

  /** Their list is read again when the file changes, until the process ends. */
  #openKeys(): KeyFile | undefined {
    const { curve } = this.#options;
    if (curve === undefined) return undefined;
    if (!this.#isMember) {
      throw new CannotStart(
        '--curve is for nodes that others can reach: give --remoting [host:]port, or --relays, as well',
      );
    }
    const keys = KeyFile.open(curve, trouble => this.#log.warn(trouble));
    onHangup(() => keys.reload());
    return keys;
  }

  #nodeOptions(curve: KeyFile | undefined) {
    const { address, insecure, relay, relays, verbose } = this.#options;
    const logger = linesOfNode(this.#log, record => verbose || !this.#isToldLater(record));
    if (relay && address === undefined)
      throw new CannotStart(
        '--relay is for a node that others can reach: give --remoting [host:]port as well',
      );
    const remoting = { insecure, relay, relays, curve };
    return { address, verbose, logger, ...(this.#isMember && { remoting }) };
  }

  /** Whether it has to do with other nodes. */
  get #isMember(): boolean {
    return this.#options.address !== undefined || this.#options.relays.length > 0;
  }

  /** What is told on one line when the actor has ended: that it has failed to start. */
  #isToldLater({ actor, text, err }: LogRecord): boolean {
    return err?.type === CreateFailed.name && text === 'failed' && actor === this.#actor?.address;
  }

  /** One life of the actor, from its spawning to its end. */
  async #live(node: Node, what: Props, messages: readonly unknown[]): Promise<End> {
    const actor = node.spawn(what, { name: this.#options.name });
    this.#actor = actor;
    let error: Error | undefined;
    const unsubscribe = node.events.subscribe(ActorError, event => {
      if (event.ref === actor) error = event.error;
    });
    const ended = node.events.once(ActorStopped, ({ ref }) => ref === actor);
    for (const message of messages) actor.tell(message);
    const { reason } = await ended;
    unsubscribe();
    if (this.#isRunning(node)) this.#report(actor, { reason, error });
    return { reason, error };
  }

  #report(actor: Ref, { reason, error }: End): void {
    if (reason === 'stopped') return;
    this.#log.error(reason === 'failed' ? reasonOf(error) : `${actor} was ${reason}`);
  }

  #exitCode(node: Node, { reason }: End): number {
    if (this.#interrupted !== undefined) return this.#interrupted;
    if (node.failure !== undefined) {
      this.#log.error(`the node has failed: ${explain(node.failure.error)}`);
      return 1;
    }
    return reason === 'stopped' ? 0 : 1;
  }

  /** Waits before a respawn; gives whether there is still a node to spawn on. */
  #pause(node: Node): Promise<boolean> {
    return new Promise(resolve => {
      const cancel = systemClock.after(pauseBeforeRespawn, () => resolve(node.shutdown.reason === undefined));
      void node.stopped.then(() => {
        cancel();
        resolve(false);
      });
    });
  }

  /** Whether the node is there to stay, as far as the runner knows. */
  #isRunning(node: Node): boolean {
    return this.#interrupted === undefined && node.failure === undefined;
  }
}
