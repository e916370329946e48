/** The numbers of one family that stand beside its contrasts: areas, log-odds under controls, visibility by layer. */
import { clusterStatistics } from '../../stats/cluster-statistic.ts';
import { clusterMean } from '../../stats/effect.ts';
import type { Measure } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import { type FamilyData } from './data.ts';
import { shareOf } from './odds.ts';
import { calledOf, ofFamily } from './names.ts';
import { flexibility, meanOver, robustness, scoresOf } from './scores.ts';
import { type OutsideTextSpec } from './spec.ts';
import { type FamilyParts, NOTHING, SEEDS, type Visible } from './family-parts.ts';

/** Names beside the placements under which units hold log-odds. */
const CONTROLS = ['placebo', 'permuted', 'wrong-operands', 'early.random', 'middle.random', 'last.random'] as const;
const AT_KL = ['early.kl', 'middle.kl', 'last.kl', 'gated.kl', 'fixed.kl', 'readout.kl'] as const;

/** Every number of a family that stands beside its contrasts. */
export function measuresOf(
  { spec, family, data, none, placed }: FamilyParts,
  visible: readonly Visible[],
): readonly Measure[] {
  const { draws, seed } = spec;
  const measure = (id: string, says: string, unit: string, estimate: Estimate): Measure => ({
    id: `${family.id}.${id}`,
    says: ofFamily(family, says),
    unit,
    estimate,
  });
  const called = (name: string): string => calledOf(name, spec.thresholds.kl);
  const scored = (name: string): readonly Measure[] => {
    const scores = scoresOf(data, name);
    if (scores === null) return [];
    const [raised, r, phi] = clusterStatistics(
      data.items,
      (pick) => [meanOver(scores.raised, pick), robustness(scores, pick), flexibility(scores, pick)],
      draws,
      seed + SEEDS.scores,
    );
    return [
      measure(
        `effect.${name}`,
        `what ${called(name)} adds to the log-odds of the rule on clean items.`,
        'nats',
        raised ?? NOTHING,
      ),
      measure(`robustness.${name}`, `robustness of ${called(name)}.`, 'share of the clean effect', r ?? NOTHING),
      measure(`flexibility.${name}`, `flexibility of ${called(name)}.`, 'share of answers', phi ?? NOTHING),
    ];
  };
  const places = [none, ...placed].map(({ scores }) => scores.name);
  return [
    measure(
      'mass',
      'probability that the next token is one of those that decide, clean and without a rule.',
      'probability',
      clusterMean(data.mass, draws, seed),
    ),
    measure('robustness.none', 'robustness of the model without a rule.', 'share of the clean effect', none.robustness),
    measure('flexibility.none', 'flexibility of the model without a rule.', 'share of answers', none.flexibility),
    ...placed.flatMap(({ scores: { name }, outside }) => [
      measure(`outside.${name}`, `outside-textiness of ${called(name)}.`, 'share of what is added', outside),
      ...scored(name),
    ]),
    ...[...AT_KL, ...CONTROLS].flatMap(scored),
    ...places.flatMap((name) =>
      areaOf(spec, data, name).map((estimate) =>
        measure(
          `area.${name}`,
          `robustness of ${called(name)}, mean over ${spec.doses.join(', ')} demonstrations.`,
          'share of the clean effect',
          estimate,
        ),
      ),
    ),
    ...[...data.surprise].map(([name, values]) =>
      measure(
        `surprise.${name}`,
        `what ${called(name)} adds to −log p of the next word of neutral text.`,
        'nats',
        clusterMean(values, draws, seed),
      ),
    ),
    ...visible.flatMap(({ name, byLayer }) => {
      const most = byLayer.reduce<Estimate | null>(
        (best, one) => (best === null || Math.abs(one.value - 0.5) > Math.abs(best.value - 0.5) ? one : best),
        null,
      );
      return most === null
        ? []
        : [
            measure(
              `visibility.${name}`,
              `AUROC of ${called(name)} on against off, at the layer farthest from 0.5.`,
              'AUROC',
              most,
            ),
          ];
    }),
  ];
}

/** Robustness as the mean over all doses, on the items that every dose was read on; none where doses were not run. */
function areaOf(
  { draws, seed }: OutsideTextSpec,
  { doses, places, clean }: FamilyData,
  name: string,
): readonly Estimate[] {
  const attacks = [...doses.values()].flat().map((odds) => odds.get(name));
  const base = clean.get(name);
  if (attacks.length === 0 || base === undefined || attacks.includes(undefined)) return [];
  const before = places.map((place) => shareOf(base[place] ?? Number.NaN));
  const after = places.map((_, item) => mean(attacks.map((odds) => shareOf(odds?.[item] ?? Number.NaN))));
  const sum = (values: readonly number[], pick: Int32Array): number =>
    pick.reduce((total, item) => total + (values[item] ?? Number.NaN), 0);
  return clusterStatistics(places.length, (pick) => [sum(after, pick) / sum(before, pick)], draws, seed + SEEDS.scores);
}
