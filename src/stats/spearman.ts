/** Rank correlation. */
import { midRanks } from './mid-ranks.ts';
import { mean } from './stats.ts';

/** Spearman's ρ of two lists of one length, the correlation of their mid-ranks; NaN where either does not vary. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const centre = (x.length + 1) / 2;
  const a = midRanks(x).map((rank) => rank - centre);
  const b = midRanks(y).map((rank) => rank - centre);
  return (
    mean(a.map((value, i) => value * (b[i] ?? NaN))) /
    Math.sqrt(mean(a.map((value) => value * value)) * mean(b.map((value) => value * value)))
  );
}
