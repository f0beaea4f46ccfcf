/** The root of an application's processes: it has monitors, which keep workers alive, and ends them in good order. */
import { asError, LookupFailed, NameConflict, show } from '../../base/errors.ts';
import { systemClock } from '../../base/world.ts';
import type { Spawnable } from '../../core/actor.ts';
import type { ActorCell } from '../../core/actorCell.ts';
import { Props } from '../../core/props.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import type { ShutdownReason } from '../../core/shutdown.ts';
import { Node } from '../../node/node.ts';
import { version } from '../../node/version.ts';
import { type Whisper, whisperOf } from '../../node/whisper.ts';
import { placeVitals } from '../../placement/index.ts';
import { checkSize } from '../poolOptions.ts';
import {
  type ArbiterOptions,
  type CompleteArbiterOptions,
  completeArbiterOptions,
} from './arbiterOptions.ts';
import { MonitorGaveUp, WorkerDown, WorkerReady, WorkerReplaced } from './events.ts';
import type { ArbiterInfo } from './info.ts';
import { infoTimeout, Monitor } from './monitor.ts';
import {
  completeMonitorOptions,
  type MonitorOptions,
  type Workable,
  type WorkFor,
} from './monitorOptions.ts';
import { claimPidfile } from './pidfile.ts';
import { Root } from './root.ts';
import { onSignals } from './signals.ts';

/** How much longer than its workers, in ms, the end of an arbiter may take. */
const grace = 3000;

export class Arbiter {
  readonly node: Node;
  readonly name: string;
  /** Its actor, which answers the commands `status`, `resize` and `reload`, also from other nodes; the parent of the monitors. */
  readonly ref: Ref;
  /** Resolves when it has stopped, whoever stopped it, and with it the node if that is its own. */
  readonly stopped: Promise<void>;
  readonly #ownsNode: boolean;
  readonly #exitTimeout: number;
  readonly #monitors = new Map<string, Monitor>();
  readonly #cell: ActorCell;
  readonly #since: number;
  #state: ArbiterInfo['state'] = 'running';
  #draining: Promise<void> | undefined;

  /**
   * Starts one, and its node unless it is given one.
   * @throws TypeError; AlreadyRunning when the process that `pidfile` names is alive; what starting a node throws; NameConflict when
   * the given node has an actor with its name
   */
  static async start(given: ArbiterOptions = {}): Promise<Arbiter> {
    const options = completeArbiterOptions(given);
    const release = options.pidfile === undefined ? () => {} : claimPidfile(options.pidfile);
    try {
      if (options.node instanceof Node) return new Arbiter(options.node, options, release);
      const node = await Node.start(options.node);
      try {
        return new Arbiter(node, options, release);
      } catch (error) {
        await node.stop();
        throw error;
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  private constructor(node: Node, options: CompleteArbiterOptions, release: () => void) {
    const { name, exitTimeout, signals } = options;
    this.node = node;
    this.name = name;
    this.#ownsNode = node !== options.node;
    this.#exitTimeout = exitTimeout;
    this.ref = node.spawn(new Props('Arbiter', () => this.#root(), undefined), { name });
    this.#cell = this.ref.inlet as ActorCell;
    this.#since = this.#cell.clock.now();
    whisperOf(node.events, 'pool', ofWorkers);
    const takeBack = node.shutdown.addTask(
      'drain',
      `arbiter ${name}`,
      ({ reason }) => this.#drainBefore(reason),
      {
        timeout: exitTimeout + grace,
      },
    );
    const deafen = signals ? this.#listen() : () => {};
    this.stopped = this.ref.join().then(async () => {
      this.#state = 'stopping';
      takeBack();
      if (node.shutdown.reason !== undefined) await node.stopped;
      this.#state = 'stopped';
      deafen();
      this.#attempt('removing the pidfile', release);
    });
  }

  // ---- monitors -----------------------------------------------------------------------------------------------------

  /** Those that live, and those that have given up and have not been stopped, in the order in which they were added. */
  get monitors(): Monitor[] {
    return [...this.#monitors.values()];
  }

  /** Undefined when there is none with that name. */
  monitor<M = unknown>(name: string): Monitor<M> | undefined {
    return this.#monitors.get(name) as Monitor<M> | undefined;
  }

  /**
   * Keeps so many workers alive from now on. One that has given up is replaced by another one with its name.
   * @param name unique among the monitors; the name of its actor
   * @throws TypeError that names the option and what is wrong with it; NameConflict; ActorStopped when the arbiter is stopping
   */
  addMonitor<W extends Workable>(name: string, options: MonitorOptions<W>): Monitor<WorkFor<W>> {
    const complete = completeMonitorOptions(name, options as MonitorOptions, this.#exitTimeout);
    if (this.#state !== 'running')
      throw new ActorStopped(
        this.ref,
        'stopped',
        `${this.ref.address} is stopping: it has no monitors any more`,
      );
    const before = this.#monitors.get(name);
    if (before !== undefined && before.state !== 'failed')
      throw new NameConflict(`${this.ref.address} has a monitor ${show(name)} already: choose another name`);
    const monitor: Monitor<WorkFor<W>> = new Monitor(name, complete, {
      clock: this.#cell.clock,
      spawn: props => this.#cell.spawn(props as Spawnable, { name }),
      forget: () => this.#forget(monitor as Monitor),
    });
    this.#monitors.delete(name); // the new one is the last one
    this.#monitors.set(name, monitor as Monitor);
    void monitor.ref.join().then(() => {
      if (monitor.state !== 'failed') this.#forget(monitor as Monitor);
    });
    return monitor;
  }

  #forget(monitor: Monitor): void {
    if (this.#monitors.get(monitor.name) === monitor) this.#monitors.delete(monitor.name);
  }

  #find(name: string): Monitor {
    const monitor = this.#monitors.get(name);
    if (monitor !== undefined) return monitor;
    const names = [...this.#monitors.keys()].map(show).join(', ');
    throw new LookupFailed(`${this.ref.address} has no monitor ${show(name)}; it has ${names || 'none'}`);
  }

  // ---- what it tells ------------------------------------------------------------------------------------------------

  /**
   * How it does, each monitor and each worker, in all processes. Never rejects, and waits for no worker longer than that: what is
   * known of one that does not answer has an age.
   * @param options.timeout in ms (500)
   */
  async info({ timeout = infoTimeout }: { timeout?: number | undefined } = {}): Promise<ArbiterInfo> {
    const { name } = this;
    const monitors = await Promise.all(this.monitors.map(monitor => monitor.info({ timeout })));
    const now = this.#cell.clock.now();
    return {
      name,
      version,
      state: this.#state,
      uptime: Math.round(now - this.#since),
      ...placeVitals(now),
      monitors,
    };
  }

  // ---- its end ------------------------------------------------------------------------------------------------------

  /**
   * Stops all monitors, the last one first: their workers handle what they have been told, and are killed when that takes longer than
   * `exitTimeout` for all together. Then its node, if it has started that. Calling it again waits for the same end; never rejects.
   */
  stop(): Promise<void> {
    if (this.#ownsNode) void this.node.stop();
    else void this.#drain();
    return this.stopped;
  }

  /** `await using arbiter = await Arbiter.start()` stops it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Whose node fails has actors that are suspended: they handle nothing any more. */
  #drainBefore(reason: ShutdownReason): Promise<void> | undefined {
    return reason === 'failure' ? undefined : this.#drain();
  }

  #drain(): Promise<void> {
    this.#draining ??= this.#stopAll();
    return this.#draining;
  }

  async #stopAll(): Promise<void> {
    const { clock } = this.#cell;
    if (this.#state === 'running') this.#state = 'stopping';
    const deadline = clock.now() + this.#exitTimeout;
    for (const monitor of this.monitors.reverse()) await monitor.end(Math.max(0, deadline - clock.now()));
    this.ref.stop();
    await this.ref.join();
  }

  // ---- its actor, and signals ---------------------------------------------------------------------------------------

  #root(): Root {
    return new Root({
      info: () => this.info(),
      resize: (name, size) => {
        checkSize('resize: size', size);
        void this.#begin(`resizing ${name}`, this.#find(name).resize(size));
      },
      reload: name => void this.#reload(name === undefined ? this.monitors : [this.#find(name)]),
      gaveUp: (ref, error) => {
        const monitor = this.monitors.find(one => (one.ref as Ref) === ref);
        monitor?.gaveUp(error);
        // Then there may be another one with its name.
        void ref.join().then(() => this.node.events.publish(new MonitorGaveUp(ref.name, ref, error)));
      },
    });
  }

  /** One after the other. */
  async #reload(monitors: readonly Monitor[]): Promise<void> {
    for (const monitor of monitors.filter(({ state }) => state === 'starting' || state === 'running'))
      await this.#begin(`reloading ${monitor.name}`, monitor.reload());
  }

  /** Nobody else hears how that ends. */
  async #begin(what: string, begun: Promise<void>): Promise<void> {
    try {
      await begun;
    } catch (error) {
      if (this.#state === 'running') this.#cell.log.error(`${what} failed:`, error);
    }
  }

  #attempt(what: string, run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.#cell.log.error(`${what} failed:`, asError(thrown));
    }
  }

  #listen(): () => void {
    const deafen = onSignals({
      stop: signal => void this.node.stop(`signal ${signal}`),
      reload: () => void this.#reload(this.monitors),
      grow: by => {
        for (const monitor of this.monitors) monitor.grow(by);
      },
    });
    // Neither signals nor idle actors keep a process alive.
    const letGo = systemClock.after(Number.POSITIVE_INFINITY, () => {});
    return () => {
      deafen();
      letGo();
    };
  }
}

function ofWorkers({ say, on }: Whisper): void {
  on(WorkerReady, ({ monitor, slot, ref }) => say(`${monitor}[${slot}] is ready: ${ref}`));
  on(WorkerDown, ({ monitor, slot, error, delay }) =>
    say(
      `${monitor}[${slot}] is down, the next one ${delay === undefined ? 'never comes' : `in ${delay} ms`}:`,
      error,
    ),
  );
  on(WorkerReplaced, ({ monitor, slot, ref, reason }) =>
    say(`${monitor}[${slot}] was replaced (${reason}): ${ref}`),
  );
  on(MonitorGaveUp, ({ monitor, error }) => say(`${monitor} has given up:`, error));
}
