/** What several views have in common. */

import { count, perSecond, short } from '/format.js';
import { linkToActor } from '/route.js';
import { html } from '/vendor/preact.js';

const marks = {
  starting: '○',
  running: '●',
  busy: '◐',
  suspended: '▲',
  restarting: '↻',
  stopping: '■',
  stopped: '□',
  connecting: '○',
  up: '●',
  unresponsive: '▲',
  quarantined: '■',
  info: '●',
  warn: '▲',
  error: '■',
  critical: '■',
  warning: '▲',
  notice: '●',
};

/** A state by its shape, its colour and in words. */
export const State = ({ of }) =>
  html`<span class=${`state is-${of}`}><span class="mark" aria-hidden="true">${marks[of] ?? '·'}</span><span class="word">${of}</span></span>`;

export const ActorLink = ({ path, text = path }) =>
  html`<a class="path" href=${linkToActor(path)} title=${path}>${text}</a>`;

/** The path of an address of this node, a link; another's, as it is. */
export function AddressLink({ address, own }) {
  if (address === undefined || address === null) return html`<span class="dim">nobody</span>`;
  const path = address.startsWith('/')
    ? address
    : own && address.startsWith(`${own}/`)
      ? address.slice(own.length)
      : undefined;
  return path === undefined
    ? html`<span class="path" title=${address}>${address}</span>`
    : html`<${ActorLink} path=${path} />`;
}

/** What is told of an actor beside its name, in columns. */
export const figures = ({ state, rate, queued, stashed, restarts, lastError }, role) => html`
  <span role=${role} class="cell c-state">${state && html`<${State} of=${state} />`}</span>
  <span role=${role} class="cell c-rate num" title="messages per second">${perSecond(rate)}</span>
  <span role=${role} class=${`cell c-queued num ${queued >= 1000 ? 'much' : queued > 0 ? 'some' : 'dim'}`} title="messages that wait${stashed > 0 ? `, and ${stashed} stashed` : ''}"><span class="unit">waiting </span>${short(queued)}</span>
  <span role=${role} class=${`cell c-restarts num ${lastError ? 'much' : restarts > 0 ? 'some' : 'dim'}`} title="restarts"><span class="unit">restarts </span>${short(restarts)}</span>
`;

export const lastError = (actor, role) =>
  html`<span role=${role} class="cell c-error" title=${actor?.lastError?.text ?? ''}>${actor?.lastError?.text ?? ''}</span>`;

export const headings = {
  name: 'Actor',
  class: 'Class',
  state: 'State',
  rate: 'Messages/s',
  queued: 'Waiting',
  restarts: 'Restarts',
  error: 'Last error',
};

export const Search = ({ value, onInput, label }) =>
  html`<input class="search" type="search" data-search aria-label=${label} placeholder=${`${label}  /`} value=${value} onInput=${event => onInput(event.target.value)} spellcheck=${false} autocomplete="off" />`;

export const Empty = ({ text }) => html`<p class="empty">${text}</p>`;

export const Fact = ({ name, children }) =>
  html`<div class="fact"><dt>${name}</dt><dd>${children === '' || children === undefined ? '–' : children}</dd></div>`;

export const total = (value, one, many) =>
  html`<span class="total num" role="status">${`${count(value)} ${value === 1 ? one : many}`}</span>`;
