/** The other nodes, and the links to them. */

import { useAnswers } from '/feed.js';
import { bytes, count, dateAndTime, duration, perSecond, short } from '/format.js';
import { List, useNarrow } from '/list.js';
import { Empty, State, total } from '/parts.js';
import { html, useRef } from '/vendor/preact.js';

/** What the link has carried per second since the answer before. */
function useRates(peers, at) {
  const before = useRef({ at: undefined, peers: new Map(), rates: new Map() });
  const { current } = before;
  if (peers !== undefined && at !== undefined && current.at !== at) {
    const seconds = (at - (current.at ?? at)) / 1000;
    const rates = new Map();
    for (const { address, sent, received } of peers) {
      const old = current.peers.get(address);
      if (old === undefined || seconds <= 0) continue;
      const rate = (now, then) => Math.max(0, (now - then) / seconds);
      rates.set(address, {
        out: rate(sent.messages, old.sent.messages),
        in: rate(received.messages, old.received.messages),
      });
    }
    before.current = { at, peers: new Map(peers.map(peer => [peer.address, peer])), rates };
  }
  return before.current.rates;
}

const Traffic = ({ name, traffic, rate }) =>
  html`<span class="cell traffic"><span class="dim">${name}</span> <span class="num" title=${`${count(traffic.messages)} messages`}>${short(traffic.messages)}</span> <span class="num dim">${bytes(traffic.bytes)}</span> <span class="num">${rate === undefined ? '' : perSecond(rate)}</span></span>`;

export function Nodes() {
  const isNarrow = useNarrow();
  const { answers, overview } = useAnswers([['peers']]);
  const peers = answers[0]?.toSorted((a, b) => a.address.localeCompare(b.address));
  const rates = useRates(peers, overview?.at);
  const row = index => {
    const peer = peers[index];
    const rate = rates.get(peer.address);
    return {
      class: 'peer-row',
      role: 'listitem',
      content: html`
        <span class="cell peer-name"><strong title=${peer.incarnation ?? ''}>${peer.address}</strong> <${State} of=${peer.state} /></span>
        <span class="cell dim" title=${dateAndTime(peer.since)}>${peer.via ? `by way of ${peer.via}` : 'straight'}, for ${duration(Math.max(0, (overview?.at ?? peer.since) - peer.since))}</span>
        <${Traffic} name="sent" traffic=${peer.sent} rate=${rate?.out} />
        <${Traffic} name="received" traffic=${peer.received} rate=${rate?.in} />
        <${Traffic} name="waiting" traffic=${peer.queued} />
        <span class="cell"><span class="dim">round trip</span> <span class="num">${peer.roundTrip === undefined ? 'not measured yet' : duration(peer.roundTrip)}</span></span>
        <span class="cell"><span class="dim">last heard</span> <span class="num">${duration(peer.silence)} ago</span></span>
        <span class="cell"><span class="dim">loop late by</span> <span class="num">${duration(peer.lag)}</span>${peer.suspicion === undefined ? '' : html` <span class="dim">phi</span> <span class="num">${peer.suspicion.toFixed(1)}</span>`}</span>
      `,
    };
  };
  return html`<div class="view">
    <div class="bar"><h1>Nodes</h1><span class="path" title=${overview?.incarnation ?? ''}>${overview?.address ?? 'this node has no address'}</span></div>
    <div class="table">
      ${
        peers?.length === 0
          ? html`<${Empty} text="This node is connected to no other." />`
          : html`<${List} total=${peers?.length ?? 0} rowHeight=${isNarrow ? 226 : 92} row=${row} attributes=${{ role: 'list', tabindex: '0', 'aria-label': 'Other nodes' }} />`
      }
      <div class="foot">${total(peers?.length ?? 0, 'other node', 'other nodes')}</div>
    </div>
  </div>`;
}
