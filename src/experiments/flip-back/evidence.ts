/**
 * How much a beat says, from stories that cross from one pole to the other and back. Everything is a difference between two
 * orders of one story after the same number of beats, so that the control text's words, the story's own level and the drift with
 * length cancel.
 */
import { BEATS, SWITCHES } from './schedules.ts';
import { lineOf, MIDDLE, type Trace } from './traces.ts';

/** Beats after the first switch. */
const AFTER = BEATS - SWITCHES[0];

/** What crossing has done, 1 to {@link AFTER} beats after the switch. */
export interface Crossing {
  /** dark-light less all-dark: what light beats gave a story that was dark. */
  readonly toLight: readonly number[];
  /** all-light less light-dark: what dark beats took from a story that was light. */
  readonly toDark: readonly number[];
}

/** The two crossings of a story at a kept layer. */
export function crossingOf(trace: Trace, layer = MIDDLE): Crossing {
  const after = (upper: readonly number[], lower: readonly number[]): number[] =>
    Array.from({ length: AFTER }, (_, k) => (upper[SWITCHES[0] + 1 + k] ?? NaN) - (lower[SWITCHES[0] + 1 + k] ?? NaN));
  return {
    toLight: after(lineOf(trace, 'dark-light', layer), lineOf(trace, 'all-dark', layer)),
    toDark: after(lineOf(trace, 'all-light', layer), lineOf(trace, 'light-dark', layer)),
  };
}

/** The filter z_k = decay · z_{k-1} + e, as fitted to the mean crossings. */
export interface Filter {
  readonly decay: number;
  /** What one light beat gives in a dark story beyond what a dark beat would: |e_L| given the dark state. */
  readonly toLight: number;
  /** What one dark beat takes in a light story: |e_W|. */
  readonly toDark: number;
}

/** Decays that are tried: memory from none to nearly everything. */
const DECAYS = Array.from({ length: 100 }, (_, i) => i / 100);

/** Response of the filter to a step of size 1, after 1, 2, ... beats: 1 + d + … + d^(k-1), for each decay. */
const STEPS = DECAYS.map((decay) => {
  let sum = 0;
  return Array.from({ length: AFTER }, () => (sum = sum * decay + 1));
});

/** Mean crossings over the stories `pick`. */
export function meanCrossing(
  crossings: readonly Crossing[],
  pick: ArrayLike<number>,
): { readonly toLight: Float64Array; readonly toDark: Float64Array } {
  const toLight = new Float64Array(AFTER);
  const toDark = new Float64Array(AFTER);
  for (let i = 0; i < pick.length; i += 1) {
    const own = crossings[pick[i] ?? 0];
    for (let k = 0; k < AFTER; k += 1) {
      toLight[k] = (toLight[k] ?? 0) + (own?.toLight[k] ?? NaN) / pick.length;
      toDark[k] = (toDark[k] ?? 0) + (own?.toDark[k] ?? NaN) / pick.length;
    }
  }
  return { toLight, toDark };
}

/**
 * Least squares of both mean crossings at once: toLight_k ≈ a(1 + d + … + d^(k-1)), toDark_k ≈ b(…), one decay d for both.
 * This is the output of the filter started at 0, so noise of one beat is not taken for memory. a / b is the evidence ratio.
 */
export function fitFilter({
  toLight,
  toDark,
}: {
  readonly toLight: ArrayLike<number>;
  readonly toDark: ArrayLike<number>;
}): Filter {
  const best = bestDecay([toLight, toDark]);
  return { decay: DECAYS[best.at] ?? 0, toLight: best.gains[0] ?? NaN, toDark: best.gains[1] ?? NaN };
}

/**
 * Time constant τ in beats of z_k = z_∞ + (z_0 - z_∞)e^(-k/τ) for one crossing: -1 / log of the decay that fits best. 0 where
 * the first beat does everything, 99.5 where nothing levels off within the beats there are.
 */
export function timeConstant(crossing: ArrayLike<number>): number {
  const decay = DECAYS[bestDecay([crossing]).at] ?? 0;
  return decay === 0 ? 0 : -1 / Math.log(decay);
}

function bestDecay(curves: readonly ArrayLike<number>[]): { readonly at: number; readonly gains: readonly number[] } {
  let best = { at: 0, gains: curves.map(() => NaN), left: Infinity };
  STEPS.forEach((steps, at) => {
    const size = steps.reduce((sum, step) => sum + step * step, 0);
    const gains = curves.map((curve) => steps.reduce((sum, step, k) => sum + step * (curve[k] ?? NaN), 0) / size);
    const left = curves.reduce(
      (sum, curve, c) =>
        sum + steps.reduce((own, step, k) => own + ((curve[k] ?? NaN) - (gains[c] ?? NaN) * step) ** 2, 0),
      0,
    );
    if (left < best.left) best = { at, gains, left };
  });
  return best;
}

/** The evidence ratio in three readings: by the filter, by the first beat after the switch, by the mean of the first four. */
export function ratiosOf(
  crossings: readonly Crossing[],
  pick: ArrayLike<number>,
): [filter: number, first: number, four: number] {
  const means = meanCrossing(crossings, pick);
  const { toLight, toDark } = fitFilter(means);
  const four = (curve: Float64Array): number => curve.slice(0, 4).reduce((sum, value) => sum + value, 0);
  return [
    toLight / toDark,
    (means.toLight[0] ?? NaN) / (means.toDark[0] ?? NaN),
    four(means.toLight) / four(means.toDark),
  ];
}

/**
 * (|Δ dark - Δ light|) over their sum for one story, Δ the mean of the first four beats after the switch: above 0 where
 * it is easier to turn dark; 0 where nothing moved.
 */
export function asymmetryOf({ toLight, toDark }: Crossing): number {
  const size = (curve: readonly number[]): number => curve.slice(0, 4).reduce((sum, value) => sum + value, 0) / 4;
  const down = size(toDark);
  const up = size(toLight);
  const both = Math.abs(down) + Math.abs(up);
  return both > 0 ? (down - up) / both : 0;
}

/**
 * By the filter alone, how much more of the gap a story that began light has regained after four light beats that follow four
 * dark ones than a story that began dark: what is left of its beginning. For reveal and dream, which began light.
 */
export function expectedHead(decay: number): number {
  const step = (beats: number): number =>
    Array.from({ length: beats }, (_, k) => decay ** k).reduce((sum, value) => sum + value, 0);
  const share = (from: number, light: (k: number) => number): number => {
    const beats = [1, 2, 3, 4];
    return beats.reduce((sum, k) => sum + light(k), 0) / beats.reduce((sum, k) => sum + step(from + k), 0);
  };
  return share(SWITCHES[1], (k) => step(k) + decay ** (SWITCHES[0] + k) * step(SWITCHES[0])) - share(SWITCHES[0], step);
}
