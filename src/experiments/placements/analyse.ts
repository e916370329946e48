/** From the units to the verdict: gates, trends over placements, measures, the rule, and what the experiment cannot say. */
import { clusterMean } from '../../stats/effect.ts';
import { spearman } from '../../stats/spearman.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import type { Contrast, Findings, Measure, RunSize } from '../experiment-types.ts';
import { briefly, gateNeeded, pWords } from '../verdict-words.ts';
import { unitOf } from '../unit-json.ts';
import { topicData } from './data.ts';
import { type FamilyFindings, familyFindings } from './findings.ts';
import { placementsFigure } from './figure.ts';
import { judge, judgedTrends, type JudgedTrend } from './judge.ts';
import { SHOWN } from './names.ts';
import { topicsOf, unitId } from './plan.ts';
import { BESIDE } from './run.ts';
import { PLACEMENTS, type PlacementsSpec } from './spec.ts';

const SHARE = 'share of the clean effect';
const NATS = 'nats';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analysePlacements(
  spec: PlacementsSpec,
  size: RunSize,
  _prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const families = spec.families.map((family) =>
    familyFindings(
      spec,
      family,
      topicsOf(spec, family, size).map((topic) => {
        const id = unitId(family, topic);
        return topicData(unitOf(units, id).data, spec, family, topic);
      }),
    ),
  );
  const trends = judgedTrends(spec, families);
  const { verdict, because } = judge(spec, families);
  return {
    verdict,
    because,
    gates: families.flatMap(({ gates }) => gates),
    contrasts: trends.map(contrastOf),
    measures: families.flatMap((findings) => measuresOf(spec, findings)),
    wouldChange: wouldChange(spec, families, trends),
    limits: limitsOf(spec, size),
    figure: placementsFigure(families),
  };
}

function contrastOf({ findings: { family, trends, all }, name, pHolm }: JudgedTrend): Contrast {
  const { exact } = trends[name];
  const placements = all.length - 1;
  return {
    id: `${family.id}.${name}`,
    says: `${family.title}: ${name === 'attack' ? 'more is left under attack' : 'more is left in exceptions'} the further outside of the text a placement is, without fixed scores`,
    unit: 'rank correlation',
    // Placements are the units; how ρ varies over topics stands among the measures.
    estimate: { value: exact.rho, low: null, high: null, n: placements },
    p: Number.isFinite(exact.rising) ? exact.rising : null,
    pHolm,
    null: 'exact, one-sided in the direction of the claim: every order of the placements; Holm over the four trends',
    rope: null,
    reading: null,
    detectable: null,
  };
}

function measuresOf({ draws, seed }: PlacementsSpec, findings: FamilyFindings): Measure[] {
  const { family, all, trends, told, toldBy } = findings;
  const measure = (id: string, says: string, unit: string, estimate: Measure['estimate']): Measure => ({
    id: `${family.id}.${id}`,
    says: `${family.title}: ${says}`,
    unit,
    estimate,
  });
  const single = (value: number, n: number): Measure['estimate'] => ({ value, low: null, high: null, n });
  const order = all.filter(({ placed }) => placed.placement !== 'fixed');
  const byPlace = (name: 'attack' | 'exception'): number =>
    spearman(
      order.map(({ placed }) => PLACEMENTS.indexOf(placed.placement)),
      order.map((one) => one[name].value),
    );
  return [
    ...all.flatMap(({ placed, attack, exception, elsewhere, outside }) => {
      const shown = SHOWN[placed.placement];
      return [
        measure(`${placed.placement}.attack`, `what attacks leave of ${shown}`, SHARE, attack),
        measure(`${placed.placement}.exception`, `what is left of ${shown} in exceptions`, SHARE, exception),
        measure(
          `${placed.placement}.elsewhere`,
          `what is left of ${shown} in contexts that are neither`,
          SHARE,
          elsewhere,
        ),
        measure(`${placed.placement}.outside`, `outside-textiness of ${shown}`, 'share of what is added', outside),
        measure(
          `${placed.placement}.reached`,
          placed.placement === 'gated'
            ? 'how far the gate is open on clean items'
            : placed.placement === 'fixed'
              ? 'added by fixed scores at the shared strength'
              : `added by ${shown} on clean items before any weight`,
          placed.placement === 'gated' ? 'share' : NATS,
          clusterMean(
            placed.clean.map((value) => (placed.placement === 'fixed' ? value : value / placed.weight)),
            draws,
            seed,
          ),
        ),
        ...BESIDE.map((what) =>
          measure(
            `${placed.placement}.${what}`,
            `cost of ${shown} to the right word ${what === 'tasks' ? 'of another task, shown by examples' : 'of neutral text'}`,
            NATS,
            clusterMean(placed.costs[what], draws, seed),
          ),
        ),
      ];
    }),
    measure('told', 'what the three texts add beyond a mere mention of their words', NATS, told),
    ...[...toldBy].map(([placement, estimate]) =>
      measure(`${placement}.told`, `added by ${SHOWN[placement]} beyond a mere mention of its words`, NATS, estimate),
    ),
    ...(['attack', 'exception'] as const).flatMap((name) => [
      measure(
        `${name}.trend`,
        `rank correlation of outside-textiness with what is left ${name === 'attack' ? 'under attack' : 'in exceptions'}, topics drawn anew`,
        'rank correlation',
        trends[name].estimate,
      ),
      measure(
        `${name}.with-fixed`,
        `rank correlation of outside-textiness with what is left ${name === 'attack' ? 'under attack' : 'in exceptions'}, fixed scores among the placements`,
        'rank correlation',
        single(trends[name].withFixed, all.length),
      ),
      measure(
        `${name}.by-place`,
        `the same with the place from text to scores in place of outside-textiness, without fixed scores`,
        'rank correlation',
        single(byPlace(name), order.length),
      ),
    ]),
  ];
}

function wouldChange(
  { thresholds }: PlacementsSpec,
  families: readonly FamilyFindings[],
  trends: readonly JudgedTrend[],
): string[] {
  const ps = trends.map(
    ({ findings, name, pHolm }) =>
      `${findings.family.title}, ${name === 'attack' ? 'under attack' : 'in exceptions'}: ${pWords(pHolm)}`,
  );
  return [
    ...families
      .flatMap(({ gates }) => gates)
      .filter(({ passed }) => !passed)
      .map(gateNeeded),
    `CONFIRM needs all four trends with p below ${thresholds.alpha} after Holm (${ps.join('; ')}), texts that add more than a mere mention (${families.map(({ told }) => briefly(told, { signed: true })).join(' and ')} nats), and no placement inside that keeps all under attack and gives way in exceptions.`,
    'DENY needs one placement inside that does both in both families, or a trend that is reversed in both.',
  ];
}

function limitsOf(spec: PlacementsSpec, size: RunSize): string[] {
  return [
    ...(size === 'quick'
      ? [`A quick run: ${spec.quick} topics of each family, too few for an interval, so it can have no verdict.`]
      : []),
    spec.seenBefore,
    'Fixed scores add the same everywhere by construction, so they are left out of the trends; a mask on the scores is their limit, at which nothing but the rule is left, and has no number here.',
    'A text cannot be made weaker at will, so what it adds is weighed down to the shared strength; the shares do not depend on the weight. Steering is measured at that strength itself.',
    'Attacks and exceptions differ in what they say and not in kind. A placement that depends on the context in any way may lose in both.',
    `Each family has ${spec.families.map((family) => topicsOf(spec, family, size).length).join(' and ')} topics by one writer, and the placements are eight: the exact test tells strong trends alone.`,
    'Nothing is generated: a sentence is read word by word behind the words before it, and an insult at one word. Steering is along one direction at one layer.',
    'This is one small model, which repeats what it has read. A larger one that heeds rules may give another order.',
  ];
}
