/** What the doctor of the node finds, the gravest first, and the restarts that supervisors have left. */

import { useAnswers } from '/feed.js';
import { count, dateAndTime, duration } from '/format.js';
import { List, useNarrow } from '/list.js';
import { ActorLink, AddressLink, Empty, State, total } from '/parts.js';
import { html, useState } from '/vendor/preact.js';

const most = 100;
const mostSubjects = 6;
/** What only grows is found after so many looks. */
const looksForGrowth = 6;

function Subjects({ of, own, limit = mostSubjects }) {
  const more = of.length - limit;
  return html`${of.slice(0, limit).map((address, i) => html`<${AddressLink} key=${i} address=${address} own=${own} />`)}${more > 0 && html`<span class="dim">and ${more} more</span>`}`;
}

const Since = ({ at, now }) =>
  html`<span class="c-since num dim" title=${dateAndTime(at)}>for ${duration(Math.max(0, now - at))}</span>`;

export function Stuck() {
  const [chosen, choose] = useState(undefined);
  const { answers } = useAnswers([['doctor', { limit: most }]]);
  const [diagnosis] = answers;
  // As long as the trouble lasts it has the same id, and new figures.
  const shown = chosen && (diagnosis?.findings.find(({ id }) => id === chosen.id) ?? chosen);
  return html`<div class="view">
    <div class="bar"><h1>Stuck</h1><span class="dim watched">${diagnosis && watched(diagnosis)}</span></div>
    <div class="table">
      ${
        diagnosis?.findings.length === 0
          ? html`<${Empty} text="Nothing is stuck." />`
          : html`<${Findings} diagnosis=${diagnosis} chosen=${shown} choose=${choose} />`
      }
      ${
        shown === undefined
          ? html`<${Budgets} supervisors=${diagnosis?.supervisors} />`
          : html`<${Detail} finding=${shown} diagnosis=${diagnosis} close=${() => choose(undefined)} />`
      }
      <div class="foot">${total(diagnosis?.findings.length ?? 0, 'finding', 'findings')}${diagnosis?.omitted > 0 && html`<span class="dim">, and ${count(diagnosis.omitted)} less grave</span>`}</div>
    </div>
  </div>`;
}

function watched({ at, watchedSince, looks, slow, areAskersKnown }) {
  const parts = [`watched for ${duration(at - watchedSince)}`, `from ${duration(slow)} on is long`];
  if (looks < looksForGrowth) parts.push(`what only grows is found after ${looksForGrowth} looks`);
  if (!areAskersKnown) parts.push('who asks in async code is seen on suspicion only');
  return html`<span title=${dateAndTime(watchedSince)}>${parts.join('; ')}</span>`;
}

function Findings({ diagnosis, chosen, choose }) {
  const isNarrow = useNarrow();
  const row = index => {
    const finding = diagnosis.findings[index];
    const { id, gravity, kind, subjects, text, advice, since } = finding;
    return {
      class: `finding-row ${chosen?.id === id ? 'chosen' : ''}`,
      role: 'listitem',
      onClick: ({ target }) => target.closest('a') === null && choose(finding),
      content: html`
        <div class="line"><${State} of=${gravity} /><span class="c-kind">${kind}</span><${Since} at=${since} now=${diagnosis.at} /><span class="cell c-subjects"><${Subjects} of=${subjects} own=${diagnosis.node} /></span><button class="whole" aria-label=${`In full: ${kind} ${subjects[0] ?? ''}`}>In full</button></div>
        <div class="c-text" title=${text}>${text}</div>
        <div class="c-advice dim" title=${advice}>→ ${advice}</div>
      `,
    };
  };
  return html`<${List} total=${diagnosis?.findings.length ?? 0} rowHeight=${isNarrow ? 176 : 118} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'What is stuck, the gravest first' }} />`;
}

function Detail({ finding, diagnosis, close }) {
  const { id, gravity, kind, subjects, text, advice, since } = finding;
  const isOver = diagnosis !== undefined && !diagnosis.findings.some(one => one.id === id);
  return html`<section class="detail" aria-label="The chosen finding">
    <button class="close" onClick=${close} aria-label="Close">✕</button>
    <h2><${State} of=${gravity} /> ${kind} ${isOver ? html`<span class="dim">it is over</span>` : html`<span class="dim">since ${dateAndTime(since)}</span>`}</h2>
    <p>${text}</p>
    <p>→ ${advice}</p>
    <p class="subjects"><${Subjects} of=${subjects} own=${diagnosis?.node} limit=${most} /></p>
  </section>`;
}

/** Few, or none, are no good. */
const alarm = ({ left, max }) =>
  left === 0 ? 'much' : left !== null && max !== null && left * 3 <= max ? 'some' : '';

function Budgets({ supervisors = [] }) {
  const isNarrow = useNarrow();
  const row = index => {
    const supervisor = supervisors[index];
    const { path, child, className, left, max, within, restarts } = supervisor;
    return {
      class: 'budget-row',
      role: 'row',
      'aria-rowindex': index + 2,
      content: html`
        <span role="cell" class="cell c-name"><${ActorLink} path=${child ?? path} /></span>
        <span role="cell" class="cell c-of dim">${child === undefined ? `all children of this ${className}` : html`child of <${ActorLink} path=${path} />`}</span>
        <span role="cell" class=${`cell c-left num ${alarm(supervisor)}`}>${max === null ? 'no limit' : `${count(left)} of ${count(max)}`}</span>
        <span role="cell" class="cell c-within num">${within === null ? (max === null ? '' : 'ever') : html`<span class="unit">within </span>${duration(within)}`}</span>
        <span role="cell" class="cell c-restarts num"><span class="unit">so far </span>${count(restarts)}</span>
      `,
    };
  };
  return html`<section class="budgets" role="table" aria-label="Restarts left" aria-rowcount=${supervisors.length + 1}>
    <h2 class="title">Restarts left</h2>
    <div class="head budget-row" role="row"><span role="columnheader" class="cell">Restarts of</span><span role="columnheader" class="cell"></span><span role="columnheader" class="cell num">Left</span><span role="columnheader" class="cell num">Within</span><span role="columnheader" class="cell num">So far</span></div>
    ${
      supervisors.length === 0
        ? html`<${Empty} text="No child of a supervisor has been restarted." />`
        : html`<${List} total=${supervisors.length} rowHeight=${isNarrow ? 52 : 28} row=${row} attributes=${{ role: 'rowgroup', tabindex: '0', 'aria-label': 'Supervisors, those with the fewest restarts left first' }} />`
    }
  </section>`;
}
