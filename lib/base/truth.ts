/** What people write for yes and no. */

const words = new Map<unknown, boolean>([
  ...['1', 'true', 'yes', 'on'].map(word => [word, true] as const),
  ...['0', 'false', 'no', 'off', ''].map(word => [word, false] as const),
]);

/** What a boolean, or a word such as `'yes'` or `'off'`, means; undefined for what is neither. The empty text is a no. */
export const truthOf = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : words.get(value);
