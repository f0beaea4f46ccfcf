/** The actor through which other nodes look at this one: it answers the questions of `answerQuery`, as every other actor answers. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import { Actor, type NodeFace } from '../core/actor.ts';
import { Terminated } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import { type Deed, LocalSource } from './console/source.ts';
import type { TraceView } from './console/tracing.ts';
import { ControlRefused } from './control.ts';
import { Observatory, type ObservatoryOptions } from './observatory/observatory.ts';
import type { QueryName } from './observatory/queries.ts';

export interface ObserveOptions extends ObservatoryOptions {
  /** Its name (`observe`): where `troupe top` and the like look for it. */
  readonly name?: string | undefined;
  /** Whether other nodes may restart, stop and kill actors through it (false). Whether they may tell, stop or kill them at all says `remoting.allow`. */
  readonly control?: boolean | undefined;
}

/** What it understands. */
export type ObserveMessage =
  | { readonly query: string; readonly params?: object | undefined }
  | { readonly control: string; readonly path: string }
  /** Tells `to` of each message that the actor at the path takes, as `Traced`, until `to` ends. */
  | { readonly trace: string; readonly to: Ref };

/** What whoever traces is told. */
export interface Traced {
  readonly traced: TraceView | undefined;
  readonly skipped: number;
}

const known = ['name', 'control', 'interval', 'eventLimit', 'showMessages', 'redact'];
const mostTraces = 100;
/** After so many ms without a question nothing is measured any more. */
const lingers = 10_000;
/** What it tells itself then. */
const enough = Object.freeze({ type: 'enough' });
/** The most of a list that crosses at once. */
const most = { limit: 1000, peek: 100 };

/**
 * Lets other nodes look at this one: `troupe top host:port` and the like. Whoever may `ask` the actor, by `remoting.allow`, sees all
 * actors, and what is in their mailboxes. While nobody asks, nothing is measured.
 * @returns the actor; stopping it ends it
 * @throws TypeError that names the option and what is wrong with it; NameConflict; NodeStopped
 */
export function observe(node: NodeFace, options: ObserveOptions = {}): Ref<ObserveMessage> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`observe(node, options): options must be an object, not ${show(options)}`);
  checkNames('observe', options, known);
  const { name = 'observe', control = false, ...observatory } = options;
  if (typeof control !== 'boolean')
    throw new TypeError(`observe: control must be true or false, not ${show(control)}`);
  Observatory.remember(node, observatory)(); // what is wrong with the options is told here
  return node.spawn(Observed.using({ control, observatory }), { name });
}

interface Params {
  readonly control: boolean;
  readonly observatory: ObservatoryOptions;
}

class Observed extends Actor<unknown, Params> {
  #source: LocalSource | undefined;
  #forget: () => void = () => {};
  readonly #traces = new Map<string, { to: Ref; stop: () => void }>();

  override preStart(): void {
    // What happened before somebody looks is worth knowing, and costs little.
    this.#forget = Observatory.remember(this.node, this.params.observatory);
  }

  override async receive(message: unknown): Promise<void> {
    if (message === enough) return this.#close();
    if (message instanceof Terminated) return this.#untrace(message.ref);
    try {
      this.reply(await this.#answer(message));
    } catch (error) {
      this.reply(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #answer(message: unknown): Promise<unknown> {
    const { query, params, control, path, trace, to } = Object(message) as Record<string, unknown>;
    this.timers.once(enough, lingers, enough);
    this.#source ??= new LocalSource(this.node, 'another node', this.params.observatory);
    if (query !== undefined) return this.#source.query(query as QueryName, capped(params ?? {}) as never);
    if (control !== undefined) return this.#control(control, path);
    if (trace !== undefined) return this.#trace(trace as string, to);
    throw new TypeError(
      `expected { query, params }, { control, path } or { trace, to }, not ${show(message)}`,
    );
  }

  #control(action: unknown, path: unknown): unknown {
    if (!this.params.control)
      throw new ControlRefused(
        'this node only shows itself: start it with --observable-control, or observe(node, { control: true }), to restart, stop or kill from elsewhere',
      );
    const { sender } = this;
    const by = sender === undefined ? 'another node' : sender.address.slice(0, -sender.path.length);
    return this.#source?.control(action as Deed, path as string, by);
  }

  async #trace(path: string, to: unknown): Promise<string | undefined> {
    if (!(to instanceof Ref)) throw new TypeError(`trace: to must be an actor, not ${show(to)}`);
    this.#traces.get(to.address)?.stop();
    if (this.#traces.size >= mostTraces)
      throw new ControlRefused(`${mostTraces} actors are traced already: that is enough for one node`);
    const stop = await this.#source?.trace(path, (traced, skipped) =>
      to.tell({ traced, skipped } satisfies Traced),
    );
    this.#traces.set(to.address, { to, stop: stop ?? (() => {}) });
    this.watch(to);
    return path;
  }

  #untrace(ref: Ref): void {
    this.#traces.get(ref.address)?.stop();
    this.#traces.delete(ref.address);
  }

  /** Nobody has asked for a while: what is traced goes on. */
  #close(): void {
    if (this.#traces.size > 0) return;
    this.#source?.close();
    this.#source = undefined;
  }

  override postStop(): void {
    for (const { stop } of this.#traces.values()) stop();
    this.#source?.close();
    this.#forget();
  }
}

function capped(params: object): object {
  const given = params as Record<string, unknown>;
  const caps = Object.entries(most).filter(
    ([name, cap]) => typeof given[name] === 'number' && given[name] > cap,
  );
  return { ...params, ...Object.fromEntries(caps) };
}
