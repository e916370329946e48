/** The planned contrasts: where the moral axis lies with equally many acts, in two blocks, and how far light acts bring it back. */
import { clusterRatio } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { clusterResampled, type Resampled } from '../../stats/cluster-statistic.ts';
import { holm } from '../../stats/holm.ts';
import { detectableBy } from '../../stats/power.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import type { Contrast } from '../experiment-types.ts';
import { ropeReading } from '../rope.ts';
import { backWay, blockWay, mixedWay, placeAmong, type Way } from './places.ts';
import type { ContextOdds } from '../context-odds.ts';
import type { MidpointSpec } from './spec.ts';

/** The unit of every place. */
export const PLACE = 'share of the way from all dark to all light acts';

/** The contrasts that the rule asks for. */
export interface Planned {
  readonly mixed: Contrast;
  readonly blocks: Contrast;
  readonly back: Contrast;
}

/** A place with its interval over stories. */
export function placeOf(ways: readonly Way[], spec: Pick<MidpointSpec, 'draws' | 'seed'>): Estimate {
  return clusterRatio(
    ways.map(({ gone }) => gone),
    ways.map(({ whole }) => whole),
    spec.draws,
    spec.seed,
  );
}

const UNKNOWN: Resampled = { estimate: { value: NaN, low: null, high: null, n: 0 }, standardError: NaN };

/** Of the stories of the moral axis. */
export function plannedContrasts(
  spec: MidpointSpec,
  stories: readonly ContextOdds[],
  lengths: readonly number[],
): Planned {
  const { permutations, seed, thresholds, blocks } = spec;
  const mixed = stories.map((story) => mixedWay(story, lengths));
  const block = stories.map((story) => blockWay(story, blocks, 'plain'));
  const back = stories.map((story) => backWay(story, blocks));
  // A place of one half is no tilt: gone = whole / 2. Mirror images exchange the signs of what is left.
  const tilt = (ways: readonly Way[]): readonly number[] => ways.map(({ gone, whole }) => gone - whole / 2);
  const flips = [
    signFlip(tilt(mixed), permutations, seed),
    signFlip(tilt(block), permutations, seed),
    signFlip(
      back.map(({ gone }) => gone),
      permutations,
      seed,
    ),
  ];
  const ps = flips.map(({ p }) => (Number.isFinite(p) ? p : null));
  const corrected = holm(ps);
  const midpoint = [0.5 - thresholds.midpointRope, 0.5 + thresholds.midpointRope] as const;
  const contrast = (
    at: number,
    id: string,
    says: string,
    against: string,
    ways: readonly Way[],
    rope: readonly [number, number] | null,
  ): Contrast => {
    const [{ estimate, standardError } = UNKNOWN] = clusterResampled(
      ways.length,
      (pick) => [placeAmong(ways, pick)],
      spec.draws,
      seed,
    );
    const detectable = detectableBy(standardError, ways.length - 1);
    return {
      id,
      says,
      unit: PLACE,
      estimate,
      p: ps[at] ?? null,
      pHolm: corrected[at] ?? null,
      null: `${against}; signs of stories flipped, ${flips[at]?.exact === true ? 'all ways' : `${permutations} times`}`,
      rope,
      reading: rope === null ? null : ropeReading(estimate, rope),
      detectable: Number.isFinite(detectable) ? detectable : null,
    };
  };
  return {
    mixed: contrast(
      0,
      'mixed',
      'equally many kind and cruel acts in drawn orders and their mirror images, over all lengths',
      'no tilt, 0.5',
      mixed,
      midpoint,
    ),
    blocks: contrast(
      1,
      'blocks',
      `${blocks / 2} cruel and ${blocks / 2} kind acts in two blocks, both orders together`,
      'no tilt, 0.5',
      block,
      midpoint,
    ),
    back: contrast(
      2,
      'back',
      `how far ${blocks / 2} kind acts after ${blocks / 2} cruel ones bring the odds up from all cruel`,
      'they move nothing, 0',
      back,
      null,
    ),
  };
}
