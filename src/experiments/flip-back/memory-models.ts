/** Three accounts of how a reading comes about, compared by how well each foretells a story that it was not fitted to. */
import { BEATS, type Letter, type ScheduleId, SHAPES } from './schedules.ts';
import { lineOf, type Trace } from './traces.ts';

/** Orders without special sentences: all that the accounts speak of. */
const ORDERS = [
  'all-light',
  'all-dark',
  'light-dark',
  'dark-light',
  'dark-light-dark',
] as const satisfies readonly ScheduleId[];

/** Decays that the fit may choose. */
const DECAYS = Array.from({ length: 20 }, (_, i) => i / 20);

/**
 * `filter`: every beat counts, less with every beat since. `recency`: the last beat alone. `absorbing`: a filter to
 * which all is dark from the first dark beat on.
 */
export type Account = 'filter' | 'recency' | 'absorbing';

/**
 * Log likelihood of each story, in nats, under a fit to the others; in the order of `traces`. Normal errors; every
 * (story, beat) has a level of its own, taken out over the orders.
 */
export function heldOutLikelihood(traces: readonly Trace[], account: Account): number[] {
  const cells = ORDERS.length * BEATS;
  const observed = traces.map((trace) => withinBeats(ORDERS.map((order) => lineOf(trace, order).slice(1))));
  const shapes = (account === 'recency' ? [0] : DECAYS).map((decay) =>
    withinBeats(
      ORDERS.map((order) => responseOf([...SHAPES[order].letters] as Letter[], decay, account === 'absorbing')),
    ),
  );
  const total = observed.map((y) => dot(y, y));
  const size = shapes.map((x) => dot(x, x));
  const along = observed.map((y) => shapes.map((x) => dot(x, y)));
  const rest = (story: number, shape: number, gain: number): number =>
    (total[story] ?? NaN) - 2 * gain * (along[story]?.[shape] ?? NaN) + gain ** 2 * (size[shape] ?? NaN);
  // What is free in a story after the level of each beat is taken out.
  const freedom = cells - BEATS;
  return traces.map((_, left) => {
    const others = traces.map((_, i) => i).filter((i) => i !== left);
    let best = { shape: 0, gain: NaN, error: Infinity };
    shapes.forEach((_, shape) => {
      const gain =
        others.reduce((sum, i) => sum + (along[i]?.[shape] ?? NaN), 0) / (others.length * (size[shape] ?? NaN));
      const error = others.reduce((sum, i) => sum + rest(i, shape, gain), 0);
      if (error < best.error) best = { shape, gain, error };
    });
    const variance = best.error / (others.length * freedom);
    return -0.5 * freedom * Math.log(2 * Math.PI * variance) - rest(left, best.shape, best.gain) / (2 * variance);
  });
}

/** What the filter with a gain of 1 gives after each beat; a light beat adds 1/2, a dark one takes it. */
function responseOf(letters: readonly Letter[], decay: number, absorbing: boolean): number[] {
  let z = 0;
  let fallen = false;
  return letters.map((letter) => {
    fallen ||= letter === 'W';
    z = decay * z + (letter === 'W' || (absorbing && fallen) ? -0.5 : 0.5);
    return z;
  });
}

/** Values `[orders][beats]` less the mean of their beat over the orders, in one row. */
function withinBeats(values: readonly (readonly number[])[]): number[] {
  return values.flatMap((line) =>
    line.map((value, beat) => value - values.reduce((sum, other) => sum + (other[beat] ?? NaN), 0) / values.length),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
}
