/** One actor, closely. */

import { Control } from '/control.js';
import { useAnswers } from '/feed.js';
import { count, dateAndTime, duration, percent, perSecond, time } from '/format.js';
import { List, useBlock, useNarrow } from '/list.js';
import { ActorLink, AddressLink, Empty, Fact, figures, lastError, State } from '/parts.js';
import { linkTo } from '/route.js';
import { html } from '/vendor/preact.js';

const tabs = { facts: 'Facts', mailbox: 'Mailbox', children: 'Children', ties: 'Ties', history: 'History' };

/** `/a/b`: both steps are links. */
function Path({ path }) {
  const steps = path.split('/').filter(step => step !== '');
  return html`<h1 class="steps" title=${path}>${steps.map((step, i) => {
    const to = `/${steps.slice(0, i + 1).join('/')}`;
    return html`<span key=${to}><span class="dim">/</span>${i === steps.length - 1 ? step : html`<${ActorLink} path=${to} text=${step} />`}</span>`;
  })}${steps.length === 0 && '/'}</h1>`;
}

export function ActorPage({ params, about }) {
  const path = params.get('path') ?? '/';
  const tab = Object.hasOwn(tabs, params.get('tab')) ? params.get('tab') : 'facts';
  const { offset, limit, onRange } = useBlock();
  const questions = [['actor', { path, peek: 50 }]];
  if (tab === 'children') questions.push(['children', { path, offset, limit }]);
  const { answers, asked } = useAnswers(questions);
  const actor = asked[0]?.path === path ? answers[0] : undefined;
  const isGone = actor === null;
  const counts = { mailbox: actor?.queued, children: actor?.children };
  return html`<div class="view">
    <div class="bar"><${Path} path=${path} />${actor ? html`<${State} of=${actor.state} />` : html`<span class="state">${isGone ? 'gone' : ''}</span>`}</div>
    <nav class="tabs" aria-label="Of this actor">
      ${Object.entries(tabs).map(
        ([key, text]) =>
          html`<a key=${key} href=${linkTo('actor', { path, tab: key === 'facts' ? undefined : key })} aria-current=${key === tab ? 'page' : undefined}>${text}${key in counts && html` <span class="num dim tabcount">${count(counts[key])}</span>`}</a>`,
      )}
    </nav>
    ${isGone && html`<${Empty} text="There is no actor at this path now: it has ended, or never was." />`}
    ${actor && tab === 'facts' && html`<${Facts} actor=${actor} about=${about} />`}
    ${actor && tab === 'mailbox' && html`<${Mailbox} actor=${actor} />`}
    ${actor && tab === 'children' && html`<${ChildList} page=${answers[1]} begin=${asked[1]?.offset ?? 0} onRange=${onRange} />`}
    ${actor && tab === 'ties' && html`<${Ties} actor=${actor} />`}
    ${actor && tab === 'history' && html`<${History} events=${actor.history} />`}
  </div>`;
}

function Facts({ actor, about }) {
  const { lastError } = actor;
  return html`<div class="scroll actor">
    <section class="card">
      <dl class="facts">
        <${Fact} name="class">${actor.className}</${Fact}>
        <${Fact} name="messages per second">${perSecond(actor.rate)}</${Fact}>
        <${Fact} name="handled">${count(actor.handled)}</${Fact}>
        <${Fact} name="waiting">${count(actor.queued)}</${Fact}>
        <${Fact} name="stashed">${count(actor.stashed)}</${Fact}>
        <${Fact} name="share of the event loop">${percent(actor.share)}</${Fact}>
        <${Fact} name="longest turn">${duration(actor.longestTurn)}</${Fact}>
        <${Fact} name="in its async work for">${actor.state === 'busy' ? (actor.busyFor === undefined ? 'longer than observed' : duration(actor.busyFor)) : ''}</${Fact}>
        <${Fact} name="up for">${duration(actor.uptime)}</${Fact}>
        <${Fact} name="restarts">${count(actor.restarts)}</${Fact}>
        <${Fact} name="restarts left">${count(actor.restartsLeft)}</${Fact}>
        <${Fact} name="of its children, left">${count(actor.childRestartsLeft)}</${Fact}>
        <${Fact} name="children">${actor.children > 0 ? html`<a href=${linkTo('actors', { under: actor.path })}>${count(actor.children)}</a>` : 0}</${Fact}>
        <${Fact} name="parent">${actor.parent ? html`<${ActorLink} path=${actor.parent} />` : ''}</${Fact}>
        <${Fact} name="runs">${actor.isElsewhere ? 'elsewhere' : 'on this node'}</${Fact}>
      </dl>
    </section>
    ${about.control && html`<${Control} path=${actor.path} />`}
    <section class="card">
      <h2>Message in hand</h2>
      <pre class="now">${actor.current?.text ?? ''}</pre>
    </section>
    <section class="card">
      <h2>Last error ${lastError && html`<span class="dim">${dateAndTime(lastError.at)}, ${count(lastError.count)} so far</span>`}</h2>
      <pre class="stack">${lastError ? (lastError.stack ?? lastError.text) : ''}</pre>
    </section>
  </div>`;
}

function Mailbox({ actor }) {
  const row = index => {
    const { text, sender } = actor.mailbox[index];
    return {
      class: 'message-row',
      role: 'listitem',
      content: html`<span class="cell num dim">${index + 1}</span><code class="cell c-text" title=${text}>${text}</code><span class="cell c-sender">from <${AddressLink} address=${sender} own=${ownOf(actor)} /></span>`,
    };
  };
  if (actor.mailbox.length === 0) return html`<${Empty} text="Nothing waits." />`;
  return html`<div class="table">
    <${List} total=${actor.mailbox.length} rowHeight=${52} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Messages that wait, the next first' }} />
    <div class="foot dim">${actor.queued > actor.mailbox.length ? `the first ${actor.mailbox.length} of ${count(actor.queued)}` : ''}</div>
  </div>`;
}

/** The node's own part of addresses. */
const ownOf = ({ address, path }) => address.slice(0, address.length - path.length);

function ChildList({ page, begin, onRange }) {
  const isNarrow = useNarrow();
  if (page?.total === 0) return html`<${Empty} text="It has no children." />`;
  const row = index => {
    const child = page?.rows[index - begin];
    if (child === undefined) return { content: '…', class: 'tree-row' };
    return {
      class: 'tree-row',
      role: 'listitem',
      content: html`<span class="cell c-name"><${ActorLink} path=${child.path} text=${child.name} /></span><span class="cell c-class dim">${child.className}</span>${figures(child)}${lastError(child)}`,
    };
  };
  return html`<div class="table"><${List} total=${page?.total ?? 0} rowHeight=${isNarrow ? 52 : 28} row=${row} onRange=${onRange} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Children' }} /></div>`;
}

function Ties({ actor }) {
  const own = ownOf(actor);
  const part = (title, addresses) => html`<section class="card">
    <h2>${title} <span class="dim num">${addresses.length}</span></h2>
    <ul class="addresses">${addresses.map(address => html`<li key=${address}><${AddressLink} address=${address} own=${own} /></li>`)}</ul>
  </section>`;
  return html`<div class="scroll">
    ${part('Watched by', actor.watchers)} ${part('Watches', actor.watching)} ${part('Linked to', actor.links)}
  </div>`;
}

function History({ events }) {
  const row = index => {
    const { at, level, text } = events[index];
    return {
      class: 'history-row',
      role: 'listitem',
      content: html`<span class="cell num dim">${time(at)}</span><${State} of=${level} /><span class="cell c-text" title=${text}>${text}</span>`,
    };
  };
  if (events.length === 0)
    return html`<${Empty} text="Nothing has happened to it that the log still knows." />`;
  return html`<div class="table"><${List} total=${events.length} rowHeight=${28} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'What happened to it, the newest first' }} /></div>`;
}
