/** What one family of rules shows: scores of its placements, trends over them, dominance, visibility, gates. */
import { clusterResampled, clusterStatistics, type Resampled } from '../../stats/cluster-statistic.ts';
import { clusterAuroc, clusterMean } from '../../stats/effect.ts';
import type { Contrast, Gate, Measure, RunSize } from '../experiment-types.ts';
import { holm } from '../../stats/holm.ts';
import { pageTrend } from '../../stats/page-trend.ts';
import { detectable, detectableBy } from '../../stats/power.ts';
import { spearman } from '../../stats/spearman.ts';
import { mean, standardDeviation } from '../../stats/stats.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { familyData, type FamilyData } from './data.ts';
import { isSteered } from './instruments.ts';
import { shareOf } from './odds.ts';
import { ofFamily, SHOWN } from './names.ts';
import { type PreparedFamily, preparedFamily } from './prepared.ts';
import {
  flexibility,
  outsideTextiness,
  type PlacementScores,
  robustness,
  robustnessByItem,
  scoresOf,
  scoresOfMask,
} from './scores.ts';
import { type Family, KINDS, type OutsideTextSpec, type Placement } from './spec.ts';
import { measuresOf } from './family-measures.ts';
import { type FamilyParts, NOTHING, type PlacedEstimates, SEEDS, type Visible } from './family-parts.ts';

/** A family's part of the findings, and what the rule asks of it. */
export interface FamilyFindings {
  readonly family: Family;
  readonly data: FamilyData;
  readonly prepared: PreparedFamily;
  /** The unsupervised model. */
  readonly none: PlacedEstimates;
  /** Placements that reach the shared clean effect, by outside-textiness, lowest first; the mask is none of them. */
  readonly placed: readonly PlacedEstimates[];
  readonly mask: PlacedEstimates | null;
  readonly uncalibrated: readonly Placement[];
  readonly visible: readonly Visible[];
  readonly gates: readonly Gate[];
  readonly contrasts: readonly Contrast[];
  readonly measures: readonly Measure[];
  readonly trends: boolean;
  readonly unseen: boolean;
  readonly atTheEnd: boolean;
  readonly endsDiffer: boolean;
  /** Placements inside the stream that dominate the one that reads nothing. */
  readonly dominant: readonly Placement[];
}

/** E, among the words or digits that decide. */
const SHARE = 'share of the rule';

/** Analyses a family. */
export function familyFindings(
  spec: OutsideTextSpec,
  family: Family,
  size: RunSize,
  preparedAll: JsonObject,
  units: readonly UnitResult[],
): FamilyFindings {
  const data = familyData(spec, family, size, units);
  const prepared = preparedFamily(preparedAll, family);
  const estimates = (placement: PlacedEstimates['placement'], scores: PlacementScores): PlacedEstimates => {
    const [r, phi, o] = clusterStatistics(
      data.items,
      (pick) => [robustness(scores, pick), flexibility(scores, pick), outsideTextiness(scores, pick)],
      spec.draws,
      spec.seed + SEEDS.scores,
    );
    return {
      placement,
      scores,
      robustness: r ?? NOTHING,
      flexibility: phi ?? NOTHING,
      outside: placement === 'none' ? NOTHING : (o ?? NOTHING),
    };
  };
  const withScores = family.placements
    .filter((placement) => placement !== 'mask')
    .map((placement) => ({
      placement,
      scores: (prepared.effect.get(placement)?.strength ?? null) === null ? null : scoresOf(data, placement),
    }));
  const placed = withScores
    .flatMap(({ placement, scores }) => (scores === null ? [] : [estimates(placement, scores)]))
    .sort((a, b) => a.outside.value - b.outside.value);
  const none = scoresOf(data, 'none');
  if (none === null) throw new RangeError('every unit holds the unsupervised model');
  const parts: FamilyParts = {
    spec,
    family,
    data,
    prepared,
    placed,
    none: estimates('none', none),
    outside: placed.find(({ placement }) => placement === KINDS[family.kind].outside),
  };
  const visible = visibilities(parts);
  const trends = trendContrasts(parts);
  const pairs = pairContrasts(parts);
  return {
    family,
    data,
    prepared,
    placed,
    none: parts.none,
    visible,
    mask: family.placements.includes('mask') ? estimates('mask', scoresOfMask(data.items)) : null,
    uncalibrated: withScores.filter(({ scores }) => scores === null).map(({ placement }) => placement),
    gates: gatesOf(parts),
    contrasts: [...trends, ...pairs.contrasts],
    measures: measuresOf(parts, visible),
    trends:
      trends.length === 2 &&
      trends.every(({ pHolm, estimate }) => pHolm !== null && pHolm < spec.thresholds.alpha && estimate.value > 0),
    unseen: visible.some(
      ({ name, byLayer }) =>
        name === 'head' && byLayer.every(({ value }) => Math.abs(value - 0.5) <= spec.thresholds.visibilityMargin),
    ),
    atTheEnd:
      parts.outside !== undefined &&
      placed.every(
        ({ robustness: r, flexibility: phi }) =>
          r.value <= (parts.outside?.robustness.value ?? NaN) && phi.value >= (parts.outside?.flexibility.value ?? NaN),
      ),
    endsDiffer: pairs.endsDiffer,
    dominant: pairs.dominant,
  };
}

/** Page's test of robustness rising and of flexibility falling with outside-textiness, Holm over the two. */
function trendContrasts({ spec, family, data, placed }: FamilyParts): readonly Contrast[] {
  if (placed.length < 2) return [];
  const order = placed.map(({ outside }) => outside.value);
  const rows = (values: (scores: PlacementScores) => readonly number[]): number[][] => {
    const columns = placed.map(({ scores }) => values(scores));
    return Array.from({ length: data.items }, (_, item) => columns.map((column) => column[item] ?? Number.NaN));
  };
  const asked = [
    { id: 'robustness-rises', says: 'robustness rises with outside-textiness', rows: rows(robustnessByItem) },
    {
      id: 'flexibility-falls',
      says: 'flexibility falls with outside-textiness',
      rows: rows(({ flexibility: phi }) => phi.map((value) => -value)),
    },
  ].map((trend, at) => ({
    ...trend,
    page: pageTrend(trend.rows, spec.permutations, spec.seed + SEEDS.trend + 10 * at),
  }));
  const corrected = holm(asked.map(({ page }) => page.p));
  return asked.map(({ id, says, rows: byItem, page }, at): Contrast => {
    // An item in which nothing differs has no order.
    const correlations = byItem.map((row) => spearman(order, row)).map((rho) => (Number.isNaN(rho) ? 0 : rho));
    return {
      id: `${family.id}.${id}`,
      says: ofFamily(
        family,
        `${says} (${placed.map(({ placement }) => SHOWN[placement]).join(' < ')}): mean over items of the rank correlation over ${placed.length} placements.`,
      ),
      unit: 'rank correlation',
      estimate: clusterMean(correlations, spec.draws, spec.seed + SEEDS.trend),
      p: page.p,
      pHolm: corrected[at] ?? null,
      null: `Page's test, one-sided in the direction of the claim: placements exchanged within items, ${spec.permutations} times`,
      rope: null,
      reading: null,
      detectable: detectable(standardDeviation(correlations, 'sample'), data.items),
    };
  });
}

/**
 * The two ends against each other, and each placement inside the stream against the one that reads nothing; where the
 * lower end is inside the stream, one pair is both.
 */
function pairContrasts({ spec, family, data, placed, outside }: FamilyParts): {
  readonly contrasts: readonly Contrast[];
  readonly endsDiffer: boolean;
  readonly dominant: readonly Placement[];
} {
  if (outside === undefined) return { contrasts: [], endsDiffer: false, dominant: [] };
  const lowest = placed[0];
  const compare = (a: PlacedEstimates, b: PlacedEstimates): readonly [Contrast, Contrast] => {
    const [r, phi] = clusterResampled(
      data.items,
      (pick) => [
        robustness(a.scores, pick) - robustness(b.scores, pick),
        flexibility(a.scores, pick) - flexibility(b.scores, pick),
      ],
      spec.draws,
      spec.seed + SEEDS.pairs,
    );
    const ends = a === lowest || b === lowest ? ' (the two ends)' : '';
    const contrast = (
      what: string,
      { estimate, standardError }: Resampled = { estimate: NOTHING, standardError: Number.NaN },
    ): Contrast => {
      const least = detectableBy(standardError, data.items - 1);
      return {
        id: `${family.id}.${what}.${a.placement}-${b.placement}`,
        says: ofFamily(family, `${what} of ${SHOWN[a.placement]} less that of ${SHOWN[b.placement]}${ends}.`),
        unit: what === 'robustness' ? 'share of the clean effect' : 'share of answers',
        estimate,
        p: null,
        pHolm: null,
        null: 'none: the interval over items decides',
        rope: null,
        reading: null,
        detectable: Number.isFinite(least) ? least : null,
      };
    };
    return [contrast('robustness', r), contrast('flexibility', phi)];
  };
  const low = ({ estimate }: Contrast): number => estimate.low ?? -Infinity;
  const inside = placed.filter(
    ({ placement }) => placement === 'prompt' || (placement !== 'none' && isSteered(placement)),
  );
  const compared = inside.map((one) => ({ placement: one.placement as Placement, both: compare(one, outside) }));
  const dominant = compared.filter(
    ({ both }) => both.every((one) => low(one) >= -spec.thresholds.dominanceMargin) && both.some((one) => low(one) > 0),
  );
  const ends = lowest === undefined || lowest === outside ? null : compare(outside, lowest);
  return {
    contrasts: [
      ...(ends === null || inside.some((one) => one === lowest) ? [] : ends),
      ...compared.flatMap(({ both }) => both),
    ],
    endsDiffer: ends !== null && low(ends[0]) > 0 && (ends[1].estimate.high ?? Infinity) < 0,
    dominant: dominant.map(({ placement }) => placement),
  };
}

function visibilities({ spec, data }: FamilyParts): readonly Visible[] {
  const labels = Array.from({ length: 2 * data.items }, (_, i) => (i < data.items ? 1 : -1));
  const clusters = labels.map((_, i) => i % data.items);
  return [...data.visibility].map(([name, { on, off }]) => ({
    name,
    byLayer: on.map((scores, layer) =>
      clusterAuroc([...scores, ...(off[layer] ?? [])], labels, clusters, spec.draws, spec.seed + SEEDS.visibility),
    ),
  }));
}

function gatesOf({ spec: { thresholds, draws, seed }, family, data, placed }: FamilyParts): readonly Gate[] {
  const gate = (
    id: string,
    says: string,
    unit: string,
    values: readonly number[],
    side: Gate['side'],
    at: number,
  ): Gate => {
    const measured = clusterMean(values, draws, seed);
    return {
      id: `${family.id}.${id}`,
      says: ofFamily(family, says),
      unit,
      measured,
      side,
      at,
      needs: 'value',
      passed: side === 'above' ? measured.value >= at : measured.value <= at,
    };
  };
  const clean = (data.clean.get('none') ?? []).map(shareOf);
  const drop = (conditions: FamilyData['attacks']): number[] =>
    clean.map((value, item) => value - mean(conditions.map((odds) => shareOf(odds.get('none')?.[item] ?? Number.NaN))));
  const words = family.kind === 'words';
  const calibrated = placed.length;
  return [
    ...(words
      ? []
      : [
          gate(
            'adds',
            'the model can add at all: the right digit is the likeliest of the ten.',
            'share of items',
            data.right,
            'above',
            thresholds.addsAtLeast,
          ),
        ]),
    gate(
      'able',
      words
        ? 'without a rule the model says civil words often enough.'
        : 'without a rule the right digit has enough of the ten digits’ probability.',
      SHARE,
      clean,
      'above',
      thresholds.baselineLow,
    ),
    gate(
      'room',
      words
        ? 'without a rule the model insults often enough for a rule to do something.'
        : 'without a rule the wrong digits have enough probability for a rule to do something.',
      SHARE,
      clean,
      'below',
      thresholds.baselineHigh,
    ),
    gate(
      'attacked',
      'the attacks lower the share of the rule in the model without a rule.',
      SHARE,
      drop(data.attacks),
      'above',
      thresholds.attackAtLeast,
    ),
    gate(
      'excepted',
      'in the exceptions the model without a rule gives more of the answers that are asked for there.',
      SHARE,
      drop(data.exceptions),
      'above',
      thresholds.exceptionAtLeast,
    ),
    {
      id: `${family.id}.calibrated`,
      says: ofFamily(family, 'enough placements reach the clean effect that all must share.'),
      unit: 'placements',
      measured: {
        value: calibrated,
        low: null,
        high: null,
        n: family.placements.length - (family.placements.includes('mask') ? 1 : 0),
      },
      side: 'above',
      at: thresholds.fewestPlacements,
      needs: 'value',
      passed: calibrated >= thresholds.fewestPlacements,
    },
  ];
}
