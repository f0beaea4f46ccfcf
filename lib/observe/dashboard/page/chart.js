/** A line over the last samples. */
import { html } from '/vendor/preact.js';

const [width, height, samples] = [240, 56, 90];

/** @param values the oldest first; @param text gives a value in words */
export function Chart({ title, values, text, least = 1 }) {
  const most = Math.max(least, ...values);
  const left = samples - values.length;
  const points = values
    .map(
      (value, i) =>
        `${(((left + i) / (samples - 1)) * width).toFixed(1)},${(height - 2 - (value / most) * (height - 6)).toFixed(1)}`,
    )
    .join(' ');
  const now = values.at(-1) ?? 0;
  return html`<figure class="chart">
    <figcaption><span>${title}</span><span class="now num">${text(now)}</span></figcaption>
    <svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label=${`${title}: ${text(now)} now, at most ${text(Math.max(...values, 0))}`}>
      <polyline points=${points} />
    </svg>
    <span class="most num dim">at most ${text(Math.max(...values, 0))}</span>
  </figure>`;
}
