/** Feeds what was recorded of one actor to the same actor on virtual time, up to where it crashed. */
import { readFileSync } from 'node:fs';
import { asError, show, TroupeError } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import { systemClock } from '../../base/world.ts';
import { Actor, type ActorFunction, propsOf, type Spawnable } from '../../core/actor.ts';
import type { Outcome } from '../../core/delivery.ts';
import type { Props } from '../../core/props.ts';
import { type AnyDecision, Later, Restart, Resume, Stop } from '../../core/supervision.ts';
import { decodeError } from '../../remoting/errorFields.ts';
import {
  type ActorEntry,
  type AnswerEntry,
  type DeliveryEntry,
  type Entry,
  parseRecording,
  type RecordedError,
  type Recording,
  recordedError,
} from './entries.ts';
import { type Answering, Stage, type Told } from './stage.ts';
import { type Reading, read, type Written } from './written.ts';

// biome-ignore lint/suspicious/noExplicitAny: an actor takes and gives its messages, so no other type fits them all
type Recipe = ActorFunction<any> | Props<any> | (new () => Actor<any, any>);

export interface ReplayOptions {
  /** The path of the actor; the one that crashed unless given. */
  readonly path?: string | undefined;
  /** What is spawned: with the recorded parameters, unless it is a recipe that has its own. From the recorded module unless given. */
  readonly actor?: Recipe | undefined;
  /** The classes whose instances the messages have, besides those that the actor's module exports. */
  readonly classes?: readonly (abstract new (...args: never[]) => object)[] | undefined;
  /** The number of the last step to be fed; the one that crashed unless given. */
  readonly until?: number | undefined;
  /** Called after each step. */
  readonly onStep?: ((step: Step) => void) | undefined;
  /** Whether a debugger that is attached is to stop before the step that crashed. */
  readonly debug?: boolean | undefined;
  /** Where the log lines of the actor go; nowhere unless given. */
  readonly logger?: Logger | undefined;
}

/** One message in a replay. */
export interface Step {
  /** From 1 on. */
  readonly number: number;
  readonly entry: DeliveryEntry | (Entry & { type: 'failed' });
  /** What the actor did to others because of it. */
  readonly told: readonly Told[];
  /** Undefined when it has not come to its end. */
  readonly outcome: Outcome | undefined;
  readonly error: Error | undefined;
}

export interface ReplayResult {
  /** The path of the actor. */
  readonly actor: string;
  /** Whether it failed where the recording says, with an error of the same name and message. */
  readonly reproduced: boolean;
  /** The last step, if there was any. */
  readonly last: Step | undefined;
  /** What the recording says that it failed with; undefined when it did not. */
  readonly expected: RecordedError | undefined;
  /** What makes the replay uncertain: the beginning is missing, parts of messages were not recorded. */
  readonly warnings: readonly string[];
}

/** The recording can't be replayed: the actor, its class or its entries are missing. */
export class CannotReplay extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('CANNOT_REPLAY', message, options);
  }
}

/** How long, in ms of this machine's time, a message that was handled may take in a replay, for what it does besides actors. */
const patience = 2000;

/**
 * Feeds the recorded messages to the actor, each at its recorded time, and stops after the one that crashed it. All other actors
 * are stand-ins, which keep what they are told; questions get their recorded answers.
 * @param recording the path of an NDJSON file, or what `recorder.recording()` or `parseRecording` gives
 * @throws CannotReplay when the recording has no such actor, no crash, or its class is not known; TypeError for what is no recording
 */
export async function replay(
  recording: string | Recording,
  options: ReplayOptions = {},
): Promise<ReplayResult> {
  const whole = typeof recording === 'string' ? parseRecording(readFileSync(recording, 'utf8')) : recording;
  const { header, actors, entries } = Object(whole) as Partial<Recording>;
  if (header === undefined || !Array.isArray(actors) || !Array.isArray(entries))
    throw new TypeError(
      `replay(recording): expected the path of a file or what recorder.recording() gives, not ${show(whole)}`,
    );
  const script = scriptOf(whole, options);
  const cast = await castOf(script.actor, options);
  return new Replay(script, cast.actor, cast.classes, options).run();
}

// ---- what is to be played -----------------------------------------------------------------------------------------------

/** The part of a recording that is replayed. */
export interface Script {
  readonly actor: ActorEntry;
  readonly address: string | undefined;
  /** When it was spawned, where the replay begins there. */
  readonly spawned: number | undefined;
  /** The entries of the actor from its start, or a new start, to the crash. */
  readonly entries: readonly Entry[];
  /** The answers that the actor got, up to its end. */
  readonly answers: readonly AnswerEntry[];
  /** What followed: it tells what its supervisor decided. */
  readonly after: Entry | undefined;
  readonly expected: RecordedError | undefined;
  readonly warnings: readonly string[];
}

/** @throws CannotReplay */
export function scriptOf({ header, actors, entries }: Recording, { path, until }: ReplayOptions): Script {
  const failing = entries.filter(isFailure);
  const chosen = path ?? header.crash?.actor ?? failing.at(-1)?.actor ?? onlyOf(actors);
  const own = entries.filter(({ actor }) => actor === chosen);
  if (own.length === 0) {
    const known = [...new Set(actors.map(({ actor }) => actor))].join(', ');
    throw new CannotReplay(
      `the recording has no entries of ${chosen}; it has those of ${known === '' ? 'nobody' : known}`,
    );
  }
  const end = until === undefined ? own.findLastIndex(isFailure) : own.length - 1;
  if (end === -1)
    throw new CannotReplay(
      `the recording has no failure of ${chosen}: say how far it is to be replayed (until), or name another actor`,
    );
  const actor = actors.filter(one => one.actor === chosen).at(-1) ?? unknownActor(chosen);
  const { start, isWhole, warnings } = beginningOf(own, end, actor);
  let last = end;
  if (until !== undefined) {
    const steps = [...own.keys()].filter(i => i >= start && isStep(own[i] as Entry));
    last = steps[until - 1] ?? own.length - 1;
    if (steps.length < until) warnings.push(`there are only ${steps.length} steps`);
  }
  const final = own[last] as Entry;
  return {
    actor,
    address: header.node,
    spawned: isWhole ? actor.spawned : undefined,
    entries: own.slice(start, last + 1),
    answers: own.slice(start).filter(entry => entry.type === 'answer'),
    after: own.slice(last + 1).find(({ type }) => type !== 'answer'),
    expected: isFailure(final) ? final.error : undefined,
    warnings,
  };
}

const isFailure = (
  entry: Entry,
): entry is (DeliveryEntry & { error: RecordedError }) | (Entry & { type: 'failed' }) =>
  (entry.type === 'delivery' && entry.error !== undefined) || entry.type === 'failed';

/** What counts as a step. */
export const isStep = (entry: Entry): boolean => entry.type === 'delivery' || entry.type === 'failed';

function onlyOf(actors: readonly ActorEntry[]): string {
  const paths = [...new Set(actors.map(({ actor }) => actor))];
  if (paths.length === 1) return paths[0] as string;
  throw new CannotReplay(
    `nothing failed in this recording: say which actor is to be replayed; it has ${paths.join(', ') || 'none'}`,
  );
}

const unknownActor = (actor: string): ActorEntry => ({
  type: 'actor',
  actor,
  class: 'unknown',
  overwritten: 0,
});

/** Where the actor was as fresh as it will be on the stage. */
function beginningOf(
  own: readonly Entry[],
  end: number,
  actor: ActorEntry,
): { start: number; isWhole: boolean; warnings: string[] } {
  const upTo = own.slice(0, end + 1);
  const started = upTo.findLastIndex(({ type }) => type === 'started');
  if (started !== -1) return { start: firstOfLife(upTo, started), isWhole: true, warnings: [] };
  // Only its `started` is missing, or it has never got so far.
  if (actor.spawned !== undefined && actor.overwritten <= 1) return { start: 0, isWhole: true, warnings: [] };
  const restarted = own.slice(0, end).findLastIndex(({ type }) => type === 'restarted');
  if (restarted !== -1)
    return {
      start: restarted + 1,
      isWhole: false,
      warnings: ['the replay begins at a restart: what was before is not recorded'],
    };
  const why =
    actor.spawned === undefined
      ? 'it was there before the recording began'
      : `its first ${actor.overwritten} entries were overwritten by newer ones (see the option size)`;
  return {
    start: 0,
    isWhole: false,
    warnings: [`the state of ${actor.actor} at the first step is not known: ${why}`],
  };
}

/** What it asked in its `preStart`, or failed with, comes before its `started`. */
function firstOfLife(entries: readonly Entry[], started: number): number {
  return entries.slice(0, started).findLastIndex(({ type }) => type === 'stopped') + 1;
}

type AnyClass = abstract new (...args: never[]) => object;

interface Cast {
  readonly actor: Spawnable;
  readonly classes: ReadonlyMap<string, AnyClass>;
}

/** The module is loaded only where it is needed: it may be the one that waits for this replay. */
async function castOf(of: ActorEntry, { actor, classes = [] }: ReplayOptions): Promise<Cast> {
  const given = new Map<string, AnyClass>(classes.map(one => [one.name, one]));
  if (actor !== undefined) return { actor: actor as Spawnable, classes: given };
  const { class: className, module } = of;
  if (module === undefined)
    throw new CannotReplay(
      `the recording does not say where the class ${className} of ${of.actor} is; name it (actor), or put \`static module = import.meta.url\` into it`,
    );
  const hash = module.lastIndexOf('#');
  const exports = await importOf(module.slice(0, hash));
  const found = exports[module.slice(hash + 1)];
  if (found === undefined)
    throw new CannotReplay(`${module.slice(0, hash)} exports no ${module.slice(hash + 1)} any more`);
  // What a recording says is called with its messages: no function that just happens to be there.
  if (!(typeof found === 'function' && found.prototype instanceof Actor))
    throw new CannotReplay(`${module} is no class of actors of this Troupe`);
  const named = Object.values(exports).filter(isClass);
  return {
    actor: found as Spawnable,
    classes: new Map([...named.map(one => [one.name, one] as const), ...given]),
  };
}

const isClass = (value: unknown): value is AnyClass =>
  typeof value === 'function' && typeof value.prototype === 'object';

async function importOf(url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw new CannotReplay(`${url} can't be loaded: ${asError(error).message}`, { cause: error });
  }
}

// ---- playing ------------------------------------------------------------------------------------------------------------

class Replay {
  readonly #script: Script;
  readonly #actor: Spawnable;
  readonly #options: ReplayOptions;
  readonly #reading: Reading;
  readonly #answers: AnswerEntry[];
  readonly #warnings: string[];
  #steps = 0;
  /** The entry that is being played. */
  #at = 0;
  #breaksNow = false;
  #isStuck = false;
  /** How often it has failed. */
  #failures = 0;
  #stage: Stage | undefined;

  constructor(
    script: Script,
    actor: Spawnable,
    classes: ReadonlyMap<string, AnyClass>,
    options: ReplayOptions,
  ) {
    this.#script = script;
    this.#actor = actor;
    this.#options = options;
    this.#answers = [...script.answers];
    this.#warnings = [...script.warnings];
    this.#reading = {
      refAt: address => this.#stage?.refAt(address),
      classNamed: name => this.#classNamed(classes, name),
    };
  }

  async run(): Promise<ReplayResult> {
    const { actor, entries, expected } = this.#script;
    this.#stage = await this.#open(entries[0] as Entry, actor);
    let last: Step | undefined;
    try {
      await this.#stage.spawn(this.#recipe());
      for (; this.#at < entries.length; this.#at++) {
        if (this.#stage.isStopped) {
          this.#warnings.push(`the actor ended after step ${this.#steps}, before the recording did`);
          break;
        }
        const entry = entries[this.#at] as Entry;
        const step = await this.#play(entry);
        if (step === undefined) continue;
        last = step;
        this.#options.onStep?.(step);
        // It failed where the recording says that it did not: what follows would mean nothing.
        if (step.error !== undefined && !isFailure(entry)) break;
        if (step.error === undefined && isFailure(entry))
          this.#warnings.push(`step ${step.number} did not fail, as it did when it was recorded`);
      }
    } finally {
      await this.#stage.close();
    }
    return {
      actor: actor.actor,
      reproduced: last !== undefined && this.#at >= entries.length && isSame(last.error, expected),
      ...{ last, expected, warnings: [...new Set(this.#warnings)] },
    };
  }

  #open(first: Entry, { actor }: ActorEntry): Promise<Stage> {
    const { spawned } = this.#script;
    const time = spawned !== undefined && spawned <= first.time ? spawned : first.time;
    return Stage.open({
      path: actor,
      time,
      wall: first.at - (first.time - time),
      address: this.#script.address,
      logger: this.#options.logger ?? silentLogger,
      decide: () => this.#decide(),
      asked: (question, to, answering) => this.#answer(question, to, answering),
      breaks: () => this.#breaksNow,
    });
  }

  #recipe(): Spawnable {
    const { params } = this.#script.actor;
    const props = propsOf(this.#actor);
    if (params === undefined || props.params !== undefined) return props as Spawnable;
    return props.using(this.#read(params)) as Spawnable;
  }

  /** @returns undefined for what is no step */
  async #play(entry: Entry): Promise<Step | undefined> {
    const { clock } = this.#stage as Stage;
    await clock.advance(Math.max(0, entry.time - clock.now()));
    if (entry.type === 'delivery') return this.#deliver(entry);
    if (entry.type === 'started') await this.#wait(() => this.#stage?.isStarting !== true);
    return entry.type === 'failed' ? this.#step(entry, undefined, await this.#awaitFailure()) : undefined;
  }

  async #deliver(entry: DeliveryEntry): Promise<Step> {
    const stage = this.#stage as Stage;
    const { message, timer, from } = entry;
    stage.ended = [];
    const isLast = this.#at === this.#script.entries.length - 1;
    this.#breaksNow = isLast && this.#options.debug === true;
    stage.feed(
      JSON.stringify(message),
      timer === undefined ? undefined : JSON.stringify(timer),
      () => this.#read(message),
      from === undefined ? undefined : stage.refAt(from),
    );
    await stage.clock.settle();
    const { took = 0 } = entry;
    // Of one that was being handled when the next thing happened, the end comes later.
    if (stage.ended.length === 0 && entry.outcome !== undefined) {
      await stage.clock.advance(Math.max(0, entry.time + took - stage.clock.now()));
      await this.#wait(() => stage.ended.length > 0);
    }
    this.#breaksNow = false;
    const [delivery] = stage.ended;
    if (delivery === undefined && entry.outcome !== undefined)
      this.#warnings.push(`step ${this.#steps + 1} did not come to its end in the replay`);
    // A failure is told as an event too; one outside of a delivery keeps the actor from handling any.
    const failure =
      delivery?.error === undefined && delivery !== undefined ? undefined : stage.errors.shift();
    return this.#step(entry, delivery?.outcome, delivery?.error ?? failure);
  }

  async #awaitFailure(): Promise<Error | undefined> {
    const stage = this.#stage as Stage;
    await this.#wait(() => stage.errors.length > 0);
    return stage.errors.shift();
  }

  /** For what takes time of this machine: files, sockets. Whoever was waited for in vain once is not waited for again. */
  async #wait(isDone: () => boolean): Promise<void> {
    const end = this.#isStuck ? Number.NEGATIVE_INFINITY : systemClock.now() + patience;
    while (!isDone() && systemClock.now() < end) {
      await new Promise<void>(resolve => systemClock.after(2, resolve));
      await this.#stage?.clock.settle();
    }
    this.#isStuck = !isDone();
  }

  #step(entry: Step['entry'], outcome: Outcome | undefined, error: Error | undefined): Step {
    const told = (this.#stage as Stage).takeTold();
    return { number: ++this.#steps, entry, told, outcome, error };
  }

  /** As its supervisor decided about that failure, which is seen from what came next. */
  #decide(): AnyDecision {
    const { entries, after } = this.#script;
    const failing = [...entries.keys()].filter(i => isFailure(entries[i] as Entry));
    const index = failing[this.#failures++];
    // The last one, or one that the recording does not have: here it stops.
    if (index === undefined || index === entries.length - 1) return Later;
    if (entries[index]?.type === 'delivery' && index !== this.#at) return Later;
    const next = entries.slice(index + 1).find(({ type }) => type !== 'answer') ?? after;
    if (next?.type === 'stopped') return Stop;
    if (next?.type === 'restarted') return Restart;
    // One whose start has failed gets no messages before it has been started again.
    return (entries[index] as { error: RecordedError }).error.name === 'CreateFailed' ? Restart : Resume;
  }

  // ---- values ---------------------------------------------------------------------------------------------------------

  #read(written: Written): unknown {
    if (JSON.stringify(written).includes('"$":"lost"'))
      this.#warnings.push(
        'parts of some messages were not recorded: they are of the class Lost in the replay',
      );
    return read(written, this.#reading);
  }

  #classNamed(classes: ReadonlyMap<string, AnyClass>, name: string): AnyClass | undefined {
    const found = classes.get(name);
    if (found === undefined)
      this.#warnings.push(
        `the class ${show(name)} of a message is not known: its instances are plain objects (see the option classes)`,
      );
    return found;
  }

  /** The first recorded answer to that question; to another one of the same actor when there is none. */
  #answer(question: string, to: string, { answer, fail }: Answering): void {
    const fromThere = this.#answers.filter(({ from }) => from === to);
    const found = fromThere.find(one => JSON.stringify(one.question) === question) ?? fromThere[0];
    if (found === undefined) {
      this.#warnings.push(`a question to ${to} has no recorded answer`);
      return;
    }
    this.#answers.splice(this.#answers.indexOf(found), 1);
    const { clock } = this.#stage as Stage;
    clock.after(Math.max(0, found.time - clock.now()), () => {
      if (found.error !== undefined) fail(decodeError(found.error));
      else answer(this.#read(found.answer as Written));
    });
  }
}

/** Whether both say the same. */
function isSame(error: Error | undefined, expected: RecordedError | undefined): boolean {
  if (error === undefined || expected === undefined) return error === expected;
  const { name, message } = recordedError(error);
  return name === expected.name && message === expected.message;
}
