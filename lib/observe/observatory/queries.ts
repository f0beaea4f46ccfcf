/** Questions to an observatory as plain data: what a browser, a socket or another node asks, and gets answered as plain data. */
import { show } from '../../base/errors.ts';
import type { PeerView } from '../../core/peers.ts';
import { Doctor } from '../doctor/doctor.ts';
import type { Diagnosis, DiagnosisOptions } from '../doctor/findings.ts';
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
  actor: { params: { path: string; peek?: number }; answer: ActorView | undefined };
  events: { params: EventFilter; answer: EventView[] };
  deadLetters: { params: { reason?: string; limit?: number }; answer: DeadLetterView[] };
  exhibits: { params: object; answer: ExhibitView[] };
  peers: { params: object; answer: readonly PeerView[] };
  /** The first such question calls a doctor in: what only grows, and what keeps happening, he knows some looks later. */
  doctor: { params: DiagnosisOptions; answer: Diagnosis };
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
};

export const queryNames = Object.keys(answers) as QueryName[];

/** Nothing that is asked here changes anything. @throws TypeError for a question that nobody knows */
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
  return (answers[query] as (observatory: Observatory, params: object) => Queries[Q]['answer'])(
    observatory,
    params,
  );
}
