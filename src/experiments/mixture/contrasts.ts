/** The contrasts that were planned before any run, with the sign-flip test of each and Holm over all; and the numbers that stand beside. */
import type { Contrast, Gate, Measure } from '../experiment-types.ts';
import { holm } from '../../stats/holm.ts';
import { detectable } from '../../stats/power.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { ropeReading } from '../rope.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { standardDeviation } from '../../stats/stats.ts';
import { ACCOUNTS } from './models.ts';
import { meanOver, NEVER, type Numbers } from './numbers.ts';
import type { Prepared } from './prepare.ts';
import { layerAt, type MixtureSpec, mostSentences } from './spec.ts';

const NATS = 'nats';
const PER_TOPIC = 'nats a topic';
const SHARE = 'share of γ';

/** What must hold before the verdict may be read. */
export function gatesOf(spec: MixtureSpec, { extremes, balance }: Numbers): Gate[] {
  const { competence, balance: most } = spec.thresholds;
  const moved = meanOver(spec, extremes);
  return [
    {
      id: 'competence',
      says: `After ${mostSentences(spec)} kind sentences the odds of going on kindly are higher than after ${mostSentences(spec)} cruel ones.`,
      unit: NATS,
      measured: moved,
      side: 'above',
      at: competence,
      needs: 'interval',
      passed: moved.low !== null && moved.low > competence,
    },
    {
      id: 'orders',
      says: 'The orders do not let the last sentence stand for the balance of all: the size of their correlation, which no model has a part in.',
      unit: 'correlation',
      measured: { value: Math.abs(balance), low: null, high: null, n: extremes.length, note: 'of the spec' },
      side: 'below',
      at: most,
      needs: 'value',
      passed: Math.abs(balance) < most,
    },
  ];
}

interface Planned {
  readonly id: string;
  readonly says: string;
  readonly unit: string;
  readonly byTopic: readonly number[];
  /** Where it is not the mean of `byTopic`. */
  readonly estimate?: Estimate;
  /** The unit of `byTopic`, in that of the estimate. */
  readonly scale?: number;
}

/** The contrasts, in the order of the report; one that this run has no number for is left out. */
export function contrastsOf(spec: MixtureSpec, numbers: Numbers): Contrast[] {
  const planned = plan(spec, numbers).filter(({ byTopic, estimate }) =>
    [...byTopic, estimate?.value ?? 0].every(Number.isFinite),
  );
  const tests = planned.map(({ byTopic }) => signFlip(byTopic, spec.permutations, spec.seed));
  const adjusted = holm(tests.map(({ p }) => p));
  return planned.map(({ id, says, unit, byTopic, estimate: given, scale = 1 }, at) => {
    const estimate = given ?? meanOver(spec, byTopic);
    const rope = unit === SHARE ? ([-spec.thresholds.rope, spec.thresholds.rope] as const) : null;
    return {
      id,
      says,
      unit,
      estimate,
      p: tests[at]?.p ?? null,
      pHolm: adjusted[at] ?? null,
      null: `the sign of every topic flipped, ${tests[at]?.exact === true ? 'all ways' : `${spec.permutations} draws`}`,
      rope,
      reading: rope === null ? null : ropeReading(estimate, rope),
      detectable: detectable(standardDeviation(byTopic, 'sample'), byTopic.length) / Math.abs(scale),
    };
  });
}

function plan(spec: MixtureSpec, { rivalries, frame, push: steering, interactions, gamma }: Numbers): Planned[] {
  return [
    ...rivalries.map(({ rival, above }): Planned => ({
      id: `over-${rival.id}`,
      says: `Held-out log-likelihood of evidence that adds up, less that of ${rival.name}`,
      unit: PER_TOPIC,
      byTopic: above.byTopic,
    })),
    {
      id: 'frame',
      says: 'The kind frame less the cruel one, over all evidence that both stand before',
      unit: NATS,
      byTopic: frame,
    },
    ...(steering === null
      ? []
      : [
          {
            id: 'push',
            says: `Steering towards kind: half of what lies between steering either way, at a KL of ${spec.thresholds.kl} nats`,
            unit: NATS,
            byTopic: steering,
          },
        ]),
    ...interactions.map(({ interaction: { id, says }, share, byTopic }): Planned => ({
      id,
      says,
      unit: SHARE,
      byTopic,
      estimate: share,
      scale: gamma.value,
    })),
  ];
}

/** Numbers that stand beside; one that this run has not is left out. */
export function measuresOf(
  spec: MixtureSpec,
  numbers: Numbers,
  { steering, reading, strength, kl }: Prepared,
): Measure[] {
  const { gamma, shapes, explained, crossings, lastExtra, taps: readouts } = numbers;
  const alone = (value: number, n: number, note: string): Estimate => ({ value, low: null, high: null, n, note });
  const layers = steering.layers - 1;
  const quality = (of: Prepared['reading'], layer: number): Estimate =>
    alone(of.quality[layer] ?? NaN, of.topics, 'every scene scored by a fit without it');
  const sentences = `kind sentences; ${NEVER} stands for never`;
  const most = mostSentences(spec);
  const within = (estimate: Estimate): Estimate =>
    estimate.value > most ? { ...estimate, note: `extrapolated: more than the ${most} that were shown` } : estimate;
  const measures: Measure[] = [
    {
      id: 'gamma',
      says: 'γ: what a sentence adds to the log odds where it is the only one',
      unit: NATS,
      estimate: gamma,
    },
    ...shapes.map(({ account, estimate }) => ({
      id: `shape-${account.id}`,
      says: `${account.shape.name} of ${account.name} (${account.shape.says})`,
      unit: account.shape.unit,
      estimate,
    })),
    ...explained.map(({ account, estimate }) => ({
      id: `explained-${account.id}`,
      says: `What ${account.name} explains in held-out topics of what frames and interventions leave`,
      unit: 'share of variance',
      estimate,
    })),
    {
      id: 'last-extra',
      says: 'What the last sentence adds beyond what it adds as one of all',
      unit: NATS,
      estimate: lastExtra,
    },
    ...(crossings.frame === null
      ? []
      : [
          {
            id: 'crossing-frame',
            says: 'N*: kind sentences, and no others, that bring the odds behind the cruel frame to where they begin behind the neutral one',
            unit: sentences,
            estimate: within(crossings.frame),
          },
        ]),
    ...(crossings.push === null
      ? []
      : [
          {
            id: 'crossing-push',
            says: 'N*: kind sentences, and no others, that balance steering towards cruel',
            unit: sentences,
            estimate: within(crossings.push),
          },
        ]),
    ...(strength === null || kl === null
      ? []
      : [
          {
            id: 'push-strength',
            says: `Length of the steering in typical lengths of the stream, at layer ${layerAt(spec.steering, layers)}`,
            unit: 'lengths',
            estimate: alone(strength, steering.topics, 'of one calibration'),
          },
          {
            id: 'push-kl',
            says: 'KL of the steering on neutral text, 95th percentile of both sides',
            unit: NATS,
            estimate: alone(kl, steering.topics, 'of one calibration'),
          },
        ]),
    ...readouts.rivalries.map(({ rival, above }) => ({
      id: `tap-over-${rival.id}`,
      says: `At neutral taps, without frame or steering: held-out log-likelihood of evidence that adds up, less that of ${rival.name}`,
      unit: PER_TOPIC,
      estimate: meanOver(spec, above.byTopic),
    })),
    {
      id: 'tap-shape',
      says: 'α at neutral taps',
      unit: ACCOUNTS[0].shape.unit,
      estimate: alone(readouts.shape, readouts.rivalries[0]?.above.byTopic.length ?? 0, 'of one fit'),
    },
    {
      id: 'tap-quality',
      says: 'AUROC of the instrument on taps of its own scenes',
      unit: 'AUROC',
      estimate: quality(reading, layerAt(spec.reading, layers)),
    },
    {
      id: 'push-quality',
      says: 'AUROC of the direction that is steered along on the sentences of its own scenes',
      unit: 'AUROC',
      estimate: quality(steering, layerAt(spec.steering, layers)),
    },
  ];
  return measures.filter(({ estimate: { value } }) => Number.isFinite(value));
}
