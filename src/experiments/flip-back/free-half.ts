/** The free half: whether what the model writes leaves the dark as often as it enters it. */
import { clusterResampled, clusterStatistics } from '../../stats/cluster-statistic.ts';
import { dirichletDraws } from '../../stats/dirichlet.ts';
import { clusterMean, percentileEstimate } from '../../stats/effect.ts';
import type { Contrast, Measure } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import {
  dwell,
  followed,
  inertia,
  logRatio,
  passageToLight,
  PRIOR,
  stationaryDark,
  summed,
  type Transitions,
  transitionsOf,
} from './chain.ts';
import { bare, contrast, errorOfMean, measure, solid } from './estimates.ts';
import { agreement, kappa, LABELS } from './label.ts';
import { type FlipBackSpec, SO_FAR } from './spec.ts';
import type { FreeTrace } from './traces.ts';

/** What the free half gives. */
export interface Free {
  readonly kappa: Estimate;
  /** The smaller of the dark and the light sentences that were followed by another. */
  readonly followed: Estimate;
  readonly ratio: Estimate;
  /** Posterior of each transition `[from][to]`, in the order of LABELS. */
  readonly posterior: readonly (readonly Estimate[])[];
  readonly contrasts: readonly Contrast[];
  readonly measures: readonly Measure[];
}

/** Labels in words. */
const CALLED: Readonly<Record<(typeof LABELS)[number], string>> = { L: 'kind', W: 'cruel', N: 'neither', R: 'refusal' };

/** Prompts are the clusters: rollouts of one beginning resemble each other. */
export function freeHalf({ draws, permutations, seed }: FlipBackSpec, free: readonly FreeTrace[]): Free {
  const counts = free.map(({ probe }) => transitionsOf(probe));
  const pooled = (pick: ArrayLike<number>): Transitions => summed(Array.from(pick, (i) => counts[i] ?? []));
  const resampled = clusterResampled(
    free.length,
    (pick) => {
      const own = pooled(pick);
      return [logRatio(own), stationaryDark(own), dwell(own), passageToLight(own)];
    },
    draws,
    seed,
  );
  const [ratio, dark, stretch, passage] = resampled.map(({ estimate }) => solid(estimate));
  const none = bare(0, free.length, 'no prompt');
  const agreements = free.map(({ both }) => agreement(both.probe, both.judge));
  const [agreed] = clusterStatistics(
    free.length,
    (pick) => [
      kappa(
        LABELS.map((_, i) =>
          LABELS.map((_, j) =>
            Array.from(pick, (own) => agreements[own]?.[i]?.[j] ?? 0).reduce((sum, count) => sum + count, 0),
          ),
        ),
      ),
    ],
    draws,
    seed,
  );
  const all = pooled(free.map((_, i) => i));
  const { dark: fromDark, light: fromLight } = followed(all);
  const byPrompt = counts.map(logRatio);
  const stay = free.map(({ probe }) => inertia(probe)).filter((value) => !Number.isNaN(value));
  const flips = `signs of whole prompts flipped, ${permutations} times`;
  const labels = free.flatMap(({ probe }) => probe).join('');
  return {
    kappa: solid(agreed ?? none),
    followed: bare(Math.min(fromDark, fromLight), free.length, 'a count'),
    ratio: ratio ?? none,
    posterior: posteriorOf(all, draws, seed, free.length),
    contrasts: [
      contrast({
        id: 'free-ratio',
        says: 'Free writing: log of how readily a cruel sentence is followed by a kind one over the reverse.',
        unit: 'log ratio',
        estimate: ratio ?? none,
        p: signFlip(byPrompt, permutations, seed).p,
        null: flips,
        standardError: resampled[0]?.standardError ?? NaN,
      }),
      contrast({
        id: 'free-inertia',
        says: 'Free writing: neighbouring sentences share a label more often than the same sentences in random order.',
        unit: 'share',
        estimate: clusterMean(stay, draws, seed),
        p: signFlip(stay, permutations, seed).p,
        null: flips,
        standardError: errorOfMean(stay),
      }),
    ],
    measures: [
      measure(
        'free-ratio-posterior',
        'The same log ratio by the Dirichlet posterior of the counts, as if transitions were independent.',
        'log ratio',
        posteriorRatio(all, draws, seed, free.length),
      ),
      measure('free-dark', 'Share of cruel sentences that the chain settles at.', 'share', dark ?? none),
      measure('free-dwell', 'Length of a cruel stretch.', 'sentences', stretch ?? none),
      measure('free-passage', 'Sentences from a cruel one to the next kind one.', 'sentences', passage ?? none),
      ...SO_FAR.map((so) => {
        const own = free.flatMap((trace, i) => (trace.so === so ? [counts[i] ?? []] : []));
        return measure(
          `free-ratio-${so}`,
          `The log ratio after beginnings that were ${so} so far.`,
          'log ratio',
          bare(logRatio(summed(own)), own.length, 'too few prompts for an interval'),
        );
      }),
      ...LABELS.map((label) =>
        measure(
          `free-share-${label.toLowerCase()}`,
          `Share of sentences labelled ${CALLED[label]}.`,
          'share',
          bare([...labels].filter((own) => own === label).length / labels.length, labels.length, 'sentences, a count'),
        ),
      ),
      measure(
        'free-refused',
        'Rollouts that begin by declining.',
        'rollouts',
        bare(
          free.reduce((sum, { refused }) => sum + refused, 0),
          free.reduce((sum, { probe }) => sum + probe.length, 0),
          'a count',
        ),
      ),
    ],
  };
}

/** `[from][to]`: mean and 95 % interval of the Dirichlet posterior of each row. */
function posteriorOf(counts: Transitions, draws: number, seed: number, n: number): Estimate[][] {
  return counts.map((row, from) => {
    const drawn = dirichletDraws(row, PRIOR, draws, seed + from);
    const sum = row.reduce((total, count) => total + count + PRIOR, 0);
    return row.map((count, to) =>
      percentileEstimate(
        (count + PRIOR) / sum,
        drawn.map((shares) => shares[to] ?? NaN),
        n,
      ),
    );
  });
}

function posteriorRatio(counts: Transitions, draws: number, seed: number, n: number): Estimate {
  const light = LABELS.indexOf('L');
  const dark = LABELS.indexOf('W');
  const fromDark = dirichletDraws(counts[dark] ?? [], PRIOR, draws, seed + dark);
  const fromLight = dirichletDraws(counts[light] ?? [], PRIOR, draws, seed + light);
  return percentileEstimate(
    logRatio(counts),
    fromDark.map((shares, i) => Math.log(shares[light] ?? NaN) - Math.log(fromLight[i]?.[dark] ?? NaN)),
    n,
  );
}
