/** How claims put numbers: never a value without its interval, or the reason why there is none, and its n. */
import type { Estimate } from '../../stats/estimate.ts';
import { wilsonInterval } from '../../stats/wilson.ts';

/** One sentence, and whether the numbers allow it. */
export interface Claim {
  readonly side: 'may' | 'may not';
  readonly sentence: string;
}

/** A sentence that the numbers allow. */
export const may = (sentence: string): Claim => ({ side: 'may', sentence });

/** A sentence that they do not allow, beginning with "That …". */
export const mayNot = (sentence: string): Claim => ({ side: 'may not', sentence });

/** An AUROC or share, e.g. `0.81 [0.75, 0.87], n = 108 topics`. */
export function figure(estimate: Estimate, units: string): string {
  return withInterval(estimate, units, plain);
}

/** A difference, e.g. `+0.70 [+0.52, +0.88], n = 24 items`. */
export function signedFigure(estimate: Estimate, units: string): string {
  return withInterval(estimate, units, signed);
}

function withInterval(
  { value, low, high, n, note }: Estimate,
  units: string,
  write: (value: number) => string,
): string {
  if (low === null || high === null)
    return `${write(value)} (no interval: ${note ?? `too few ${units}`}; n = ${n} ${units})`;
  return `${write(value)} [${write(low)}, ${write(high)}], n = ${n} ${units}${note === undefined ? '' : ` (${note})`}`;
}

/** Two decimals. */
export function plain(value: number): string {
  return value.toFixed(2);
}

/** Two decimals and a sign; what rounds to zero has none. */
export function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  if (digits === '0.00') return digits;
  return `${value < 0 ? '-' : '+'}${digits}`;
}

/** A share of units with Wilson's interval, e.g. `92 % [85 %, 96 %] of 108 topics`. */
export function shareOf(share: number, n: number, units: string): string {
  const { low, high } = wilsonInterval(share, n);
  return `${percent(share)} [${percent(low)}, ${percent(high)}] of ${n} ${units}`;
}

/** A share as a count, e.g. `23 of 24`; a tie is half a unit. */
export function countOf({ value, n }: Pick<Estimate, 'value' | 'n'>): string {
  return `${Number((value * n).toFixed(1))} of ${n}`;
}

/** Whole per cent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A small share, e.g. `1 %` or `0.5 %`. */
export function rate(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** A p-value of a shuffle test, (1 + as good) / (1 + shuffles), and whether it is the least that so many can show. */
export function pValue(p: number, shuffles: number): string {
  return `p = ${shortP(p)}${p * (shuffles + 1) < 1.5 ? `, the least that ${shuffles} shuffles can show` : ''}`;
}

/** A p-value without more digits than it deserves. */
export function shortP(p: number): string {
  return p < 0.01 ? String(Number(p.toPrecision(1))) : p.toFixed(2);
}
