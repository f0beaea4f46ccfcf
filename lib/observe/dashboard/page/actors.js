/** All actors as one table: searched, sorted, of any length. */

import { useAnswers } from '/feed.js';
import { count, duration, percent } from '/format.js';
import { List, useBlock, useNarrow } from '/list.js';
import { ActorLink, Empty, figures, lastError, Search, total } from '/parts.js';
import { adjust } from '/route.js';
import { html } from '/vendor/preact.js';

const columns = [
  ['path', 'name', 'Actor'],
  [undefined, 'class', 'Class'],
  [undefined, 'state', 'State'],
  ['rate', 'rate', 'Messages/s'],
  ['queued', 'queued', 'Waiting'],
  ['restarts', 'restarts', 'Restarts'],
  ['handled', 'handled', 'Handled'],
  ['share', 'share', 'Busy'],
  ['uptime', 'uptime', 'Up for'],
  [undefined, 'error', 'Last error'],
];
const left = ['name', 'class', 'state', 'error'];

function Heading({ sortKey, name, text, sort, setSort }) {
  const isSorted = sortKey !== undefined && sort === sortKey;
  const direction = sortKey === 'path' ? 'ascending' : 'descending';
  return html`<span role="columnheader" class=${`cell c-${name} ${left.includes(name) ? '' : 'num'}`} aria-sort=${isSorted ? direction : undefined}>
    ${sortKey === undefined ? text : html`<button class=${`sort ${isSorted ? 'on' : ''}`} onClick=${() => setSort(sortKey)}>${text}<span aria-hidden="true" class="arrow">${isSorted ? (sortKey === 'path' ? '▴' : '▾') : ''}</span></button>`}
  </span>`;
}

export function Actors({ params }) {
  const isNarrow = useNarrow();
  const [search, under] = [params.get('search') ?? '', params.get('under') ?? ''];
  const sort = columns.some(([key]) => key === params.get('sort')) ? params.get('sort') : 'path';
  const system = params.get('system') === 'true';
  const { offset, limit, onRange } = useBlock();
  const change = next => adjust('actors', { search, under, sort, system, ...next });
  const filter = { sort, system, offset, limit, ...(search && { search }), ...(under && { under }) };
  const { answers, asked } = useAnswers([['actors', filter]]);
  const [page] = answers;
  const begin = asked[0]?.offset ?? 0;
  const row = index => {
    const actor = page?.rows[index - begin];
    if (actor === undefined)
      return { content: html`<span class="cell c-name dim">…</span>`, class: 'actor-row' };
    return {
      class: 'actor-row',
      role: 'row',
      'aria-rowindex': index + 2,
      content: html`
        <span role="cell" class="cell c-name"><${ActorLink} path=${actor.path} /></span><span role="cell" class="cell c-class dim">${actor.className}</span>
        ${figures(actor, 'cell')}
        <span role="cell" class="cell c-handled num">${count(actor.handled)}</span>
        <span role="cell" class="cell c-share num">${percent(actor.share)}</span>
        <span role="cell" class="cell c-uptime num">${duration(actor.uptime)}</span>
        ${lastError(actor, 'cell')}
      `,
    };
  };
  return html`<div class="view">
    <div class="bar">
      <h1>Actors</h1>
      <${Search} label="Find actors" value=${search} onInput=${search => change({ search })} />
      <label class="pick">by <select aria-label="Sort by" value=${sort} onChange=${event => change({ sort: event.target.value })}>
        ${columns.filter(([key]) => key !== undefined).map(([key, , text]) => html`<option key=${key} value=${key} selected=${key === sort}>${text}</option>`)}
      </select></label>
      <label class="check"><input type="checkbox" checked=${system} onChange=${event => change({ system: event.target.checked })} />runtime's own</label>
      ${under && html`<button onClick=${() => change({ under: '' })} title="Show all">below ${under} ✕</button>`}
    </div>
    <div class="table" role="table" aria-label="Actors" aria-rowcount=${(page?.total ?? 0) + 1}>
      <div class="head actor-row" role="row">${columns.map(([sortKey, name, text]) => html`<${Heading} key=${name} sortKey=${sortKey} name=${name} text=${text} sort=${sort} setSort=${sort => change({ sort })} />`)}</div>
      ${
        page?.total === 0
          ? html`<${Empty} text="No actor of that name or class." />`
          : html`<${List} total=${page?.total ?? 0} rowHeight=${isNarrow ? 52 : 28} row=${row} onRange=${onRange} attributes=${{ role: 'rowgroup', tabindex: '0', 'aria-label': 'Actors' }} />`
      }
      <div class="foot">${total(page?.total ?? 0, 'actor', 'actors')}</div>
    </div>
  </div>`;
}
