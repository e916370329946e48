/** What is written as a chain of states, sentence by sentence. */
import { LABELS } from './label.ts';

/** Half a transition of each kind before any was seen (Jeffreys' prior of a row of shares). */
export const PRIOR = 0.5;

const L = LABELS.indexOf('L');
const W = LABELS.indexOf('W');

/** How often each label followed each other one `[from][to]`, in the order of LABELS. */
export type Transitions = readonly (readonly number[])[];

/** Counts neighbours within each rollout. */
export function transitionsOf(rollouts: readonly string[]): Transitions {
  const counts = LABELS.map(() => LABELS.map(() => 0));
  for (const labels of rollouts) {
    for (let i = 1; i < labels.length; i += 1) {
      const row = counts[(LABELS as readonly string[]).indexOf(labels[i - 1] ?? '')];
      const to = (LABELS as readonly string[]).indexOf(labels[i] ?? '');
      if (row !== undefined && to >= 0) row[to] = (row[to] ?? 0) + 1;
    }
  }
  return counts;
}

/** The sum of several counts. */
export function summed(counts: readonly Transitions[]): Transitions {
  return LABELS.map((_, from) => LABELS.map((_, to) => counts.reduce((sum, own) => sum + (own[from]?.[to] ?? 0), 0)));
}

/** Mean of the posterior: (count + 1/2) over the row's sum. */
export function matrixOf(counts: Transitions): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((total, count) => total + count + PRIOR, 0);
    return row.map((count) => (count + PRIOR) / sum);
  });
}

/** log(M_WL / M_LW): above 0 where what is written turns from dark to light more readily than back. */
export function logRatio(counts: Transitions): number {
  const m = matrixOf(counts);
  return Math.log(m[W]?.[L] ?? NaN) - Math.log(m[L]?.[W] ?? NaN);
}

/** Sentences that a dark stretch lasts: 1 / (1 - M_WW). */
export function dwell(counts: Transitions): number {
  return 1 / (1 - (matrixOf(counts)[W]?.[W] ?? NaN));
}

/** Share of dark sentences that the chain settles at. */
export function stationaryDark(counts: Transitions): number {
  const m = matrixOf(counts);
  let shares = LABELS.map(() => 1 / LABELS.length);
  for (let step = 0; step < STEPS; step += 1)
    shares = shares.map((_, to) => shares.reduce((sum, share, from) => sum + share * (m[from]?.[to] ?? NaN), 0));
  return shares[W] ?? NaN;
}

/** Sentences from a dark one to the next light one, on average. */
export function passageToLight(counts: Transitions): number {
  const m = matrixOf(counts);
  let times = LABELS.map(() => 0);
  for (let step = 0; step < STEPS; step += 1)
    times = times.map((_, from) =>
      from === L ? 0 : 1 + times.reduce((sum, time, to) => sum + (to === L ? 0 : time * (m[from]?.[to] ?? NaN)), 0),
    );
  return times[W] ?? NaN;
}

/** Steps after which the sums of a chain of this size stand still. */
const STEPS = 300;

/**
 * Share of neighbours with the same label less what the same labels give in a random order within each rollout, exactly: a
 * rollout of m labels, c of a kind, has Σ c(c - 1)/m equal neighbours on average. NaN where there are no neighbours.
 */
export function inertia(rollouts: readonly string[]): number {
  let same = 0;
  let chance = 0;
  let pairs = 0;
  for (const labels of rollouts) {
    const m = labels.length;
    if (m < 2) continue;
    pairs += m - 1;
    for (let i = 1; i < m; i += 1) if (labels[i] === labels[i - 1]) same += 1;
    for (const label of LABELS) {
      const c = [...labels].filter((own) => own === label).length;
      chance += (c * (c - 1)) / m;
    }
  }
  return (same - chance) / pairs;
}

/** How often a dark and a light sentence was followed by any other. */
export function followed(counts: Transitions): { readonly dark: number; readonly light: number } {
  const sum = (row: readonly number[] | undefined): number => (row ?? []).reduce((total, count) => total + count, 0);
  return { dark: sum(counts[W]), light: sum(counts[L]) };
}
