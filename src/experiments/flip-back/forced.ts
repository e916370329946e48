/** The forced half: stories whose beats are given, read at the same neutral sentences. */
import { clusterResampled, type Resampled } from '../../stats/cluster-statistic.ts';
import { clusterMean } from '../../stats/effect.ts';
import type { Contrast, Measure } from '../experiment-types.ts';
import { logNormalBayesFactor } from '../../stats/normal-bayes-factor.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { createRng } from '../../base/rng.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { bandOf } from './band.ts';
import { bare, contrast, errorOfMean, measure, solid } from './estimates.ts';
import {
  asymmetryOf,
  type Crossing,
  crossingOf,
  expectedHead,
  type Filter,
  fitFilter,
  meanCrossing,
  ratiosOf,
  timeConstant,
} from './evidence.ts';
import { heldOutLikelihood } from './memory-models.ts';
import type { ScheduleId } from './schedules.ts';
import type { FlipBackSpec } from './spec.ts';
import { lineOf, MIDDLE, type Trace } from './traces.ts';

/** What the forced half of the moral axis gives. */
export interface Forced {
  readonly ratio: Estimate;
  readonly ratioFirst: Estimate;
  readonly ratioFour: Estimate;
  /** By kept layer. */
  readonly ratioByLayer: readonly Estimate[];
  readonly filter: Filter;
  /** Share of stories back in the band, and how much more often than stories that stay dark. */
  readonly back: Estimate;
  readonly backBeyond: Estimate;
  readonly contrasts: readonly Contrast[];
  readonly measures: readonly Measure[];
}

/** See {@link Forced}. */
export function forcedHalf(spec: FlipBackSpec, traces: readonly Trace[]): Forced {
  const { draws, permutations, seed, thresholds } = spec;
  const crossings = traces.map((trace) => crossingOf(trace));
  const everyone = traces.map((_, i) => i);
  const filter = fitFilter(meanCrossing(crossings, everyone));
  const resampled = clusterResampled(
    traces.length,
    (pick) => {
      const means = meanCrossing(crossings, pick);
      const slow = [timeConstant(means.toLight), timeConstant(means.toDark)] as const;
      return [...ratiosOf(crossings, pick), fitFilter(means).decay, ...slow, slow[0] / slow[1]];
    },
    draws,
    seed,
  );
  const [ratio, first, four, decay, slowToLight, slowToDark, slowRatio] = resampled.map(({ estimate }) =>
    solid(estimate),
  );
  const none = bare(0, traces.length, 'no story');
  const asymmetries = crossings.map(asymmetryOf);
  const { back, chance, beyond } = bandOf(spec, traces);
  const accounts = {
    filter: heldOutLikelihood(traces, 'filter'),
    recency: heldOutLikelihood(traces, 'recency'),
    absorbing: heldOutLikelihood(traces, 'absorbing'),
  };
  const gain = (other: 'recency' | 'absorbing'): number[] =>
    accounts.filter.map((value, i) => value - (accounts[other][i] ?? NaN));
  const flips = `signs of whole stories flipped, ${permutations} times`;
  const byStory = (
    id: string,
    says: string,
    unit: string,
    values: readonly number[],
    rope?: readonly [number, number],
  ): Contrast =>
    contrast({
      id,
      says,
      unit,
      estimate: clusterMean(values, draws, seed),
      p: signFlip(values, permutations, seed).p,
      null: flips,
      standardError: errorOfMean(values),
      ...(rope === undefined ? {} : { rope }),
    });
  const backBeyond = byStory(
    'band-beyond-chance',
    'Stories that turn from cruel to kind re-enter the kind band more often than stories that stay cruel are found in it.',
    'share of stories',
    beyond,
  );
  const ratioEstimate = ratio ?? none;
  return {
    ratio: ratioEstimate,
    ratioFirst: first ?? none,
    ratioFour: four ?? none,
    filter,
    ratioByLayer: [0, 1, 2].map((layer) =>
      layer === MIDDLE ? ratioEstimate : solid(ratioOf(spec, traces, layer).estimate),
    ),
    back: clusterMean(back, draws, seed),
    backBeyond: backBeyond.estimate,
    contrasts: [
      contrast({
        id: 'evidence-ratio',
        says: 'Evidence ratio: what kind beats give a cruel story over what cruel beats take from a kind one, by the filter (1: alike).',
        unit: 'ratio',
        estimate: ratioEstimate,
        p: swapTest(spec, crossings),
        null: `the two directions swapped within stories, ${permutations} times, for |log ratio|`,
        rope: [thresholds.ratioLow, thresholds.ratioHigh],
        standardError: resampled[0]?.standardError ?? NaN,
      }),
      byStory(
        'escape-asymmetry',
        'Escape asymmetry: turning cruel less turning kind, over their sum; mean of the four beats after the switch.',
        'share',
        asymmetries,
        [-thresholds.asymmetryRope, thresholds.asymmetryRope],
      ),
      backBeyond,
      recovery(
        spec,
        traces,
        'reveal',
        9,
        'After the double agent is revealed, kind beats regain more of the gap than after a plain switch.',
      ),
      recovery(
        spec,
        traces,
        'dream',
        9,
        'After waking from a cruel dream, kind beats regain more of the gap than after a plain switch.',
      ),
      recovery(
        spec,
        traces,
        'rupture',
        5,
        'After a sentence about something else, kind beats regain more of the gap than after a plain switch.',
      ),
      byStory(
        'memory',
        'The filter foretells a left-out story better than its last beat alone does.',
        'nats a story',
        gain('recency'),
      ),
      byStory(
        'not-absorbing',
        'The filter foretells a left-out story better than one to which all is cruel from the first cruel beat on.',
        'nats a story',
        gain('absorbing'),
      ),
    ],
    measures: [
      measure('evidence-ratio-first', 'The same by the first beat after the switch alone.', 'ratio', first ?? none),
      measure('evidence-ratio-four', 'The same by the mean of the first four beats.', 'ratio', four ?? none),
      bayes(spec, ratioEstimate),
      measure('decay', 'What is left of the state a beat later, in the filter.', 'share', decay ?? none),
      measure('tau-dark-light', 'Time constant of the turn from cruel to kind.', 'beats', slowToLight ?? none),
      measure('tau-light-dark', 'Time constant of the turn from kind to cruel.', 'beats', slowToDark ?? none),
      measure('tau-ratio', 'Time constant to kind over that to cruel.', 'ratio', slowRatio ?? none),
      measure(
        'gap-4',
        'Always kind less always cruel at beat 4.',
        'score',
        gapAt(spec, traces, 'all-light', 'all-dark', 4),
      ),
      measure(
        'gap-12',
        'Always kind less always cruel at beat 12.',
        'score',
        gapAt(spec, traces, 'all-light', 'all-dark', 12),
      ),
      measure(
        'hysteresis-light-8',
        'Four kind beats after four cruel ones, less eight kind beats: what a cruel past leaves.',
        'score',
        gapAt(spec, traces, 'dark-light', 'all-light', 8),
      ),
      measure(
        'hysteresis-light-12',
        'The same after eight kind beats.',
        'score',
        gapAt(spec, traces, 'dark-light', 'all-light', 12),
      ),
      measure(
        'hysteresis-dark-8',
        'Four cruel beats after four kind ones, less eight cruel beats: what a kind past leaves.',
        'score',
        gapAt(spec, traces, 'light-dark', 'all-dark', 8),
      ),
      measure(
        'hysteresis-dark-12',
        'The same after eight cruel beats.',
        'score',
        gapAt(spec, traces, 'light-dark', 'all-dark', 12),
      ),
      measure(
        'back-in-band',
        'Stories that turn kind and re-enter the kind band within the beats of the rule.',
        'share of stories',
        clusterMean(back, draws, seed),
      ),
      measure(
        'back-by-chance',
        'Stories that stay cruel and are found in that band at the same beats.',
        'share of stories',
        clusterMean(chance, draws, seed),
      ),
      measure(
        'light-beginning',
        'By the filter alone, how much more of the gap reveal and dream regain because they began kind.',
        'share of the gap',
        bare(expectedHead(filter.decay), traces.length, 'follows from the decay'),
      ),
      measure(
        'taps-alone',
        'The score after the opening, before any beat.',
        'score',
        clusterMean(
          traces.map((trace) => lineOf(trace, 'all-light')[0] ?? NaN),
          draws,
          seed,
        ),
      ),
    ],
  };
}

/** The evidence ratio of the filter at a kept layer, with its standard error. */
export function ratioOf({ draws, seed }: FlipBackSpec, traces: readonly Trace[], layer: number): Resampled {
  const crossings = traces.map((trace) => crossingOf(trace, layer));
  return only(clusterResampled(traces.length, (pick) => [ratiosOf(crossings, pick)[0]], draws, seed));
}

/** How often swapped directions give a ratio as far from 1; the labels L and W are swapped in whole stories. */
function swapTest({ permutations, seed }: FlipBackSpec, crossings: readonly Crossing[]): number {
  const everyone = crossings.map((_, i) => i);
  const size = (all: readonly Crossing[]): number => {
    const ratio = ratiosOf(all, everyone)[0];
    return ratio > 0 ? Math.abs(Math.log(ratio)) : Infinity;
  };
  const line = size(crossings) - 1e-12;
  const rng = createRng(seed, 1);
  let reached = 0;
  for (let swap = 0; swap < permutations; swap += 1) {
    const swapped = crossings.map((own) => (rng.below(2) === 0 ? own : { toLight: own.toDark, toDark: own.toLight }));
    if (size(swapped) >= line) reached += 1;
  }
  return (1 + reached) / (1 + permutations);
}

/**
 * Share of the gap between all-light and all-dark that an order has regained over four beats from `from` on, less the
 * same of the plain switch.
 */
function recovery(
  { draws, permutations, seed, thresholds }: FlipBackSpec,
  traces: readonly Trace[],
  order: ScheduleId,
  from: number,
  says: string,
): Contrast {
  const over = (trace: Trace, upper: ScheduleId, start: number): number =>
    [0, 1, 2, 3].reduce(
      (sum, k) => sum + (lineOf(trace, upper)[start + k] ?? NaN) - (lineOf(trace, 'all-dark')[start + k] ?? NaN),
      0,
    ) / 4;
  const parts = traces.map((trace) => ({
    special: over(trace, order, from),
    plain: over(trace, 'dark-light', 5),
    gap: over(trace, 'all-light', from),
    plainGap: over(trace, 'all-light', 5),
  }));
  const mean = (pick: ArrayLike<number>, of: (part: (typeof parts)[number]) => number): number =>
    Array.from(pick, (i) => of(parts[i] ?? { special: NaN, plain: NaN, gap: NaN, plainGap: NaN })).reduce(
      (sum, value) => sum + value,
      0,
    ) / pick.length;
  const everyone = parts.map((_, i) => i);
  const gap = mean(everyone, (part) => part.gap);
  const plainGap = mean(everyone, (part) => part.plainGap);
  const values = parts.map((part) => part.special / gap - part.plain / plainGap);
  const { estimate, standardError } = only(
    clusterResampled(
      parts.length,
      (pick) => [
        mean(pick, (part) => part.special) / mean(pick, (part) => part.gap) -
          mean(pick, (part) => part.plain) / mean(pick, (part) => part.plainGap),
      ],
      draws,
      seed,
    ),
  );
  return contrast({
    id: `recovery-${order}`,
    says,
    unit: 'share of the gap',
    estimate,
    standardError,
    p: signFlip(values, permutations, seed).p,
    null: `signs of whole stories flipped, ${permutations} times`,
    rope: [-thresholds.effectRope, thresholds.effectRope],
  });
}

/** Of one statistic. */
function only([one]: readonly Resampled[]): Resampled {
  return one ?? { estimate: bare(NaN, 0, 'no story'), standardError: NaN };
}

function gapAt(
  { draws, seed }: FlipBackSpec,
  traces: readonly Trace[],
  upper: ScheduleId,
  lower: ScheduleId,
  beat: number,
): Estimate {
  return clusterMean(
    traces.map((trace) => (lineOf(trace, upper)[beat] ?? NaN) - (lineOf(trace, lower)[beat] ?? NaN)),
    draws,
    seed,
  );
}

/** Flips back against attractor, from a normal likelihood with the bootstrap's spread. */
function bayes({ thresholds }: FlipBackSpec, ratio: Estimate): Measure {
  const spread = ratio.low === null || ratio.high === null ? NaN : (ratio.high - ratio.low) / (2 * 1.96);
  const log =
    spread > 0
      ? logNormalBayesFactor(
          ratio.value,
          spread,
          [thresholds.ratioLow, thresholds.ratioHigh],
          [0, thresholds.ratioAttractor],
        )
      : NaN;
  return measure(
    'bayes-factor',
    `Log Bayes factor of an evidence ratio in [${thresholds.ratioLow}, ${thresholds.ratioHigh}] against one below ${thresholds.ratioAttractor}.`,
    'nats',
    bare(log, ratio.n, 'extrapolated: a normal likelihood with the spread of the bootstrap, far out in its tail'),
  );
}
