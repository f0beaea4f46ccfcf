/**
 * What open pages show, kept up to date by server-sent events: once after each look at the actors, and events soon after they
 * have happened. Nothing waits here for a page that is slow: it is told the newest once it can take more.
 */
import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '../../base/world.ts';
import type { EventFilter } from '../observatory/chronicle.ts';
import type { Observatory } from '../observatory/observatory.ts';
import { answerQuery } from '../observatory/queries.ts';
import type { Lens } from './lens.ts';
import type { Question } from './params.ts';

/** How often, in ms, events are told, and how many at once at most. */
const eventsEvery = 250;
const mostEvents = 200;
/** A page that hears nothing for so long, in ms, hears that all is well. */
const heartbeat = 15_000;
/** One that takes nothing for so long, in ms, is given up. */
const longestStall = 30_000;
/** What all pages together may take of the time. */
const mostShare = 0.02;
export const mostStreams = 20;

/** What a page wants to be kept up to date of. */
export interface Wish {
  readonly questions: readonly Question[];
  /** Undefined when it wants no events; `after`: the newest that it knows. */
  readonly events: EventFilter | undefined;
}

interface Stream {
  readonly wish: Wish;
  readonly response: ServerResponse;
  /** The newest event that it was told, or that was left out for it. */
  newest: number;
  lastWrite: number;
  stalledSince: number | undefined;
  readonly letGo: () => void;
}

export class Live {
  readonly #clock: Clock;
  readonly #lens: Lens;
  readonly #onError: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  /** When the next figures may be told: a look at very many actors takes its time. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, lens: Lens, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#lens = lens;
    this.#onError = onError;
  }

  get isFull(): boolean {
    return this.#streams.size >= mostStreams;
  }

  /**
   * Keeps a page up to date until it goes away.
   * @throws TypeError when it wants something that nobody knows; nothing has been written then
   */
  begin(wish: Wish, response: ServerResponse): void {
    const letGo = this.#lens.hold();
    const observatory = this.#lens.look();
    let first: string;
    try {
      first = figures(observatory, wish, new Map());
    } catch (error) {
      letGo();
      throw error;
    }
    const now = this.#clock.now();
    const newest = wish.events?.after ?? 0;
    const stream: Stream = { wish, response, newest, lastWrite: now, stalledSince: undefined, letGo };
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.on('drain', () => {
      stream.stalledSince = undefined;
    });
    response.on('close', () => this.#end(stream));
    this.#streams.add(stream);
    this.#write(stream, `retry: 1000\n\n${message('sample', first)}`);
    this.#try(() => this.#tellEvents(stream, observatory));
    if (this.#streams.size === 1) this.#tick();
  }

  #end(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    stream.letGo();
    if (this.#streams.size === 0) this.#cancel();
  }

  /** To be called after each look at the actors. */
  sampled(): void {
    const began = this.#clock.now();
    if (began < this.#restsUntil || this.#streams.size === 0) return;
    const observatory = this.#lens.look();
    const known = new Map<string, string>();
    for (const stream of this.#streams) {
      if (stream.stalledSince === undefined)
        this.#try(() => this.#write(stream, message('sample', figures(observatory, stream.wish, known))));
    }
    this.#restsUntil = began + (this.#clock.now() - began) / mostShare;
  }

  #tick(): void {
    this.#cancel = this.#clock.after(eventsEvery, () => {
      const observatory = this.#lens.look();
      const now = this.#clock.now();
      for (const stream of this.#streams) {
        if (stream.stalledSince === undefined) {
          this.#try(() => this.#tellEvents(stream, observatory));
          if (now - stream.lastWrite >= heartbeat) this.#write(stream, ': all is well\n\n');
        } else if (now - stream.stalledSince >= longestStall) stream.response.destroy();
      }
      if (this.#streams.size > 0) this.#tick();
    });
  }

  #tellEvents(stream: Stream, observatory: Observatory): void {
    const { events: filter } = stream.wish;
    const { newest } = observatory;
    if (filter === undefined || newest === stream.newest) return;
    const after = stream.newest > newest ? 0 : stream.newest;
    stream.newest = newest;
    const events = observatory.events({ ...filter, after, limit: mostEvents });
    // What is not told is not lost: it is in the log, as far as that goes back.
    const isCut = events.length === mostEvents;
    if (events.length > 0) this.#write(stream, message('events', JSON.stringify({ events, isCut })));
  }

  /** What users have made, such as the text of an error, may throw when it is asked for. */
  #try(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#onError(error);
    }
  }

  #write(stream: Stream, text: string): void {
    const now = this.#clock.now();
    stream.lastWrite = now;
    if (!stream.response.write(text)) stream.stalledSince = now;
  }

  close(): void {
    this.#cancel();
    for (const stream of [...this.#streams]) {
      stream.response.end();
      this.#end(stream);
    }
  }
}

const message = (kind: string, json: string) => `event: ${kind}\ndata: ${json}\n\n`;

/** @param known what was answered already: pages that show the same share it */
function figures(observatory: Observatory, { questions }: Wish, known: Map<string, string>): string {
  const answers = questions.map(({ name, params }) => {
    const key = JSON.stringify([name, params]);
    let answer = known.get(key);
    if (answer === undefined) {
      answer = JSON.stringify(answerQuery(observatory, name, params)) ?? 'null';
      known.set(key, answer);
    }
    return answer;
  });
  return `{"overview":${JSON.stringify(observatory.overview())},"answers":[${answers.join(',')}]}`;
}
