/** The planned contrasts and gates of each axis, with intervals over topics. */
import { clusterResampled, type Resampled } from '../../stats/cluster-statistic.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { holm } from '../../stats/holm.ts';
import { detectableBy } from '../../stats/power.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { mean } from '../../stats/stats.ts';
import type { Contrast, Gate } from '../experiment-types.ts';
import { ropeReading } from '../rope.ts';
import { type AxisLosses, NATS, type TopicLosses } from './losses.ts';
import type { PunctuationSpec } from './spec.ts';

/** The unit of every contrast. */
export const SHARE = 'share of what is lost at all tokens';
/** The unit of what is lost at all tokens. */
export const APART = 'share of the difference in log odds between the versions';

/** What marks are held against. */
const AGAINST = ['marks', 'behind', 'random'] as const;
type Against = (typeof AGAINST)[number];

/** The contrasts of an axis. */
export type Planned = Readonly<Record<Against, Contrast>>;

/** An axis with its gates and contrasts. */
export interface AxisFindings extends AxisLosses {
  readonly gates: readonly [told: Gate, carried: Gate];
  readonly planned: Planned;
}

const UNKNOWN: Resampled = { estimate: { value: NaN, low: null, high: null, n: 0 }, standardError: NaN };

type Draws = Pick<PunctuationSpec, 'draws' | 'seed'>;

/** A ratio of sums over topics with its interval. */
function ratio(
  topics: readonly TopicLosses[],
  of: (topic: TopicLosses) => number,
  to: (topic: TopicLosses) => number,
  { draws, seed }: Draws,
): Resampled {
  const [above, below] = [topics.map(of), topics.map(to)];
  const [found = UNKNOWN] = clusterResampled(
    topics.length,
    (pick) => [mean(Array.from(pick, (i) => above[i] ?? NaN)) / mean(Array.from(pick, (i) => below[i] ?? NaN))],
    draws,
    seed,
    'topics',
  );
  return found;
}

/** The same, its estimate alone. */
export function shareOf(
  topics: readonly TopicLosses[],
  of: (topic: TopicLosses) => number,
  to: (topic: TopicLosses) => number,
  draws: Draws,
): Estimate {
  return ratio(topics, of, to, draws).estimate;
}

/** A mean over topics with its interval. */
export function meanOver(topics: readonly TopicLosses[], of: (topic: TopicLosses) => number, draws: Draws): Estimate {
  return shareOf(topics, of, () => 1, draws);
}

const MORE: Readonly<Record<Against, { readonly more: (topic: TopicLosses) => number; readonly says: string }>> = {
  marks: {
    more: ({ lost }) => lost.marks - lost.others,
    says: 'what is lost at commas and full stops less what is lost at as many other tokens',
  },
  behind: {
    more: ({ lost }) => lost.marks - lost.behind,
    says: 'what is lost at commas and full stops less what is lost at the tokens right behind them',
  },
  random: {
    more: ({ lost, random }) => lost.marks - lost.others - (random.marks - random.others),
    says: 'that difference less the same difference along random directions',
  },
};

/** Gates and contrasts of all axes; Holm is over all of them. */
export function axisFindings(spec: PunctuationSpec, axes: readonly AxisLosses[]): readonly AxisFindings[] {
  const flips = axes.map(({ topics }) =>
    AGAINST.map((against) => signFlip(topics.map(MORE[against].more), spec.permutations, spec.seed)),
  );
  const ps = flips.flat().map(({ p }) => (Number.isFinite(p) ? p : null));
  const corrected = holm(ps);
  return axes.map((losses, a) => {
    const contrast = (against: Against): Contrast => {
      const at = a * AGAINST.length + AGAINST.indexOf(against);
      const found = ratio(losses.topics, MORE[against].more, ({ lost }) => lost.all, spec);
      const detectable = detectableBy(found.standardError, losses.topics.length - 1);
      const rope = against === 'marks' ? ([-spec.thresholds.rope, spec.thresholds.rope] as const) : null;
      return {
        id: `${losses.axis.id}.${against}`,
        says: `${losses.axis.name}: ${MORE[against].says}`,
        unit: SHARE,
        estimate: found.estimate,
        p: ps[at] ?? null,
        pHolm: corrected[at] ?? null,
        null: `both lose alike, 0; signs of topics flipped, ${flips.flat()[at]?.exact === true ? 'all ways' : `${spec.permutations} times`}`,
        rope,
        reading: rope === null ? null : ropeReading(found.estimate, rope),
        detectable: Number.isFinite(detectable) ? detectable : null,
      };
    };
    return {
      ...losses,
      gates: gatesOf(spec, losses),
      planned: { marks: contrast('marks'), behind: contrast('behind'), random: contrast('random') },
    };
  });
}

function gatesOf(spec: PunctuationSpec, { axis, topics }: AxisLosses): readonly [Gate, Gate] {
  const gate = (id: string, says: string, unit: string, measured: Estimate, at: number): Gate => ({
    id: `${axis.id}.${id}`,
    says: `${axis.name}: ${says}`,
    unit,
    measured,
    side: 'above',
    at,
    needs: 'interval',
    passed: measured.low !== null && measured.low > at,
  });
  return [
    gate(
      'told',
      'the model says of a text which version it was.',
      NATS,
      meanOver(topics, ({ told }) => told, spec),
      0,
    ),
    gate(
      'carried',
      'taking the direction out at all tokens of a text loses a share of that, beyond what random directions lose.',
      APART,
      shareOf(
        topics,
        ({ lost, random }) => lost.all - random.all,
        ({ told }) => told,
        spec,
      ),
      spec.thresholds.carried,
    ),
  ];
}
