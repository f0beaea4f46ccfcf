/** The node as a whole: what it does per second, how its event loop and its memory are, and who is busiest. */

import { Chart } from '/chart.js';
import { useAnswers } from '/feed.js';
import { bytes, count, duration, percent, perSecond, short } from '/format.js';
import { ActorLink, Fact, State } from '/parts.js';
import { linkTo } from '/route.js';
import { html } from '/vendor/preact.js';

const shown = 6;

function Top({ title, page, sort, figure }) {
  const rows = Array.from({ length: shown }, (_, i) => page?.rows[i]);
  return html`<section class="card top">
    <h2>${title} <a class="more" href=${linkTo('actors', { sort })}>all</a></h2>
    <ol>
      ${rows.map(
        (row, i) =>
          html`<li key=${i}>${row && html`<${ActorLink} path=${row.path} /><${State} of=${row.state} /><span class="num">${figure(row)}</span>`}</li>`,
      )}
    </ol>
  </section>`;
}

export function Overview() {
  const { answers, overview, history } = useAnswers([
    ['actors', { sort: 'rate', limit: shown }],
    ['actors', { sort: 'queued', limit: shown }],
  ]);
  const [busiest, fullest] = answers;
  const series = pick => history.map(pick);
  const { stats, memory, eventLoop, versions } = overview ?? {};
  const dead = stats?.deadLetters.total;
  return html`<div class="scroll overview">
    <h1 class="away">Overview</h1>
    <div class="charts">
      <${Chart} title="Messages handled" values=${series(({ rates }) => rates.handled)} text=${perSecond} />
      <${Chart} title="Messages sent" values=${series(({ rates }) => rates.sent)} text=${perSecond} />
      <${Chart} title="Dead letters" values=${series(({ rates }) => rates.deadLetters)} text=${perSecond} />
      <${Chart} title="Event loop busy" values=${series(({ eventLoop }) => eventLoop.utilization)} text=${percent} />
      <${Chart} title="Event loop delay, p99" values=${series(({ eventLoop }) => eventLoop.delay.p99)} text=${duration} least=${10} />
      <${Chart} title="Heap" values=${series(({ memory }) => memory.heapUsed)} text=${bytes} />
    </div>
    <section class="card">
        <h2>Node</h2>
        <dl class="facts">
          <${Fact} name="actors">${count(stats?.actors)}</${Fact}>
          <${Fact} name="waiting">${count(stats?.queued)}</${Fact}>
          <${Fact} name="stashed">${count(stats?.stashed)}</${Fact}>
          <${Fact} name="sent">${count(stats?.sent)}</${Fact}>
          <${Fact} name="handled">${count(stats?.handled)}</${Fact}>
          <${Fact} name="unhandled">${count(stats?.unhandled)}</${Fact}>
          <${Fact} name="restarts">${count(stats?.restarts)}</${Fact}>
          <${Fact} name="dead letters"><a href=${linkTo('letters')}>${count(dead ?? 0)}</a></${Fact}>
          <${Fact} name="to other nodes">${count(stats?.transmitted)}</${Fact}>
          <${Fact} name="from other nodes">${count(stats?.received)}</${Fact}>
          <${Fact} name="delay, most">${duration(eventLoop?.delay.max)}</${Fact}>
          <${Fact} name="memory (RSS)">${bytes(memory?.rss)}</${Fact}>
          <${Fact} name="observed for">${duration(overview?.observedFor)}</${Fact}>
          <${Fact} name="process">${overview?.pid}</${Fact}>
          <${Fact} name="Troupe, Node.js">${versions && `${versions.troupe}, ${versions.node}`}</${Fact}>
        </dl>
    </section>
    <div class="columns">
      <${Top} title="Busiest" page=${busiest} sort="rate" figure=${({ rate }) => perSecond(rate)} />
      <${Top} title="Most waiting" page=${fullest} sort="queued" figure=${({ queued }) => short(queued)} />
    </div>
  </div>`;
}
