/** What may be said about the taps of a text together. */
import { plural } from './numbers.ts';

/** Share of taps that random directions put outside their own range from the 5th to the 95th percentile. */
const BY_CHANCE = 0.1;

/** How many taps lie outside, and how many would by chance, e.g. `1 of 10 taps beyond the range, about 1 expected by chance.` */
export function tapsBeyond(taps: readonly { readonly inside: boolean }[]): string {
  const beyond = taps.filter((tap) => !tap.inside).length;
  const expected = taps.length * BY_CHANCE;
  return `${beyond} of ${plural(taps.length, 'tap')} beyond the range, about ${expected.toFixed(taps.length % 10 === 0 ? 0 : 1)} expected by chance.`;
}
