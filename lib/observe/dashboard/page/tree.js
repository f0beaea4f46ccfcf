/** The supervision tree. What is unfolded is in the address of the page. */

import { useAnswers } from '/feed.js';
import { count } from '/format.js';
import { List, useBlock, useNarrow } from '/list.js';
import { ActorLink, Empty, figures, headings, lastError, Search, total } from '/parts.js';
import { adjust, linkToActor } from '/route.js';
import { html, useEffect, useReducer, useRef } from '/vendor/preact.js';

/** The server takes so many. */
const mostOpen = 300;

/** The address may be anybody's. */
function decoded(key) {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

export function Tree({ params }) {
  const search = params.get('search') ?? '';
  const system = params.get('system') === 'true';
  const open = (params.get('open') ?? '')
    .split(',')
    .filter(key => key !== '')
    .map(decoded);
  const change = next => {
    const all = { search, system, open, ...next };
    adjust('tree', { ...all, open: all.open.slice(-mostOpen).map(encodeURIComponent).join() });
  };
  return html`<div class="view">
    <div class="bar">
      <h1>Tree</h1>
      <${Search} label="Find actors" value=${search} onInput=${search => change({ search })} />
      <label class="check"><input type="checkbox" checked=${system} onChange=${event => change({ system: event.target.checked })} />runtime's own</label>
    </div>
    ${
      search === ''
        ? html`<${Outline} key="tree" open=${open} system=${system} setOpen=${open => change({ open })} />`
        : html`<${Found} key="found" search=${search} system=${system} />`
    }
  </div>`;
}

const Head = () =>
  html`<div class="head tree-row" aria-hidden="true">${Object.entries(headings).map(([key, text]) => html`<span key=${key} class=${`cell c-${key} ${/rate|queued|restarts/.test(key) ? 'num' : ''}`}>${text}</span>`)}</div>`;

function Outline({ open, system, setOpen }) {
  const isNarrow = useNarrow();
  const { offset, limit, onRange } = useBlock();
  // Not a state: of two keys in one moment, the second one goes on from where the first one went.
  const place = useRef({ at: 0, key: undefined });
  const [, redraw] = useReducer(n => n + 1, 0);
  const select = (at, key) => {
    place.current = { at, key };
    redraw();
  };
  const { at, key: selected } = place.current;
  const { answers, asked } = useAnswers([['outline', { open, offset, limit, system }]]);
  const [page] = answers;
  const begin = asked[0]?.offset ?? 0;
  const lineAt = index => page?.rows[index - begin];
  const length = page?.total ?? 0;

  // Lines come and go above the one that is chosen: it stays chosen as long as it can be found.
  useEffect(() => {
    if (page === undefined || selected === undefined || lineAt(at)?.key === selected) return;
    const index = page.rows.findIndex(({ key }) => key === selected);
    if (index !== -1) select(begin + index, selected);
  }, [page]);

  const choose = index => {
    const to = Math.max(0, Math.min(length - 1, index));
    select(to, lineAt(to)?.key);
  };
  const fold = (line, isOpen) =>
    setOpen(
      isOpen ? [...open.filter(key => key !== line.key), line.key] : open.filter(key => key !== line.key),
    );
  const isParent = line => line.kin !== undefined || (line.actor?.children ?? 0) > 0;

  const parentOf = index => {
    const { depth } = lineAt(index);
    for (let above = index - 1; above >= begin; above--) if (lineAt(above)?.depth < depth) return above;
    return index;
  };
  const onKeyDown = event => {
    const { at } = place.current;
    if (event.target.closest('a') !== null && event.key === 'Enter') return;
    const line = lineAt(at);
    const pageful = Math.max(1, Math.floor(event.currentTarget.clientHeight / (isNarrow ? 52 : 28)) - 1);
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: length - 1,
      PageDown: at + pageful,
      PageUp: at - pageful,
    };
    if (event.key in moves) choose(moves[event.key]);
    else if (line === undefined) return;
    else if (event.key === 'ArrowRight') {
      if (!line.isOpen && isParent(line)) fold(line, true);
      else if (line.isOpen) choose(at + 1);
    } else if (event.key === 'ArrowLeft') {
      if (line.isOpen) fold(line, false);
      else choose(parentOf(at));
    } else if (event.key === ' ' && isParent(line)) fold(line, !line.isOpen);
    else if (event.key === 'Enter') {
      if (line.actor !== undefined) location.hash = linkToActor(line.actor.path);
      else fold(line, !line.isOpen);
    } else return;
    event.preventDefault();
  };

  const row = index => {
    const line = lineAt(index);
    if (line === undefined)
      return { content: html`<span class="cell c-name dim">…</span>`, class: 'tree-row' };
    const { key, depth, isOpen, actor, kin } = line;
    const mayOpen = isParent(line);
    const step = isNarrow ? 12 : 18;
    return {
      class: `tree-row ${index === at ? 'chosen' : ''}`,
      id: `line-${index}`,
      role: 'treeitem',
      'aria-level': depth + 1,
      'aria-selected': String(index === at),
      ...(mayOpen && { 'aria-expanded': String(isOpen) }),
      'data-key': key,
      onClick: event => {
        if (event.target.closest('a') !== null) return;
        select(index, key);
        if (mayOpen && (event.target.closest('.twisty') !== null || kin !== undefined)) fold(line, !isOpen);
      },
      content: html`
        <span class="cell c-name" style=${{ paddingLeft: `${Math.min(depth, isNarrow ? 8 : 24) * step}px` }}>
          <span class=${`twisty ${mayOpen ? '' : 'none'}`} aria-hidden="true">${mayOpen ? (isOpen ? '▾' : '▸') : ''}</span>
          ${
            actor
              ? html`<a class="name" tabindex="-1" href=${linkToActor(actor.path)} title=${actor.path}>${actor.name}</a>`
              : html`<span class="name kin">${kin.className} × ${count(kin.size)}</span>`
          }
        </span>
        <span class="cell c-class dim">${actor ? `${actor.className}${actor.children > 0 ? ` · ${count(actor.children)}` : ''}` : ''}</span>
        ${figures(actor ?? { ...kin, stashed: 0 })}${lastError(actor)}
      `,
    };
  };
  if (page !== undefined && length === 0) return html`<${Empty} text="No actor lives here yet." />`;
  return html`<div class="table">
    <${Head} />
    <${List} total=${length} rowHeight=${isNarrow ? 52 : 28} row=${row} onRange=${onRange} shown=${at}
      attributes=${{ role: 'tree', 'aria-label': 'Supervision tree', tabindex: '0', 'aria-activedescendant': `line-${at}`, onKeyDown }} />
  </div>`;
}

/** What was found, wherever it is. */
function Found({ search, system }) {
  const isNarrow = useNarrow();
  const { offset, limit, onRange } = useBlock();
  const { answers, asked } = useAnswers([['actors', { search, system, offset, limit }]]);
  const [page] = answers;
  const begin = asked[0]?.offset ?? 0;
  const row = index => {
    const actor = page?.rows[index - begin];
    if (actor === undefined)
      return { content: html`<span class="cell c-name dim">…</span>`, class: 'tree-row' };
    return {
      class: 'tree-row',
      role: 'listitem',
      content: html`<span class="cell c-name"><${ActorLink} path=${actor.path} /></span><span class="cell c-class dim">${actor.className}</span>${figures(actor)}${lastError(actor)}`,
    };
  };
  return html`<div class="table">
    <${Head} />
    ${
      page?.total === 0
        ? html`<${Empty} text="No actor of that name or class." />`
        : html`<${List} total=${page?.total ?? 0} rowHeight=${isNarrow ? 52 : 28} row=${row} onRange=${onRange} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Actors that were found' }} />`
    }
    <div class="foot">${total(page?.total ?? 0, 'actor', 'actors')}</div>
  </div>`;
}
