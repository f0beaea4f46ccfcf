/** Questions to an observatory as plain data: what a browser, a socket or another node asks, and gets answered as plain data. */
import { show } from '../../base/errors.ts';
import type { PeerView } from '../../core/peers.ts';
import { Doctor } from '../doctor/doctor.ts';
import type { Diagnosis, DiagnosisOptions, Gravity } from '../doctor/findings.ts';
import type { CensusFilter } from './census.ts';
import type { EventFilter } from './chronicle.ts';
import type { Observatory } from './observatory.ts';
import type { Line, OutlineFilter } from './outline.ts';
import type { ActorRow, ActorView, DeadLetterView, EventView, ExhibitView, NodeView, Page } from './views.ts';

/** What can be asked, with its parameters and its answer. */
export interface Queries {
  overview: { params: object; answer: NodeView };
  actors: { params: CensusFilter; answer: Page<ActorRow> };
  children: { params: { path: string; offset?: number; limit?: number }; answer: Page<ActorRow> };
  outline: { params: OutlineFilter; answer: Page<Line<ActorRow>> };
  actor: { params: { path: string; peek?: number; history?: number }; answer: ActorView | undefined };
  events: { params: EventFilter; answer: EventView[] };
  deadLetters: { params: { reason?: string; limit?: number }; answer: DeadLetterView[] };
  exhibits: { params: object; answer: ExhibitView[] };
  peers: { params: object; answer: readonly PeerView[] };
  /** The first such question calls a doctor in: what only grows, and what keeps happening, he knows some looks later. */
  doctor: { params: DiagnosisOptions; answer: Diagnosis };
  /** How many findings of each gravity that doctor has, all of them, whatever `limit` says. */
  stuck: { params: DiagnosisOptions; answer: Readonly<Record<Gravity, number>> };
}
export type QueryName = keyof Queries;

type Answers = {
  readonly [Q in QueryName]: (observatory: Observatory, params: Queries[Q]['params']) => Queries[Q]['answer'];
};

const answers: Answers = {
  overview: observatory => observatory.overview(),
  actors: (observatory, filter) => observatory.actors(filter),
  children: (observatory, { path, ...page }) => observatory.children(path, page),
  outline: (observatory, filter) => observatory.outline(filter),
  actor: (observatory, { path, ...options }) => observatory.actor(path, options),
  events: (observatory, filter) => observatory.events(filter),
  deadLetters: (observatory, filter) => observatory.deadLetters(filter),
  exhibits: observatory => observatory.exhibits(),
  peers: observatory => observatory.peers(),
  doctor: (observatory, options) => Doctor.of(observatory, options).diagnose(options),
  stuck: (observatory, options) => {
    const doctor = Doctor.of(observatory, options);
    const counts = { critical: 0, warning: 0, notice: 0 };
    for (const { gravity } of doctor.findings({ ...options, limit: Number.MAX_SAFE_INTEGER }))
      counts[gravity]++;
    return counts;
  },
};

export const queryNames = Object.keys(answers) as QueryName[];

/** The most rows that one answer has. */
const mostRows = 10_000;

const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === 'string';

const whole = { is: isWhole, text: 'a whole number from 0 up' };
const count = {
  is: (value: unknown) => isWhole(value) && value <= mostRows,
  text: `a whole number from 0 to ${mostRows}`,
};
const text = { is: isText, text: 'a text' };
const texts = {
  is: (value: unknown) => Array.isArray(value) && value.every(isText),
  text: 'a list of texts',
};
const flag = { is: (value: unknown) => typeof value === 'boolean', text: 'true or false' };

/** What each parameter has to be, whoever asks. */
const kinds: Readonly<Record<string, { is(value: unknown): boolean; text: string }>> = {
  ...{ offset: whole, after: whole, limit: count, peek: count, history: count },
  ...{ under: text, search: text, sort: text, subject: text, reason: text, kinds: texts, levels: texts },
  system: flag,
};

/**
 * Nothing that is asked here changes anything.
 * @throws TypeError for a question that nobody knows, and for parameters that are no such thing
 */
export function answerQuery<Q extends QueryName>(
  observatory: Observatory,
  query: Q,
  params: Queries[Q]['params'],
): Queries[Q]['answer'] {
  if (!Object.hasOwn(answers, query))
    throw new TypeError(`there is no question ${show(query)}; there are ${queryNames.join(', ')}`);
  if (typeof params !== 'object' || params === null)
    throw new TypeError(`${query}: the parameters must be an object, not ${show(params)}`);
  const { path } = params as { path?: unknown };
  if ((query === 'actor' || query === 'children') && typeof path !== 'string')
    throw new TypeError(`${query}: path must be a path such as /a/b, not ${show(path)}`);
  for (const [name, value] of Object.entries(params)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind !== undefined && value !== undefined && !kind.is(value))
      throw new TypeError(`${query}: ${name} must be ${kind.text}, not ${show(value)}`);
  }
  const answer = answers[query] as (observatory: Observatory, params: object) => Queries[Q]['answer'];
  return answer(observatory, params);
}
