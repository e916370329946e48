/** The numbers that stand beside and decide nothing. */
import { clusterStatistic } from '../../stats/cluster-statistic.ts';
import { clusterMean } from '../../stats/effect.ts';
import type { Measure } from '../experiment-types.ts';
import { clusterLeastSquares, leastSquares } from '../../stats/linear/least-squares.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { spearman } from '../../stats/spearman.ts';
import { standardDeviation } from '../../stats/stats.ts';
import { antipodalityByAxis, pooledGeometry } from './antipodality.ts';
import { type Planned, UNIT } from './contrasts.ts';
import type { OppositesPrepared } from './stored-axis.ts';
import type { Fit } from './match.ts';
import { steeringMeasures } from './steering-findings.ts';
import { type AxisRow, mainKind, outcomeOf } from './rows.ts';
import { CELLS, type OppositesSpec } from './spec.ts';

/** −⟨a, b⟩ and lengths across halves, each summed over axes first: on average −cos(a, b), but noise can put it beyond ±1. */
const POOLED = '−cosine, pooled over axes';

/** All measures, those of acts before those of the stream and of interventions; those of what a size does not run are left out. */
export function measuresOf(
  spec: OppositesSpec,
  rows: readonly AxisRow[],
  prepared: OppositesPrepared,
  planned: Planned,
): Measure[] {
  const measures = [
    ...actMeasures(spec, rows, planned),
    ...matchMeasures(spec, rows),
    ...streamMeasures(spec, rows, prepared),
    ...steeringMeasures(spec, rows),
  ];
  return measures.filter(({ estimate }) => !Number.isNaN(estimate.value));
}

/** ΔW at a dose in one cell, or over all axes. */
export function doseEstimate(spec: OppositesSpec, rows: readonly AxisRow[], dose: number): Estimate {
  return meanOver(spec, rows, (row) => outcomeOf(row.outcomes, `shown${dose}`).specific);
}

function actMeasures(spec: OppositesSpec, rows: readonly AxisRow[], planned: Planned): Measure[] {
  const { draws, seed } = spec;
  const main = mainKind(spec);
  const of = (id: string, says: string, value: (row: AxisRow) => number, unit = UNIT, some = rows): Measure => ({
    id,
    says,
    unit,
    estimate: meanOver(spec, some, value),
  });
  const specific =
    (kind: string) =>
    (row: AxisRow): number =>
      outcomeOf(row.outcomes, kind).specific;
  const gain =
    (act: 'opposite' | 'unrelated' | 'own') =>
    (row: AxisRow): number =>
      outcomeOf(row.outcomes, main).gains[act];
  const y = rows.map((row) => row.specific);
  const factors = {
    moral: rows.map(({ moral }) => moral),
    antonym: rows.map(({ antonym }) => antonym),
    both: rows.map(({ moral, antonym }) => moral * antonym),
  };
  const plain = clusterLeastSquares(factors, y, draws, seed);
  const agreement = rows.map((row) => row.agreement);
  const onAgreement = agreement.every(Number.isFinite)
    ? clusterLeastSquares({ moral: factors.moral, agreement }, y, draws, seed)
    : {};
  const coefficient = (id: string, says: string, unit: string, estimate: Estimate | undefined): Measure[] =>
    estimate === undefined ? [] : [{ id, says, unit, estimate }];
  const doses = spec.doses.filter((dose) => rows.every((row) => `shown${dose}` in row.outcomes));
  return [
    of(
      'per-token',
      'gain of the opposite over the unrelated act, each by its tokens',
      (row) => outcomeOf(row.outcomes, main).specificPerToken,
      'bits a token',
    ),
    of('gain-own', 'gain of acts of X where X is shown', gain('own')),
    ...CELLS.flatMap(({ id, says }) => {
      const mine = rows.filter(({ cell }) => cell === id);
      return [
        of(`gain-opposite-${id}`, `gain of acts of the opposite, axes that are ${says}`, gain('opposite'), UNIT, mine),
        of(`gain-unrelated-${id}`, `gain of unrelated acts, axes that are ${says}`, gain('unrelated'), UNIT, mine),
      ];
    }),
    ...doses.map((dose): Measure => ({
      id: `dose-${dose}`,
      says: `gain of the opposite over the unrelated act, X shown by ${dose} ${dose === 1 ? 'sentence' : 'sentences'}`,
      unit: UNIT,
      estimate: doseEstimate(spec, rows, dose),
    })),
    ...(doses.length > 1
      ? [
          of(
            'dose-slope',
            'what doubling the sentences that show X adds',
            (row) =>
              leastSquares(
                { dose: doses.map(Math.log2) },
                doses.map((dose) => outcomeOf(row.outcomes, `shown${dose}`).specific),
              ).coefficients['dose'] ?? NaN,
            'bits an act and doubling',
          ),
        ]
      : []),
    of('named', 'gain of the opposite over the unrelated act where X is named once', specific('named')),
    of(
      'named-own',
      'gain of acts of X over unrelated acts where X is named once',
      (row) => outcomeOf(row.outcomes, 'named').ownSpecific,
    ),
    of(
      'named-against-shown',
      'naming once minus showing by one sentence',
      (row) => specific('named')(row) - specific('shown1')(row),
    ),
    of('negated', 'gain of the opposite over the unrelated act where X is denied', specific('negated')),
    of('negated-against-named', 'denying minus naming', (row) => specific('negated')(row) - specific('named')(row)),
    of(
      'opposite-shown',
      'the other way round: gain of acts of X over unrelated acts where the opposite is shown by half of its acts',
      (row) => outcomeOf(row.outcomes, 'opposite').ownSpecific,
    ),
    of(
      'opposite-shown-own',
      'gain of the other half of the opposite’s acts over unrelated acts there',
      specific('opposite'),
    ),
    ...coefficient('moral-plain', 'moral minus not, nothing adjusted for', UNIT, plain['moral']),
    ...coefficient('antonym-plain', 'with an antonym minus without, nothing adjusted for', UNIT, plain['antonym']),
    ...coefficient(
      'valence-slope',
      'what a step of distance in valence adds',
      'bits an act and step',
      planned.adjusted['valence'],
    ),
    ...coefficient(
      'prior-slope',
      'what a bit of the opposite’s surprise in neutral contexts adds',
      'bits an act and bit',
      planned.adjusted['prior'],
    ),
    ...coefficient(
      'agreement-slope',
      'from no agreement on what the opposite is to full agreement, with being moral taken account of',
      UNIT,
      onAgreement['agreement'],
    ),
    of(
      'agreement-with',
      'agreement on the opposite, axes with an antonym',
      ({ agreement }) => agreement,
      'share of the entropy',
      rows.filter(({ antonym }) => antonym > 0),
    ),
    of(
      'agreement-without',
      'agreement on the opposite, axes without',
      ({ agreement }) => agreement,
      'share of the entropy',
      rows.filter(({ antonym }) => antonym < 0),
    ),
    {
      id: 'axis-sd',
      says: 'standard deviation of the gain between axes',
      unit: UNIT,
      estimate: clusterStatistic(
        rows.length,
        (pick) =>
          standardDeviation(
            Array.from(pick, (i) => y[i] ?? NaN),
            'sample',
          ),
        draws,
        seed,
      ),
    },
  ];
}

function matchMeasures(spec: OppositesSpec, rows: readonly AxisRow[]): Measure[] {
  const share =
    (fits: readonly Fit[]) =>
    ({ matches }: AxisRow): number =>
      matches.filter(({ fit }) => fits.includes(fit)).length / matches.length;
  const worst = Math.max(...rows.flatMap(({ matches }) => matches.map(({ bits }) => Math.abs(bits))));
  const items = rows.reduce((sum, { matches }) => sum + matches.length, 0);
  return [
    {
      id: 'match-full',
      says: 'items whose unrelated act fits in bits, tokens and sign of valence',
      unit: 'share of items',
      estimate: meanOver(spec, rows, share(['full'])),
    },
    {
      id: 'match-tokens',
      says: 'items whose unrelated act fits in bits and tokens',
      unit: 'share of items',
      estimate: meanOver(spec, rows, share(['full', 'tokens'])),
    },
    {
      id: 'match-worst',
      says: 'greatest difference in bits of an item and its unrelated act in the matching contexts',
      unit: 'bits',
      estimate: { value: worst, low: null, high: null, n: items },
    },
    {
      id: 'match-gap',
      says: 'bits of the unrelated acts minus bits of the opposites’ in the neutral contexts of the run',
      unit: 'bits an act',
      estimate: meanOver(spec, rows, ({ gap }) => gap),
    },
  ];
}

function streamMeasures(
  spec: OppositesSpec,
  rows: readonly AxisRow[],
  { layers, hidden }: OppositesPrepared,
): Measure[] {
  const { draws, seed, related } = spec;
  const middle = Math.floor(layers.length / 2);
  const sides = [
    { id: 'moral', says: 'moral axes', moral: 0.5 },
    { id: 'other', says: 'axes that are not moral', moral: -0.5 },
  ];
  const y = rows.map(({ specific }) => specific);
  const alpha = antipodalityByAxis(rows, middle);
  return [
    ...sides.flatMap(({ id, says, moral }): Measure[] => {
      const mine = rows.filter((row) => row.moral === moral);
      const pooled = pooledGeometry(mine, related, middle, hidden, draws, seed);
      const readout = (part: 'ownOnOwn' | 'ownOnOpposite' | 'oppositeOnOwn'): Estimate =>
        meanOver(spec, mine, ({ geometry }) => geometry.readouts[part]);
      const others = layers.flatMap((layer, at): Measure[] =>
        at === middle
          ? []
          : [
              {
                id: `antipodality-${id}-layer-${layer}`,
                says: `antipodality at layer ${layer}, ${says}`,
                unit: POOLED,
                estimate: pooledGeometryAt(mine, at, draws, seed),
              },
            ],
      );
      return [
        {
          id: `antipodality-${id}`,
          says: `antipodality (1: opposite ways from neutral; −1: the same way) at layer ${layers[middle] ?? 0}, ${says}`,
          unit: POOLED,
          estimate: pooled.antipodality,
        },
        {
          id: `antipodality-unrelated-${id}`,
          says: `the same of X with the opposites of unrelated axes, ${says}`,
          unit: POOLED,
          estimate: pooled.unrelated,
        },
        {
          id: `antipodality-beyond-${id}`,
          says: `what opposites have beyond unrelated axes, ${says}`,
          unit: POOLED,
          estimate: pooled.beyond,
        },
        ...others,
        {
          id: `salience-${id}`,
          says: `salience ratio: what X and its opposite share against what tells them apart, ${says}`,
          unit: 'ratio',
          estimate: pooled.salience,
        },
        {
          id: `readout-own-${id}`,
          says: `X’s direction from neutral tells X from neutral in the other half, ${says}`,
          unit: 'AUROC',
          estimate: readout('ownOnOwn'),
        },
        {
          id: `readout-flip-${id}`,
          says: `the same direction on the opposite: 0 one line through neutral, 0.5 nothing in common, 1 shared salience, ${says}`,
          unit: 'AUROC',
          estimate: readout('ownOnOpposite'),
        },
        {
          id: `transfer-${id}`,
          says: `X’s direction on the opposite minus the opposite’s on X, ${says}`,
          unit: 'AUROC',
          estimate: meanOver(
            spec,
            mine,
            ({ geometry: { readouts } }) => readouts.ownOnOpposite - readouts.oppositeOnOwn,
          ),
        },
      ];
    }),
    {
      id: 'antipodality-gain',
      says: 'rank correlation over axes of antipodality with the gain of the opposite',
      unit: 'Spearman’s ρ',
      estimate: clusterStatistic(
        rows.length,
        (pick) =>
          spearman(
            Array.from(pick, (i) => alpha[i] ?? NaN),
            Array.from(pick, (i) => y[i] ?? NaN),
          ),
        draws,
        seed,
      ),
    },
  ];
}

/** Antipodality alone, at a layer of which no vectors are kept. */
function pooledGeometryAt(rows: readonly AxisRow[], at: number, draws: number, seed: number): Estimate {
  return clusterStatistic(
    rows.length,
    (pick) => {
      const sum = (part: 'own' | 'opposite' | 'across'): number =>
        pick.reduce((total, i) => total + (rows[i]?.geometry.products[at]?.[part] ?? NaN), 0);
      const squared = sum('own') * sum('opposite');
      return sum('own') > 0 && squared > 0 ? -sum('across') / Math.sqrt(squared) : NaN;
    },
    draws,
    seed,
  );
}

function meanOver({ draws, seed }: OppositesSpec, rows: readonly AxisRow[], value: (row: AxisRow) => number): Estimate {
  return clusterMean(rows.map(value), draws, seed);
}
