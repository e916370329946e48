/**
 * What the interventions say, beside the verdict and without a part in it: does leaving X's direction behind bring up the opposite
 * (one line
 * through neutral), or does only the opposite's own direction do it? Four contrasts of their own, corrected among themselves: they are
 * about the stream, and those that decide the verdict should not have to pay for them.
 */
import { clusterMean } from '../../stats/effect.ts';
import type { Contrast, Measure } from '../experiment-types.ts';
import { holm } from '../../stats/holm.ts';
import { detectable } from '../../stats/power.ts';
import { ropeReading } from '../rope.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { standardDeviation } from '../../stats/stats.ts';
import { axesOf, interval } from './judge.ts';
import { INTERVENTIONS, type SteeringId } from './steering-directions.ts';
import type { SteeringOutcome } from './steering-outcomes.ts';
import type { AxisRow } from './rows.ts';
import type { OppositesSpec } from './spec.ts';

/** What each steering is called in a sentence. */
export const STEERED_WORDS: Readonly<Record<SteeringId, string>> = {
  away: 'away from X',
  opposite: 'towards the opposite',
  random: 'along a random direction',
  unrelated: 'towards the opposite of an unrelated axis',
};

const UNIT = 'bits an act';
const CHANGE = 'change of log₂ p of the opposite’s act over the unrelated one';

/** The planned pairs. */
const PAIRS: readonly (readonly [what: SteeringId, against: SteeringId])[] = [
  ['opposite', 'random'],
  ['away', 'random'],
  ['opposite', 'unrelated'],
  ['away', 'unrelated'],
];

/** One line for both, a direction of the opposite's own, neither, or too few axes that could be steered. */
export type SteeringAccount = 'line' | 'own' | 'neither' | 'unknown';

/**
 * The change by each steering, what it is by KL, what happens to X's own acts, and on how many axes the KL was reached;
 * nothing of a run without interventions.
 */
export function steeringMeasures({ draws, seed }: OppositesSpec, rows: readonly AxisRow[]): Measure[] {
  return INTERVENTIONS.flatMap((id): Measure[] => {
    const all = rows.flatMap(({ pushes: interventions }) => interventions.filter((steering) => steering.id === id));
    if (all.length === 0) return [];
    const reached = all.filter(isReached);
    const over = (of: (steering: Reached) => number): Measure['estimate'] => clusterMean(reached.map(of), draws, seed);
    return [
      {
        id: `push-${id}`,
        says: `${CHANGE}, steered ${STEERED_WORDS[id]}`,
        unit: UNIT,
        estimate: over(({ change }) => change),
      },
      {
        id: `push-${id}-efficiency`,
        says: `the same by the KL of the steering on neutral text, steered ${STEERED_WORDS[id]}`,
        unit: 'bits an act and nat',
        estimate: over(({ change, kl }) => change / kl),
      },
      {
        id: `push-${id}-own`,
        says: `change of log₂ p of X’s acts over the unrelated ones, steered ${STEERED_WORDS[id]}`,
        unit: UNIT,
        estimate: over(({ own }) => own),
      },
      {
        id: `push-${id}-reached`,
        says: `axes whose steering ${STEERED_WORDS[id]} has the KL that was asked for`,
        unit: 'axes',
        estimate: { value: reached.length, low: null, high: null, n: all.length },
      },
    ];
  });
}

/**
 * The planned contrasts between interventions, over the axes where both reached the KL; none of a run without interventions, nor of a
 * pair that no axis has.
 */
export function steeringContrasts(
  { draws, seed, permutations, thresholds }: OppositesSpec,
  rows: readonly AxisRow[],
): Contrast[] {
  const rope: readonly [number, number] = [-thresholds.ropeBits, thresholds.ropeBits];
  const pairs = PAIRS.map(([what, against]) => ({
    what,
    against,
    differences: rows.flatMap(({ pushes: interventions }) => {
      const [one, other] = [what, against].map((id) => interventions.find((steering) => steering.id === id));
      return one !== undefined && other !== undefined && isReached(one) && isReached(other)
        ? [one.change - other.change]
        : [];
    }),
  })).filter(({ differences }) => differences.length > 0);
  const flips = pairs.map(({ differences }) => signFlip(differences, permutations, seed));
  const corrected = holm(flips.map(({ p }) => p));
  return pairs.map(({ what, against, differences }, at): Contrast => {
    const estimate = clusterMean(differences, draws, seed);
    const least = detectable(standardDeviation(differences, 'sample'), differences.length);
    const ways = flips[at]?.exact === true ? 'all ways' : `${permutations} times`;
    return {
      id: `push-${what}-${against}`,
      says: `${CHANGE}: steered ${STEERED_WORDS[what]} minus ${STEERED_WORDS[against]}`,
      unit: UNIT,
      estimate,
      p: flips[at]?.p ?? null,
      pHolm: corrected[at] ?? null,
      null: `signs of axes flipped, ${ways}; corrected over the contrasts between interventions`,
      rope,
      reading: ropeReading(estimate, rope),
      detectable: Number.isFinite(least) ? least : null,
    };
  });
}

/** By the rule of the spec. `axes` is how many there are. */
export function steeringAccountOf(
  contrasts: readonly Contrast[],
  axes: number,
  { alpha, pushedShare }: { readonly alpha: number; readonly pushedShare: number },
): SteeringAccount {
  const [away, opposite] = (['away', 'opposite'] as const).map((what) =>
    contrasts.find(({ id }) => id === `push-${what}-random`),
  );
  if (
    away === undefined ||
    opposite === undefined ||
    [away, opposite].some(({ estimate }) => estimate.n < pushedShare * axes)
  )
    return 'unknown';
  return isAbove(away, alpha) ? 'line' : isAbove(opposite, alpha) ? 'own' : 'neither';
}

/** What the interventions say, to stand beside the verdict; null of a run without them. */
export function steeringSentence(
  spec: OppositesSpec,
  rows: readonly AxisRow[],
  contrasts: readonly Contrast[],
  layer: number,
): string | null {
  const measures = steeringMeasures(spec, rows).filter(({ estimate }) => !Number.isNaN(estimate.value));
  const changes = INTERVENTIONS.flatMap((id) => {
    const found = measures.find((measure) => measure.id === `push-${id}`);
    return found === undefined ? [] : [`${STEERED_WORDS[id]} ${interval(found.estimate)}`];
  });
  if (measures.length === 0) return null;
  const account = steeringAccountOf(contrasts, rows.length, spec.thresholds);
  const than = (what: SteeringId): string =>
    contrasts.some((contrast) => contrast.id === `push-${what}-unrelated` && isAbove(contrast, spec.thresholds.alpha))
      ? 'more than the direction of an unrelated opposite does'
      : 'but not, by the interval, more than the direction of an unrelated opposite does';
  const found =
    changes.length === 0 ? '' : `, the opposite’s acts gain over unrelated ones: ${changes.join(', ')} bit an act`;
  return `Beside the verdict: steered at layer ${layer} with a KL of ${nats(spec)} on neutral text${found}. ${accountSentence(account, than)}`;
}

/** On how many axes each steering reached the KL; null of a run without interventions. */
export function steeringReach({ push: steering }: OppositesSpec, rows: readonly AxisRow[]): string | null {
  const reached = INTERVENTIONS.flatMap((id) => {
    const all = rows.flatMap(({ pushes: interventions }) => interventions.filter((one) => one.id === id));
    return all.length === 0 ? [] : [`${STEERED_WORDS[id]} on ${all.filter(isReached).length} of ${axesOf(all.length)}`];
  });
  return reached.length === 0
    ? null
    : `A KL of ${nats({ push: steering })} (within ${Math.round(100 * steering.tolerance)} %, 95th percentile over ${steering.texts} neutral texts) was reached ${reached.join(', ')}; the others take no part in what is said of that steering.`;
}

function accountSentence(account: SteeringAccount, than: (what: SteeringId) => string): string {
  switch (account) {
    case 'line':
      return `Away from X brings up the opposite beyond a random direction: the two lie on the same line. It does so ${than('away')}.`;
    case 'own':
      return `Only towards the opposite does so beyond a random direction: the opposite has a direction of its own. It does so ${than('opposite')}.`;
    case 'neither':
      return 'Neither away from X nor towards the opposite does so beyond a random direction.';
    case 'unknown':
      return 'Too few axes reached that KL to say more.';
    default:
      return account satisfies never;
  }
}

function nats({ push: { kl } }: Pick<OppositesSpec, 'push'>): string {
  return `${kl} ${kl === 1 ? 'nat' : 'nats'}`;
}

type Reached = SteeringOutcome & { readonly kl: number };

function isReached(steering: SteeringOutcome): steering is Reached {
  return steering.kl !== null;
}

/** By its whole interval above what counts as nothing, and p after Holm below `alpha`. */
function isAbove({ reading, pHolm }: Contrast, alpha: number): boolean {
  return reading === 'above' && pHolm !== null && pHolm < alpha;
}
