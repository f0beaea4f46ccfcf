/** Which of the types that the client accepts it gets (RFC 9110, 12.5.1). */

/** What a response can be made of, the best first; the anything below leaves it to the event. */
const offered = [
  ...['application/json', 'application/xml', 'text/xml', 'text/plain', 'text/html'],
  'application/x-www-form-urlencoded',
];

export const anything = '*/*';

/** A client can send as many headers as it likes: only so many answers are kept. */
const mostKept = 256;
const longestKept = 256;
const kept = new Map<string, string | undefined>();

/**
 * The type that the client likes best; `anything` when it does not care, undefined when the header makes no sense or there is
 * nothing here that it accepts.
 */
export function bestType(header: string | undefined): string | undefined {
  if (header === undefined || header === anything) return anything;
  if (kept.has(header)) return kept.get(header);
  const best = negotiate(header);
  if (header.length <= longestKept) {
    if (kept.size >= mostKept) kept.clear();
    kept.set(header, best);
  }
  return best;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function negotiate(header: string): string | undefined {
  const ranges: Range[] = [];
  for (const part of header.split(',')) {
    if (part.trim() === '') continue;
    const range = rangeOf(part);
    if (range === undefined) return undefined;
    ranges.push(range);
  }
  let best: string | undefined;
  let highest = 0;
  for (const type of [...typesIn(ranges), anything]) {
    const quality = qualityOf(type, ranges);
    if (quality <= highest) continue;
    best = type;
    highest = quality;
  }
  return best;
}

/** `text/*;q=0.5` */
function rangeOf(part: string): Range | undefined {
  const [type = '', ...parameters] = part.split(';').map(each => each.trim().toLowerCase());
  if (!/^(?:\*\/\*|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))$/.test(type)) return undefined;
  const weight = parameters.find(parameter => /^q\s*=/.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.replace(/^q\s*=\s*/, ''));
  return quality >= 0 && quality <= 1 ? { type, quality } : undefined;
}

/** Types that are named come in the client's order, so that equals are taken as they were written. */
function typesIn(ranges: readonly Range[]): string[] {
  const named = ranges.map(({ type }) => type).filter(type => offered.includes(type));
  const wild = ranges.filter(({ type }) => type.endsWith('/*') && type !== anything);
  const covered = offered.filter(type => wild.some(range => type.startsWith(range.type.slice(0, -1))));
  return [...new Set([...named, ...covered])];
}

/** The most exact range decides: `text/*;q=0.1, text/xml` is 1 for text/xml. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const wide = `${type.slice(0, type.indexOf('/'))}/*`;
  for (const range of [type, wide, anything]) {
    const found = ranges.find(one => one.type === range);
    if (found !== undefined) return found.quality;
  }
  return 0;
}
