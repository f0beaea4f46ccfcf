/** The frame of the page: what there is to see, how the node is, and the keys. */

import { ActorPage } from '/actor.js';
import { Actors } from '/actors.js';
import { Events, Letters } from '/events.js';
import { useTold } from '/feed.js';
import { Flows, Pools } from '/flows.js';
import { Nodes } from '/nodes.js';
import { Overview } from '/overview.js';
import { go, linkTo, useRoute } from '/route.js';
import { Stuck } from '/stuck.js';
import { Tree } from '/tree.js';
import { html, render, useEffect, useLayoutEffect, useState } from '/vendor/preact.js';

const views = [
  ['overview', 'Overview', Overview],
  ['tree', 'Tree', Tree],
  ['actors', 'Actors', Actors],
  ['nodes', 'Nodes', Nodes],
  ['events', 'Events', Events],
  ['letters', 'Dead letters', Letters],
  ['flows', 'Flows', Flows],
  ['pools', 'Pools', Pools],
  ['stuck', 'Stuck', Stuck],
];

const words = {
  connecting: 'connecting',
  live: 'live',
  broken: 'no connection: trying again',
  denied: 'the node wants the token again',
};

/** What does not go on by itself, or goes wrong: whichever view is open, one sees that there is such a thing. */
function Badge({ stuck: { critical = 0, warning = 0 } = {} }) {
  const grave = critical + warning;
  return html`<span class=${`badge num ${critical > 0 ? 'is-critical' : ''} ${grave > 0 ? 'on' : ''}`}>${grave > 0 && html`<span aria-hidden="true">${grave > 99 ? '99+' : grave}</span><span class="away">, ${grave} grave</span>`}</span>`;
}

const themes = { auto: 'system', light: 'light', dark: 'dark' };

function Theme() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? 'auto');
  const set = theme => {
    setTheme(theme);
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem('troupe-theme', theme);
  };
  return html`<select class="theme" aria-label="Colours" value=${theme} onChange=${event => set(event.target.value)}>
    ${Object.entries(themes).map(([key, text]) => html`<option key=${key} value=${key} selected=${key === theme}>${text}</option>`)}
  </select>`;
}

/** Numbers choose a view, a slash the search; Esc leaves it, and the page of an actor. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null)
    return;
  const { target, key } = event;
  const isTyping = target.matches?.('input:not([type=checkbox]), textarea, select');
  if (key === 'Escape') {
    if (isTyping) target.blur();
    else if (location.hash.startsWith('#/actor?')) history.back();
    return;
  }
  if (isTyping) return;
  if (key === '/') {
    const search = document.querySelector('[data-search]');
    if (search === null) return go('actors');
    search.focus();
    search.select();
    event.preventDefault();
  } else if (views[Number(key) - 1] !== undefined) go(views[Number(key) - 1][0]);
}

function App({ about }) {
  const { view, params } = useRoute();
  const { status, overview, stuck } = useTold();
  useLayoutEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const known = views.find(([key]) => key === view);
  const title = known?.[1] ?? (view === 'actor' ? params.get('path') : 'Overview');
  useEffect(() => {
    document.title = `${title} · Troupe`;
  }, [title]);
  useEffect(() => {
    document.querySelector('.views [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [view]);
  const View = view === 'actor' ? ActorPage : (known?.[2] ?? Overview);
  return html`
    <a class="skip" href="#main" onClick=${event => {
      event.preventDefault();
      document.getElementById('main').focus();
    }}>To the content</a>
    <header>
      <img src="/icon.svg" alt="" width="22" height="22" /><strong>Troupe</strong>
      <span class="who" title=${overview?.incarnation ?? ''}>${overview?.address ?? (overview ? `process ${overview.pid}` : '')}</span>
      <span class=${`link is-${status}`} role="status"><span class="mark" aria-hidden="true">${status === 'live' ? '●' : '▲'}</span> ${words[status]}${status === 'denied' ? html` <a href="/">log in</a>` : ''}</span>
      <${Theme} />
    </header>
    <nav class="views" aria-label="Views">
      ${views.map(
        ([key, text], i) =>
          html`<a key=${key} href=${linkTo(key)} aria-current=${key === view || (view === 'actor' && key === 'tree') ? 'page' : undefined}>${text}${key === 'stuck' && html`<${Badge} stuck=${stuck} />`}<kbd aria-hidden="true">${i + 1}</kbd></a>`,
      )}
      <p class="keys dim">Keys: 1–9 views, / search, arrows in the tree, Enter to look closely, Esc back</p>
    </nav>
    <main id="main" tabindex="-1"><${View} key=${view === 'actor' ? `actor ${params.get('path')}` : view} params=${params} about=${about} /></main>
  `;
}

const about = await fetch('/api/about').then(response => response.json());
render(html`<${App} about=${about} />`, document.body);
