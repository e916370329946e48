/** Small pieces of a card: Markdown tables and numbers with their intervals. */
import { signed } from '../../probe/claims/claim-words.ts';
import type { FitMethod } from '../../probe/probe-types.ts';
import type { DriftPoint } from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/** A Markdown table; a cell must not break it, so bars are escaped and line breaks become spaces. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

/** Value, interval and n as three cells. */
export function estimateCells(
  { value, low, high, n, note }: Estimate,
  write: (value: number) => string = three,
): [string, string, string] {
  const interval = low === null || high === null ? 'none' : `${write(low)} to ${write(high)}`;
  return [write(value), note === undefined ? interval : `${interval} (${note})`, String(n)];
}

/** Three decimals, for AUROC and shares. */
export function three(value: number): string {
  return value.toFixed(3);
}

/** The short name of a method, e.g. `ridge, hardened, 1`. */
export function methodName({ kind, target, penalty }: FitMethod): string {
  return kind === 'difference-of-means' ? `difference of means, ${target}` : `${kind}, ${target}, ${penalty}`;
}

/** Held-out neutral stories by sentences read. */
export function driftTable(drift: readonly DriftPoint[]): string {
  return table(
    ['sentences after the setting', 'mean', 'sd', 'stories'],
    drift.map(({ beats, mean, sd, n }) => [String(beats), signed(mean), sd.toFixed(2), String(n)]),
  );
}
