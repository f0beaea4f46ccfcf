/** What happens on the node, as it happens, and dead letters by their reasons. */

import { useAnswers } from '/feed.js';
import { count, dateAndTime, time } from '/format.js';
import { List, useNarrow } from '/list.js';
import { ActorLink, AddressLink, Empty, Search, State, total } from '/parts.js';
import { adjust } from '/route.js';
import { html, useRef, useState } from '/vendor/preact.js';

const most = 1000;
const levels = ['info', 'warn', 'error'];
const kinds = [
  'ActorStarted',
  'ActorStopped',
  'ActorError',
  'ActorRestarted',
  'ErrorIgnored',
  'DeadLetter',
  'UnhandledMessage',
  'InvalidMessage',
  'HighWaterMarkReached',
  'MailboxOverflow',
  'SupervisionWarning',
  'NodeUp',
  'NodeDown',
  'NodeUnresponsive',
  'NodeResponsive',
  'NodeQuarantined',
  'NodeRefused',
  'OperationRefused',
  'MalformedInput',
  'ShutdownTaskFailed',
];

export function Events({ params }) {
  const isNarrow = useNarrow();
  const [kind, subject, search] = ['kind', 'subject', 'search'].map(name => params.get(name) ?? '');
  const shownLevels = levels.filter(level => !(params.get('without') ?? '').split(' ').includes(level));
  const [log, setLog] = useState({ key: undefined, events: [], isCut: false });
  const [paused, pause] = useState(undefined);
  const [chosen, choose] = useState(undefined);
  const without = levels.filter(level => !shownLevels.includes(level)).join(' ');
  const change = next => adjust('events', { kind, subject, search, without, ...next });
  const filter = {
    ...(shownLevels.length < levels.length && { levels: shownLevels }),
    ...(kind && { kinds: [kind] }),
    ...(subject && { subject }),
    ...(search && { search }),
  };
  const key = JSON.stringify(filter);
  const wanted = useRef(key);
  wanted.current = key;
  useAnswers([], filter, (events, isCut) =>
    setLog(log => {
      if (wanted.current !== key) return log;
      const before = log.key === key ? log.events : [];
      return {
        key,
        events: [...events, ...before].slice(0, most),
        isCut: isCut || (log.key === key && log.isCut),
      };
    }),
  );
  const all = log.key === key ? log.events : [];
  const events = paused ?? all;
  // Not by their numbers: after a restart of the node these begin anew.
  const at = all.indexOf(events[0]);
  const waiting = at === -1 ? all.length : at;
  const setLevel = (level, isOn) =>
    change({ without: levels.filter(one => (one === level ? !isOn : !shownLevels.includes(one))).join(' ') });
  const row = index => {
    const event = events[index];
    return {
      class: `event-row ${chosen?.number === event.number ? 'chosen' : ''}`,
      role: 'listitem',
      onClick: ({ target }) => {
        if (target.closest('a') !== null) return;
        choose(event);
        if (paused === undefined) pause(all);
      },
      content: html`
        <span class="cell num dim">${time(event.at)}</span><${State} of=${event.level} />
        <span class="cell c-kind">${event.kind}</span>
        <span class="cell c-subject">${event.subject?.startsWith('/') ? html`<${ActorLink} path=${event.subject} />` : event.subject}</span>
        <span class="cell c-text" title=${event.text}>${event.text}</span>
      `,
    };
  };
  return html`<div class="view">
    <div class="bar">
      <h1>Events</h1>
      <${Search} label="Text" value=${search} onInput=${search => change({ search })} />
      <input class="search" aria-label="Actor or node" placeholder="Actor or node" value=${subject} onInput=${event => change({ subject: event.target.value })} spellcheck=${false} autocomplete="off" />
      <select aria-label="Kind" value=${kind} onChange=${event => change({ kind: event.target.value })}>
        <option value="">all kinds</option>
        ${kinds.map(one => html`<option key=${one} value=${one} selected=${one === kind}>${one}</option>`)}
      </select>
      <span class="levels" role="group" aria-label="Levels">${levels.map(level => html`<label key=${level} class="check"><input type="checkbox" checked=${shownLevels.includes(level)} onChange=${event => setLevel(level, event.target.checked)} />${level}</label>`)}</span>
      <button class="pause" aria-pressed=${String(paused !== undefined)} onClick=${() => pause(paused === undefined ? all : undefined)}>${paused === undefined ? 'Pause' : `Go on (${count(waiting)} new)`}</button>
    </div>
    <div class="table">
      ${
        events.length === 0
          ? html`<${Empty} text="Nothing of this kind has happened." />`
          : html`<${List} total=${events.length} rowHeight=${isNarrow ? 52 : 28} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Events, the newest first' }} />`
      }
      <${Detail} event=${chosen} close=${() => choose(undefined)} />
      <div class="foot">${total(events.length, 'event', 'events')}${log.isCut && html`<span class="dim">, not all of them: too many came at once</span>`}</div>
    </div>
  </div>`;
}

function Detail({ event, close }) {
  if (event === undefined) return null;
  return html`<section class="detail" aria-label="The chosen event">
    <button class="close" onClick=${close} aria-label="Close">✕</button>
    <h2>${event.kind ?? event.reason} <span class="dim">${dateAndTime(event.at)}</span></h2>
    <p>${event.subject ?? event.recipient}</p>
    <pre>${event.stack === undefined ? (event.text ?? event.message) : `${event.text}\n${event.stack}`}</pre>
  </section>`;
}

export function Letters({ params }) {
  const isNarrow = useNarrow();
  const reason = params.get('reason') ?? '';
  const [chosen, choose] = useState(undefined);
  const { answers, overview } = useAnswers([['deadLetters', { limit: 500, ...(reason && { reason }) }]]);
  const letters = answers[0] ?? [];
  const { total: all = 0, ...reasons } = overview?.stats.deadLetters ?? {};
  const own = overview?.address;
  const row = index => {
    const letter = letters[index];
    return {
      class: 'letter-row',
      role: 'listitem',
      onClick: ({ target }) => target.closest('a') === null && choose(letter),
      content: html`
        <span class="cell num dim">${time(letter.at)}</span>
        <span class="cell c-reason">${letter.reason}</span>
        <span class="cell c-subject">to <${AddressLink} address=${letter.recipient} own=${own} /></span>
        <span class="cell c-sender">from <${AddressLink} address=${letter.sender} own=${own} /></span>
        <code class="cell c-text" title=${letter.message}>${letter.message}</code>
      `,
    };
  };
  return html`<div class="view">
    <div class="bar">
      <h1>Dead letters</h1>
      <select aria-label="Reason" value=${reason} onChange=${event => adjust('letters', { reason: event.target.value })}>
        <option value="">all reasons (${count(all)})</option>
        ${Object.entries(reasons).map(([name, number]) => html`<option key=${name} value=${name} selected=${name === reason}>${name} (${count(number)})</option>`)}
      </select>
    </div>
    <div class="table">
      ${
        letters.length === 0
          ? html`<${Empty} text="No message has been lost that way since the dashboard began." />`
          : html`<${List} total=${letters.length} rowHeight=${isNarrow ? 74 : 28} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Dead letters, the newest first' }} />`
      }
      <${Detail} event=${chosen} close=${() => choose(undefined)} />
      <div class="foot">${total(letters.length, 'dead letter shown', 'dead letters shown')}</div>
    </div>
  </div>`;
}
