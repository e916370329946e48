/** From the units to the verdict: what `mixture` finds, α against its bound, and steering against random directions. */
import type { FigurePanel } from '../../charts/figure.ts';
import { holm } from '../../stats/holm.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import type { Contrast, Findings, Measure, RunSize } from '../experiment-types.ts';
import { pointOf } from '../figure-point.ts';
import { contrastsOf, gatesOf, measuresOf } from '../mixture/contrasts.ts';
import { figureOf } from '../mixture/figure.ts';
import { numbersOf } from '../mixture/numbers.ts';
import { preparedFromJson } from '../mixture/prepare.ts';
import { tableOf } from '../mixture/table.ts';
import { limitsOfEvidence } from '../mixture/verdict.ts';
import { ropeReading } from '../rope.ts';
import { BEYOND, judge } from './judge.ts';
import { randomFromJson } from './prepare.ts';
import { type Beyond, beyondRandom } from './slopes.ts';
import type { EvidenceSpec } from './spec.ts';

const SHARE = 'share of γ';

/** The findings; the order of `units` makes no difference. Throws `units-missing` and `unit-invalid`. */
export function analyseEvidence(
  spec: EvidenceSpec,
  size: RunSize,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const table = tableOf(spec, size, units);
  const numbers = numbersOf(spec, size, table);
  const beyond = beyondRandom(spec, size, table, units);
  const gates = gatesOf(spec, numbers);
  const shared = contrastsOf(spec, numbers);
  const contrasts = correctedTogether([...shared, ...(beyond === null ? [] : [contrastOf(spec, beyond)])]);
  const { verdict, because, wouldChange } = judge(spec, gates, numbers, contrasts);
  const figure = figureOf(spec, size, table, numbers);
  return {
    verdict,
    because,
    gates,
    contrasts,
    measures: [...measuresOf(spec, numbers, preparedFromJson(prepared)), ...randomMeasures(spec, prepared, beyond)],
    wouldChange,
    limits: [
      ...limitsOfEvidence(spec, size, numbers, shared),
      spec.seenBefore,
      'Random directions have the covariance of the sentences that the axis is fitted on, and change neutral text by the same KL. There are few of them, so the interval is over topics and takes the directions as they are.',
    ],
    figure: beyond === null ? figure : { ...figure, panels: [...figure.panels, steeredPanel(spec, beyond)] },
  };
}

function contrastOf(spec: EvidenceSpec, { beyond, flip, detectable }: Beyond): Contrast {
  const rope = [-spec.thresholds.rope, spec.thresholds.rope] as const;
  return {
    id: BEYOND,
    says: 'Any steering × evidence beyond random: how much more a sentence counts under steering along the axis, either way, than along random directions of the same KL, as a share of γ',
    unit: SHARE,
    estimate: beyond,
    p: Number.isFinite(flip.p) ? flip.p : null,
    pHolm: null,
    null: `the sign of every topic flipped, ${flip.exact ? 'all ways' : `${spec.permutations} draws`}`,
    rope,
    reading: ropeReading(beyond, rope),
    detectable: Number.isFinite(detectable) ? detectable : null,
  };
}

/** Holm over all that are planned here. */
function correctedTogether(contrasts: readonly Contrast[]): readonly Contrast[] {
  const corrected = holm(contrasts.map(({ p }) => p));
  return contrasts.map((contrast, at) => ({ ...contrast, pHolm: corrected[at] ?? null }));
}

function randomMeasures(spec: EvidenceSpec, prepared: JsonObject, beyond: Beyond | null): Measure[] {
  return [
    ...(beyond === null
      ? []
      : [
          {
            id: 'random-evidence',
            says: `Random steering × evidence: how much more a sentence counts along random directions than under none, mean over ${beyond.directions} ${beyond.directions === 1 ? 'direction' : 'directions'}`,
            unit: SHARE,
            estimate: beyond.random,
          },
        ]),
    ...randomFromJson(prepared, spec).flatMap(({ kl }, one) =>
      kl === null
        ? []
        : [
            {
              id: `random-kl-${one + 1}`,
              says: `KL of random direction ${one + 1} on neutral text, 95th percentile`,
              unit: 'nats',
              estimate: { value: kl, low: null, high: null, n: spec.fit.length, note: 'of one calibration' },
            },
          ],
    ),
  ];
}

function steeredPanel({ thresholds: { rope, kl } }: EvidenceSpec, { axis, random }: Beyond): FigurePanel {
  const [along, drawn] = ['along kind–cruel', 'along random directions'] as const;
  return {
    title: 'What steering takes from a sentence',
    x: { label: `steered at a KL of ${kl} nats`, categories: [along, drawn] },
    y: { label: 'more than without, share of γ' },
    series: [
      {
        name: 'steered less not steered',
        as: 'intervals',
        tone: 'first',
        points: [pointOf(along, axis), pointOf(drawn, random)],
      },
    ],
    bands: [{ from: -rope, to: rope, says: 'as good as nothing' }],
    lines: [{ at: 0, across: 'x', says: 'a sentence counts as much' }],
  };
}
