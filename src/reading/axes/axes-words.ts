/** What several axes of one text say, in sentences; the page, the figure and the command say the same. */
import { significant } from '../../base/round.ts';
import { FEWEST_PAIRS } from '../../stats/series-correlation.ts';
import type { Axis } from '../../probe/heads.ts';
import type { AxisHead } from './axes.ts';
import { type AxisPair, moves } from './together.ts';

/** An axis by its two poles. */
export function axisName({ positive, negative }: Axis): string {
  return `${positive}–${negative}`;
}

/** Which axes move together: the strongest pair and how many do so by chance, or that none does, or that the text is too short. */
export function togetherHeadline(pairs: readonly AxisPair[], axes: readonly AxisHead[]): string {
  const known = pairs.filter(({ correlation }) => correlation !== null).length;
  if (known === 0) return `Too few readings to say which axes move together: it takes ${FEWEST_PAIRS + 1}.`;
  const beyond = pairs.filter((pair) => moves(pair) !== 'neither').sort((a, b) => strength(b) - strength(a));
  const [first] = beyond;
  if (first === undefined) return 'No two axes move together for sure: every interval holds 0.';
  // One interval in twenty leaves out 0 where nothing moves together, and the strongest of many pairs is the likeliest to be that one.
  const byChance = significant(known / 20, 2);
  const count = `${beyond.length} of ${known} pairs ${beyond.length === 1 ? 'lies' : 'lie'} apart from 0`;
  return `${pairWords(first, axes)}.${known > 1 ? ` ${count}; by chance alone about ${byChance} would.` : ''}`;
}

/** How the correlations were found and what they cannot say. */
export function togetherSure(pairs: readonly AxisPair[]): readonly string[] {
  const counts = pairs.filter(({ correlation }) => correlation !== null).map(({ n }) => n);
  return [
    'A number tells how far two axes change together from one reading to the next: 1 always, 0 not at all, −1 always the other way.',
    ...(counts.length === 0
      ? []
      : [
          `${span(counts)} changes a pair. In brackets: the 95 % interval, which counts readings that resemble each other as fewer.`,
        ]),
    'Directions that lie close in the model move together in every text, so this need not say anything of the text.',
  ];
}

/** One pair in words, e.g. `More kind goes with more formal: +0.42 [+0.21, +0.60]`. */
export function pairWords(pair: AxisPair, axes: readonly AxisHead[]): string {
  const [one, other] = [axes[pair.a]?.axis, axes[pair.b]?.axis];
  if (one === undefined || other === undefined) return '';
  if (pair.correlation === null) return `${axisName(one)} and ${axisName(other)}: too few readings`;
  const { value, low, high } = pair.correlation;
  const with_ = value < 0 ? other.negative : other.positive;
  const numbers = `${signed(value)} [${signed(low)}, ${signed(high)}]`;
  return moves(pair) === 'neither'
    ? `${axisName(one)} and ${axisName(other)} do not move together for sure: ${numbers}`
    : `More ${one.positive} goes with more ${with_}: ${numbers}`;
}

/** A correlation with its sign, two digits. */
export function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  return digits === '0.00' ? '0.00' : `${value < 0 ? '−' : '+'}${digits}`;
}

function strength({ correlation }: AxisPair): number {
  return Math.abs(correlation?.value ?? 0);
}

function span(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(least) : `${least} to ${most}`;
}
