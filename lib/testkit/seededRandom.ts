/** Chance that is the same in every run: one stream of numbers for each seed and label. */
import type { Random } from '../base/world.ts';

/**
 * Numbers from 0 to below 1 that depend on nothing but the seed and the label (sfc32). Streams of different labels know
 * nothing of each other: a draw more from one changes no draw from another.
 */
export function seededRandom(seed: number | string, label = ''): Random {
  const text = `${seed}/${label}`;
  let a = mixed(text, 0x811c9dc5);
  let b = mixed(text, 0x9e3779b9);
  let c = mixed(text, 0x85ebca6b);
  let count = 1;
  const next = () => {
    const sum = (a + b + count++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** The text as one number (FNV-1a). */
function mixed(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
