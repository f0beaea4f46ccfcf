/** Flows as pictures with counters, and pools with their workers. */

import { useAnswers } from '/feed.js';
import { count, perSecond, short } from '/format.js';
import { Empty, Fact } from '/parts.js';
import { adjust, linkToActor } from '/route.js';
import { html, useRef } from '/vendor/preact.js';

const useExhibits = kind => {
  const { answers, overview } = useAnswers([['exhibits']]);
  return { exhibits: answers[0]?.filter(exhibit => kind(exhibit.kind)), at: overview?.at };
};

export function Flows({ params }) {
  const { exhibits, at } = useExhibits(kind => kind === 'flow');
  const names = exhibits?.map(({ name }) => name) ?? [];
  const chosen = Math.max(0, names.indexOf(params.get('flow')));
  const flow = exhibits?.[chosen];
  return html`<div class="view">
    <div class="bar">
      <h1>Flows</h1>
      ${names.length > 0 && html`<select aria-label="Flow" onChange=${event => adjust('flows', { flow: names[event.target.value] })}>${names.map((name, i) => html`<option key=${i} value=${i} selected=${i === chosen}>${name}</option>`)}</select>`}
    </div>
    ${exhibits !== undefined && flow === undefined && html`<${Empty} text="No flow runs on this node." />`}
    ${flow && (flow.view?.nodes ? html`<${Flow} key=${flow.name} view=${flow.view} at=${at} />` : html`<pre class="scroll">${JSON.stringify(flow.view, null, 2)}</pre>`)}
  </div>`;
}

/** How much more a counter has become per second since the sample before. */
function useEdgeRates(edges, at) {
  const before = useRef({ at: undefined, counts: [], rates: [] });
  const { current } = before;
  if (at !== undefined && at !== current.at) {
    const seconds = (at - (current.at ?? at)) / 1000;
    const rates = edges.map((edge, i) =>
      seconds > 0 ? Math.max(0, (edge.in - (current.counts[i] ?? edge.in)) / seconds) : 0,
    );
    before.current = { at, counts: edges.map(edge => edge.in), rates };
  }
  return before.current.rates;
}

const [boxHeight, rowHeight, gap, margin] = [46, 84, 94, 24];
const widthOf = ({ name }) => Math.max(96, name.length * 7.8 + 24);

function Flow({ view, at }) {
  const { nodes, edges, lost } = view;
  const rates = useEdgeRates(edges, at);
  const widths = [];
  for (const node of nodes) widths[node.spot.layer] = Math.max(widths[node.spot.layer] ?? 0, widthOf(node));
  let x = margin;
  const centers = widths.map(width => {
    const center = x + width / 2;
    x += width + gap;
    return center;
  });
  const place = ({ layer, row }) => ({ x: centers[layer], y: margin + boxHeight / 2 + row * rowHeight });
  const nodeOf = new Map(nodes.map(node => [node.name, node]));
  const all = [...nodes.map(({ spot }) => spot), ...edges.flatMap(({ way }) => way)];
  const height = Math.max(...all.map(spot => place(spot).y), 0) + boxHeight / 2 + margin + 10;
  const width = x - gap + margin;
  const lineOf = edge => {
    const [from, to] = [nodeOf.get(edge.source), nodeOf.get(edge.destination)];
    const [a, b] = [place(from.spot), place(to.spot)];
    if (from === to)
      return {
        d: `M${a.x + 16},${a.y - boxHeight / 2} c14,-26 -46,-26 -32,0`,
        x: a.x,
        y: a.y - boxHeight / 2 - 24,
      };
    const side = b.x < a.x ? -1 : 1;
    const lower = side === -1 ? 12 : 0;
    const between = edge.way.slice(1, -1).flatMap(spot => {
      const { x, y } = place(spot);
      const half = (side * widths[spot.layer]) / 2;
      return [
        { x: x - half, y },
        { x: x + half, y },
      ];
    });
    const points = [
      { x: a.x + (side * widthOf(from)) / 2, y: a.y + lower },
      ...between,
      { x: b.x - (side * (widthOf(to) + 6)) / 2, y: b.y + lower },
    ];
    let [last] = points;
    const d = points.slice(1).map(point => {
      const half = (last.x + point.x) / 2;
      const piece = `C${half},${last.y} ${half},${point.y} ${point.x},${point.y}`;
      last = point;
      return piece;
    });
    const half = Math.floor((points.length - 1) / 2);
    const [p, q] = [points[half], points[half + 1]];
    return { d: `M${points[0].x},${points[0].y} ${d.join(' ')}`, x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 };
  };
  return html`<div class="scroll flow" tabindex="0" role="group" aria-label="Picture of the flow">
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${`${nodes.length} actors, ${edges.length} queues; the same as a table below`}>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" /></marker></defs>
      ${edges.map((edge, i) => {
        const { d, x, y } = lineOf(edge);
        const isFull = edge.length >= edge.size * 0.8;
        return html`<g key=${i} class=${`edge edge-${edge.kind} ${isFull ? 'full' : ''}`}>
          <path d=${d} marker-end="url(#arrow)"><title>${`${edge.source} → ${edge.destination}${edge.label ? ` (${edge.label})` : ''}`}</title></path>
          <text x=${x} y=${y - 6} text-anchor="middle">${short(edge.in)} · ${perSecond(rates[i] ?? 0)}</text>
          <text class="second" x=${x} y=${y + 14} text-anchor="middle">${edge.length > 0 ? `${short(edge.length)} of ${short(edge.size)} wait` : ''}${edge.dropped > 0 ? ` ${short(edge.dropped)} dropped` : ''}</text>
        </g>`;
      })}
      ${nodes.map(node => {
        const { x, y } = place(node.spot);
        const width = widthOf(node);
        return html`<g key=${node.name} class=${`node ${node.failed > 0 ? 'failing' : ''}`}>
          <rect x=${x - width / 2} y=${y - boxHeight / 2} width=${width} height=${boxHeight} rx=${node.shape === 'cloud' ? boxHeight / 2 : 6}><title>${`${node.name} (${node.type})`}</title></rect>
          <text x=${x} y=${y - 3} text-anchor="middle">${node.name}</text>
          <text class="second" x=${x} y=${y + 14} text-anchor="middle">${short(node.consumed ?? 0)} done${node.failed > 0 ? `, ${short(node.failed)} failed` : ''}${node.restarts > 0 ? `, ${node.restarts} ↻` : ''}</text>
        </g>`;
      })}
    </svg>
    <p class="num">lost: ${Object.entries(lost)
      .map(([reason, number]) => `${reason} ${count(number)}`)
      .join(', ')}</p>
    <table>
      <thead><tr><th>from</th><th>to</th><th class="num">put in</th><th class="num">taken</th><th class="num">waiting</th><th class="num">room</th><th class="num">dropped</th></tr></thead>
      <tbody>${edges.map((edge, i) => html`<tr key=${i}><td>${edge.source}</td><td>${edge.destination}${edge.label ? ` (${edge.label})` : ''}</td><td class="num">${count(edge.in)}</td><td class="num">${count(edge.out)}</td><td class="num">${count(edge.length)}</td><td class="num">${count(edge.size)}</td><td class="num">${count(edge.dropped)}</td></tr>`)}</tbody>
    </table>
  </div>`;
}

export function Pools() {
  const { exhibits } = useExhibits(kind => kind !== 'flow');
  return html`<div class="view">
    <div class="bar"><h1>Pools</h1></div>
    ${exhibits?.length === 0 && html`<${Empty} text="No pool runs on this node." />`}
    <div class="scroll">${exhibits?.map(({ kind, name, view }) =>
      kind === 'pool' && view?.workers
        ? html`<${Pool} key=${name} view=${view} />`
        : html`<section class="card" key=${kind + name}><h2>${kind} ${name}</h2><pre>${JSON.stringify(view, null, 2)}</pre></section>`,
    )}</div>
  </div>`;
}

function Pool({ view }) {
  const { path, worker, strategy, size, alive, min, max, queued, workers } = view;
  const most = Math.max(1, ...workers.map(({ queued = 0 }) => queued));
  return html`<section class="card">
    <h2><a href=${linkToActor(path)}>${path}</a></h2>
    <dl class="facts">
      <${Fact} name="worker">${worker}</${Fact}>
      <${Fact} name="strategy">${strategy}</${Fact}>
      <${Fact} name="workers">${alive} of ${size}${max === undefined ? '' : `, from ${min} to ${max}`}</${Fact}>
      <${Fact} name="waiting for a worker">${count(queued)}</${Fact}>
    </dl>
    <ul class="workers">${workers.map(
      ({
        path,
        queued,
        isBusy,
      }) => html`<li key=${path}><a href=${linkToActor(path)} title=${path} class=${isBusy ? 'is-busy' : ''}>
        <span class="meter" aria-hidden="true"><span style=${{ width: `${(100 * (queued ?? 0)) / most}%` }}></span></span>
        <span class="name">${path.slice(path.lastIndexOf('/') + 1)}</span> <span class="num">${queued === undefined ? 'elsewhere' : `${isBusy ? 'busy, ' : ''}${short(queued)} waiting`}</span>
      </a></li>`,
    )}</ul>
  </section>`;
}
