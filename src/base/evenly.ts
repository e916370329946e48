/** A choice that needs no chance: the same few of many, from beginning to end. */

/** At most `most` of the numbers 0 to `count` - 1, evenly spaced from 0; all of them where they are few enough. */
export function evenlySpaced(count: number, most: number): number[] {
  const chosen = Math.min(count, most);
  return Array.from({ length: chosen }, (_, i) => Math.floor((i * count) / chosen));
}

/** Topics that are read in the model's chat form: enough for an interval, and a bounded time for large sets. */
export const FORM_TOPICS = 24;
