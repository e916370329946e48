/** How the parts of an experiment's report are put in words, on the page and in the card alike. */
import { shortP } from '../probe/claims/claim-words.ts';
import type { Contrast, ExperimentReport, ExperimentVerdict, Gate, RopeReading } from './experiment-types.ts';
import { figureNumber } from '../charts/figure-scale.ts';
import type { Estimate } from '../stats/estimate.ts';

/** Glyph and word of a verdict: neither is left to colour. */
export const VERDICT_WORDS: Readonly<Record<ExperimentVerdict, { readonly glyph: string; readonly word: string }>> = {
  CONFIRM: { glyph: '✓', word: 'Confirmed' },
  DENY: { glyph: '✗', word: 'Denied' },
  PARTIAL: { glyph: '◐', word: 'Partly' },
  INCONCLUSIVE: { glyph: '?', word: 'No answer' },
};

/** What a quick run is, wherever its verdict stands. */
export const QUICK_WORDS =
  'A quick look at a part that was fixed beforehand: no verdict of record. What it says may turn when all of it runs.';

/** What the columns of contrasts are. */
export const CONTRAST_WORDS =
  'Named by the spec and its design before the run that is shown. p is two-sided, of the null that is named; Holm: corrected over the contrasts that are planned, or those that the null names. ROPE: what counts as nothing. Detectable: the smallest effect that this n finds with 80 % power at the 5 % level, from the standard error of this very statistic.';

const READING_WORDS: Readonly<Record<RopeReading, string>> = {
  within: 'within it: as good as nothing',
  above: 'above it',
  below: 'below it',
  open: 'across its edge: cannot be told',
};

/** Where an interval lies against what counts as nothing, e.g. `−0.1 to 0.1: above it`; null where there is no such region. */
export function ropeWords({ rope, reading }: Pick<Contrast, 'rope' | 'reading'>): string | null {
  if (rope === null) return null;
  return `${figureNumber(rope[0], 3)} to ${figureNumber(rope[1], 3)}${reading === null ? '' : `: ${READING_WORDS[reading]}`}`;
}

/** What a gate asks for, e.g. `at least 0.7` or `the whole interval above 0.7`. */
export function gateAsks({ side, at, needs }: Pick<Gate, 'side' | 'at' | 'needs'>): string {
  return `${needs === 'interval' ? `the whole interval ${side}` : side === 'above' ? 'at least' : 'at most'} ${figureNumber(at, 3)}`;
}

/** What has to change where a gate fails, for a verdict either way. */
export const gateNeeded = (gate: Gate): string => `A verdict either way needs this gate to pass: ${gateWords(gate)}.`;

/** A value and its interval, e.g. `0.62` and `0.51 to 0.72`; the reason where there is none. */
export function estimateWords({ value, low, high, note }: Estimate): {
  readonly value: string;
  readonly interval: string;
} {
  const interval = low === null || high === null ? 'none' : `${figureNumber(low, 3)} to ${figureNumber(high, 3)}`;
  return { value: figureNumber(value, 3), interval: note === undefined ? interval : `${interval} (${note})` };
}

/** `3.14 [2.49, 3.76]`, in sentences; `signed` as for a difference, `+3.14 [2.49, 3.76]`. The value alone where there is no interval. */
export function briefly(
  { value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>,
  { signed = false, decimals = 2 }: { readonly signed?: boolean; readonly decimals?: number } = {},
): string {
  const write = (number: number): string => {
    const digits = number.toFixed(decimals);
    return Number(digits) === 0 ? digits.replace('-', '') : digits;
  };
  return trueMinus(
    `${signed && Number(write(value)) > 0 ? '+' : ''}${write(value)}${low === null || high === null ? '' : ` [${write(low)}, ${write(high)}]`}`,
  );
}

/** What a gate found, with as many decimals as tell it from its threshold, two at least: 0.647 is not 0.65. */
export function gateFound({ measured, at }: Pick<Gate, 'measured' | 'at'>): string {
  const gap = Math.abs(measured.value - at);
  return briefly(measured, { decimals: gap >= 0.005 || gap === 0 ? 2 : Math.min(6, Math.ceil(-Math.log10(gap))) });
}

/** What a gate says, asks for and found, e.g. `The byline can be read; asked for at least 0.7, found 0.54 [0.43, 0.65] (AUROC, n = 24)`. */
export function gateWords(gate: Gate): string {
  const { says, unit, measured } = gate;
  return `${says.replace(/\.$/, '')}; asked for ${gateAsks(gate)}, found ${gateFound(gate)}${gate.needs === 'interval' && measured.low === null ? ' without an interval' : ''} (${unit}, n = ${measured.n})`;
}

/** A sentence whose negative numbers have a true minus sign; hyphens in words, names and between digits stay. */
export function trueMinus(text: string): string {
  return text.replace(/(^|[\s([≤≥<>=≈±])-(?=\d)/g, '$1−');
}

/** A p-value, or a dash where a contrast has an interval only. */
export function pWords(p: number | null): string {
  return p === null ? '–' : shortP(p);
}

/** Which run this is, in a line. */
export function runWords({
  experiment: { size },
  units,
  model,
  backend,
}: Pick<ExperimentReport, 'experiment' | 'units' | 'model' | 'backend'>): string {
  return `${size === 'full' ? 'Full run' : 'Quick look'}, ${units} ${units === 1 ? 'unit' : 'units'}, ${model.id} on ${backend}`;
}
