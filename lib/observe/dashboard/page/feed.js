/**
 * What the server tells: one stream, of what the present view has asked for. It is opened anew when that changes or breaks, and
 * closed while nobody sees the page.
 */
import { useEffect, useLayoutEffect, useReducer } from '/vendor/preact.js';

const longestHistory = 90;
/** In ms: after so long without a word the stream is taken to be dead. */
const longestSilence = 25_000;

class Feed {
  /** `connecting`, `live`, `broken` or `denied`. */
  status = 'connecting';
  overview;
  /** The overviews so far, the oldest first. */
  history = [];
  /** What was asked last, and answered. */
  names = '';
  asked = [];
  answers = [];
  /** How many findings of each gravity the doctor has, for whichever view. */
  stuck;
  #questions = [];
  #filter;
  #newest = 0;
  #source;
  #timer;
  #lastWord = 0;
  #failures = 0;
  #listeners = new Set();
  #hearEvents = () => {};

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#close();
      else this.#openSoon(0);
    });
    setInterval(() => {
      if (this.#source !== undefined && performance.now() - this.#lastWord > longestSilence) this.#broke();
    }, 5000);
  }

  listen(hear) {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  /** @param filter which events are told to `hearEvents`; undefined for none */
  show(questions, filter, hearEvents = () => {}) {
    this.#questions = questions;
    this.#filter = filter;
    this.#newest = 0;
    this.#hearEvents = hearEvents;
    this.#openSoon(this.overview === undefined ? 0 : 40);
  }

  #openSoon(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #open() {
    this.#close();
    if (document.hidden) return;
    const asked = this.#questions;
    const params = new URLSearchParams({ q: JSON.stringify([...asked, ['stuck']]) });
    if (this.#filter !== undefined)
      params.set(
        'events',
        JSON.stringify({ ...this.#filter, ...(this.#newest > 0 && { after: this.#newest }) }),
      );
    const source = new EventSource(`/api/live?${params}`);
    this.#source = source;
    this.#lastWord = performance.now();
    source.addEventListener('sample', ({ data }) => {
      const { overview, answers } = JSON.parse(data);
      this.#heard();
      if (this.overview !== undefined && this.overview.incarnation !== overview.incarnation) this.#forget();
      this.overview = overview;
      this.history = [...this.history.slice(1 - longestHistory), overview];
      this.asked = asked.map(([, params]) => params ?? {});
      this.names = asked.map(([name]) => name).join();
      this.stuck = answers.pop();
      this.answers = answers;
      this.#tell();
    });
    source.addEventListener('events', ({ data }) => {
      const { events, isCut } = JSON.parse(data);
      this.#heard();
      const isNew = events.filter(({ number }) => number > this.#newest);
      if (isNew.length > 0) this.#newest = isNew[0].number;
      this.#hearEvents(isNew, isCut);
    });
    source.addEventListener('error', () => this.#broke());
  }

  /** Another node answers now: what was drawn is not its past, and its events have numbers of their own. */
  #forget() {
    this.history = [];
    const hadEvents = this.#newest > 0;
    this.#newest = 0;
    if (hadEvents) this.#open(); // this stream goes on after a number that was another's
  }

  #heard() {
    this.#lastWord = performance.now();
    this.#failures = 0;
    this.status = 'live';
  }

  async #broke() {
    this.#close();
    this.status = 'broken';
    this.#tell();
    this.#openSoon(Math.min(5000, 500 * 2 ** this.#failures++));
    // The browser does not say why: it may be that the server has been started again, and knows this page no more.
    const isDenied = await fetch('/api/about').then(
      ({ status }) => status === 401,
      () => false,
    );
    if (!isDenied) return;
    this.#close();
    this.status = 'denied';
    this.#tell();
  }

  #tell() {
    for (const hear of this.#listeners) hear();
  }
}

export const feed = new Feed();

/** Draws again whenever something was told. */
export function useTold() {
  const [, redraw] = useReducer(n => n + 1, 0);
  useLayoutEffect(() => feed.listen(() => redraw()), []);
  return feed;
}

/**
 * Asks for what a view shows, as long as it is there.
 * @param questions `[name, params]`, of the observatory
 * @param filter which events are told, too
 * @returns the answers, and the parameters that each is the answer to; none until there are any
 */
export function useAnswers(questions, filter, hearEvents) {
  const key = JSON.stringify([questions, filter ?? null]);
  // The key says all that is in them.
  useEffect(() => feed.show(questions, filter, hearEvents), [key]);
  const { names, answers, asked, overview, history } = useTold();
  const isMine = names === questions.map(([name]) => name).join();
  return { answers: isMine ? answers : [], asked: isMine ? asked : [], overview, history };
}
