/** An app that runs: its settings, its actor, and its end. */
import { AbortError, asError } from '../../base/errors.ts';
import { type Logger, prefixed } from '../../base/log.ts';
import type { Clock } from '../../base/world.ts';
import { Actor, type Spawn } from '../../core/actor.ts';
import type { Ref } from '../../core/ref.ts';
import type { Node } from '../../node/node.ts';
import type { Arbiter } from '../arbiter/arbiter.ts';
import type { Monitor } from '../arbiter/monitor.ts';
import type { Definition, StopApp } from './definition.ts';
import { LiveSettings } from './liveSettings.ts';
import type { Origin, Resolved } from './resolve.ts';
import type { SettingsOf, SettingsSchema } from './schema.ts';

/** What an app needs to run. */
export interface Stage {
  readonly arbiter: Arbiter;
  /** Whether the arbiter is there for this app alone, and stops with it. */
  readonly isOwn: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  /** Takes its name; called with what gives the name back. */
  readonly release: () => void;
}

/** An app that has been started: `app.start()`. */
export class RunningApp<S extends SettingsSchema = SettingsSchema> {
  /** Resolves when the app has stopped, whoever stopped it. */
  readonly stopped: Promise<void>;
  readonly #definition: Definition<S>;
  readonly #stage: Stage;
  readonly #live: LiveSettings<S>;
  readonly #log: Logger;
  readonly #controller = new AbortController();
  /** Those that end with the app, in the order in which they were added. */
  readonly #monitors: Monitor[] = [];
  #actor: Ref | undefined;
  /** What `setup` has come to. */
  #setUp: Promise<unknown> = Promise.resolve();
  /** Of its actor. */
  #spawn: Spawn | undefined;
  #isStopping = false;
  #hasStopped: () => void = () => {};

  /** @internal use `app.start()` */
  constructor(definition: Definition<S>, resolved: Resolved<S>, stage: Stage) {
    this.#definition = definition;
    this.#stage = stage;
    this.#log = prefixed(stage.log, `${definition.name}:`);
    this.#live = new LiveSettings(definition.settings, resolved, this.#log);
    this.stopped = new Promise(resolve => {
      this.#hasStopped = resolve;
    });
  }

  get name(): string {
    return this.#definition.name;
  }

  /** Its settings, read-only; those that are `live` give their latest value. */
  get settings(): SettingsOf<S> {
    return this.#live.view;
  }

  /** Where the value of each setting came from. */
  get origins(): { readonly [K in keyof S]: Origin } {
    return this.#live.origins;
  }

  get arbiter(): Arbiter {
    return this.#stage.arbiter;
  }

  get node(): Node {
    return this.#stage.arbiter.node;
  }

  /** The actor of the app, `/<name>`: it answers commands, `config` among them. Stopping it stops the app. */
  get ref(): Ref {
    return this.#actor as Ref;
  }

  /**
   * Aborts the signal of the app, calls its stop function, and stops its monitors and its actors; with an arbiter of its own, that as well.
   * Calling it again waits for the same end; never rejects.
   */
  stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      void this.#stop().then(this.#hasStopped);
    }
    return this.stopped;
  }

  /** `await using running = await app.start()` stops it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal @throws what keeps it from starting; it has stopped again then */
  async begin(): Promise<void> {
    try {
      await this.#spawnActor();
      await this.#runSetup();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #spawnActor(): Promise<void> {
    const settings = this.#live;
    await new Promise<void>((resolve, reject) => {
      const opened = (spawn: Spawn) => {
        this.#spawn = spawn;
        resolve();
      };
      // Restarted it would be without the actors of the app: what they can't recover from is for the node to fail of.
      const options = { name: this.name, restart: { max: 0 } };
      const actor = this.node.spawn(AppActor.using({ settings, opened }), options) as Ref;
      this.#actor = actor;
      void actor.join().then(() => {
        reject(this.#stoppedEarly());
        void this.stop();
      });
    });
  }

  async #runSetup(): Promise<void> {
    const { signal } = this.#controller;
    const { arbiter } = this.#stage;
    const context = {
      name: this.name,
      settings: this.settings,
      arbiter,
      node: arbiter.node,
      spawn: this.#spawn as Spawn,
      addMonitor: ((name, options) => {
        const monitor = arbiter.addMonitor(name, options);
        this.#monitors.push(monitor as Monitor);
        return monitor;
      }) satisfies Arbiter['addMonitor'],
      signal,
      log: this.#log,
      onChange: (name: string, listener: (value: never) => unknown) =>
        this.#live.onChange(name, listener as (value: unknown) => unknown),
    };
    // Known before it begins: it may stop the app itself.
    this.#setUp = Promise.resolve().then(() => this.#definition.setup(context));
    await this.#setUp;
    if (signal.aborted) throw this.#stoppedEarly();
  }

  #stoppedEarly(): AbortError {
    return new AbortError(`the app ${this.name} was stopped while it was starting`);
  }

  async #stop(): Promise<void> {
    const { arbiter, isOwn, release } = this.#stage;
    this.#controller.abort(new AbortError(`the app ${this.name} is stopping`));
    // A setup that ends late still has its stop function called: what it has opened is not left open.
    await this.#inTime(
      this.#setUp.then(
        stop => (typeof stop === 'function' ? (stop as StopApp)() : undefined),
        () => {},
      ),
    );
    // Each takes no longer than the arbiter lets it.
    for (const monitor of this.#monitors.reverse()) await monitor.stop();
    this.#actor?.stop();
    await this.#actor?.join();
    release();
    // A node that stops already waits for this.
    if (isOwn && arbiter.node.shutdown.reason === undefined) await arbiter.stop();
  }

  /** Waits for an end, and no longer than the app may take; never rejects. */
  #inTime(end: Promise<unknown>): Promise<void> {
    const { stopTimeout } = this.#definition;
    return new Promise(resolve => {
      const cancel = this.#stage.clock.after(stopTimeout, () => {
        this.#log.warn(
          `stopping took longer than ${stopTimeout} ms and was left behind; give it more time with stopTimeout`,
        );
        resolve();
      });
      const failed = (thrown: unknown) => this.#log.error('its stop function failed:', asError(thrown));
      void end.catch(failed).then(() => {
        cancel();
        resolve();
      });
    });
  }
}

interface AppParams {
  readonly settings: LiveSettings<never>;
  readonly opened: (spawn: Spawn) => void;
}

/** Stands for an app in the tree: the parent of its actors, and whoever its commands are sent to. */
class AppActor extends Actor<unknown, AppParams> {
  override preStart() {
    const { settings, opened } = this.params;
    this.settings = settings;
    opened(this.spawn);
  }
}
