/** The planned contrasts: turners against steady hands, and the same beyond what names dealt anew do. */
import type { Estimate } from '../../stats/estimate.ts';
import { clusterResampled, type Resampled } from '../../stats/cluster-statistic.ts';
import { holm } from '../../stats/holm.ts';
import { detectableBy } from '../../stats/power.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { mean } from '../../stats/stats.ts';
import type { Contrast } from '../experiment-types.ts';
import { ropeReading } from '../rope.ts';
import type { ContextOdds } from '../context-odds.ts';
import type { TurnersSpec } from './spec.ts';
import { interaction, SWAY } from './sway.ts';

/** The contrasts that the rule asks for. */
export interface Planned {
  readonly turners: Contrast;
  readonly beyond: Contrast;
}

const UNKNOWN: Resampled = { estimate: { value: NaN, low: null, high: null, n: 0 }, standardError: NaN };

/** A mean over people with its interval. */
export function meanOver(values: readonly number[], { draws, seed }: Pick<TurnersSpec, 'draws' | 'seed'>): Estimate {
  return resampled(values, draws, seed).estimate;
}

function resampled(values: readonly number[], draws: number, seed: number): Resampled {
  const [found = UNKNOWN] = clusterResampled(
    values.length,
    (pick) => [mean(Array.from(pick, (i) => values[i] ?? NaN))],
    draws,
    seed,
  );
  return found;
}

/** Over people. */
export function plannedContrasts(
  spec: TurnersSpec,
  people: readonly ContextOdds[],
  stories: readonly number[],
): Planned {
  const { permutations, seed, draws, thresholds } = spec;
  const turners = people.map((person) => interaction(person, 'own', stories));
  const beyond = people.map((person, i) => (turners[i] ?? NaN) - interaction(person, 'dealt', stories));
  const flips = [turners, beyond].map((values) => signFlip(values, permutations, seed));
  const ps = flips.map(({ p }) => (Number.isFinite(p) ? p : null));
  const corrected = holm(ps);
  const contrast = (at: number, id: string, says: string, against: string, values: readonly number[]): Contrast => {
    const { estimate, standardError } = resampled(values, draws, seed);
    const detectable = detectableBy(standardError, values.length - 1);
    const rope = [-thresholds.rope, thresholds.rope] as const;
    return {
      id,
      says,
      unit: SWAY,
      estimate,
      p: ps[at] ?? null,
      pHolm: corrected[at] ?? null,
      null: `${against}; signs of people flipped, ${flips[at]?.exact === true ? 'all ways' : `${permutations} times`}`,
      rope,
      reading: ropeReading(estimate, rope),
      detectable: Number.isFinite(detectable) ? detectable : null,
    };
  };
  return {
    turners: contrast(
      0,
      'turners',
      'how far a beginning sways the next act, after an author whose people turn less after one whose people stay',
      'both authors sway alike, 0',
      turners,
    ),
    beyond: contrast(
      1,
      'beyond',
      'the same less that of the same sentences with names dealt anew, so that nobody turns and nobody stays',
      'names make no difference, 0',
      beyond,
    ),
  };
}
