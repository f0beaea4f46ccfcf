/** What MessagePack leaves open and Troupe has settled: which extension types there are, and how deep values may nest. */

/** The deepest nesting: a value inside of 64 others is the last one, and what an extension holds counts as inside of it. */
export const maxDepth = 64;

/** The extension types on the wire. Numbers never change their meaning; -1 is MessagePack's own timestamp. */
export const extension = {
  undefined: 1,
  ref: 2,
  map: 3,
  set: 4,
  bigint: 5,
  error: 6,
  typedArray: 7,
  regexp: 8,
  url: 9,
  registered: 10,
  poisonPill: 11,
  timestamp: -1,
} as const;

const withValue = new Set<number>([
  extension.map,
  extension.set,
  extension.error,
  extension.regexp,
  extension.registered,
]);
const known = new Set<number>(Object.values(extension));

/** How an extension's bytes are to be looked at: as they are, or as one more value; undefined for a type that is not known. */
export function kindOf(type: number): 'opaque' | 'value' | undefined {
  if (withValue.has(type)) return 'value';
  return known.has(type) ? 'opaque' : undefined;
}
