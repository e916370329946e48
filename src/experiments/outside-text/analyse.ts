/** From the units to the verdict, by the rule that the spec wrote down first. */
import type { ExperimentVerdict, Findings, RunSize } from '../experiment-types.ts';
import { figureNumber } from '../../charts/figure-scale.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { gateWords } from '../verdict-words.ts';
import { significantAll } from '../../base/round.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { type FamilyFindings, familyFindings } from './family-findings.ts';
import { figureOf } from './figure.ts';
import { calledOf, ofFamily, SHOWN } from './names.ts';
import { KINDS, type OutsideTextSpec } from './spec.ts';

/** Analyses units; see family-findings.ts for what is estimated. Throws what `familyData` throws. */
export function analyseOutsideText(
  spec: OutsideTextSpec,
  size: RunSize,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const families = spec.families.map((family) => familyFindings(spec, family, size, prepared, units));
  const gates = families.flatMap((family) => family.gates);
  const verdict = verdictOf(
    families,
    gates.every(({ passed }) => passed),
  );
  return significantAll({
    verdict,
    because: because(spec, families, verdict),
    gates,
    contrasts: families.flatMap((family) => family.contrasts),
    measures: families.flatMap((family) => family.measures),
    wouldChange: wouldChange(spec, families, verdict),
    limits: limitsOf(spec, size, families),
    figure: figureOf(families, spec.thresholds.visibilityMargin),
  });
}

const whole = ({ trends, unseen, atTheEnd }: FamilyFindings): boolean => trends && unseen && atTheEnd;

function verdictOf(families: readonly FamilyFindings[], gatesPassed: boolean): ExperimentVerdict {
  if (!gatesPassed) return 'INCONCLUSIVE';
  if (families.some(({ dominant }) => dominant.length > 0)) return 'DENY';
  if (families.every(whole)) return 'CONFIRM';
  return families.some(({ trends, endsDiffer }) => trends || endsDiffer) ? 'PARTIAL' : 'INCONCLUSIVE';
}

function because(spec: OutsideTextSpec, families: readonly FamilyFindings[], verdict: ExperimentVerdict): string {
  const gates = families.flatMap((family) => family.gates);
  const failed = gates.filter(({ passed }) => !passed);
  const found = families.flatMap((findings) => foundOf(spec, findings)).join(' ');
  if (failed.length > 0) {
    const what = failed.map(gateWords);
    const lead =
      what.length === 1
        ? `A gate fails: ${what[0] ?? ''}.`
        : `${what.length} of ${gates.length} gates fail. ${what.join('. ')}.`;
    return `${lead} So nothing is concluded. What was found, and decides nothing: ${found}`;
  }
  return `${decisive(spec, families, verdict)} ${found}`;
}

/** What the verdict rests on, in a sentence. */
function decisive(
  { thresholds }: OutsideTextSpec,
  families: readonly FamilyFindings[],
  verdict: ExperimentVerdict,
): string {
  const titles = (which: (one: FamilyFindings) => boolean): string =>
    families
      .filter(which)
      .map(({ family }) => family.title)
      .join(', ');
  switch (verdict) {
    case 'DENY':
      return `A place inside the stream dominates the one that reads nothing (${titles(({ dominant }) => dominant.length > 0)}).`;
    case 'CONFIRM':
      return `In every family both trends hold (p below ${thresholds.alpha} after Holm), and what reads nothing cannot be seen and has the highest robustness and the lowest flexibility.`;
    case 'PARTIAL':
      return `Nothing dominates. Both trends hold in: ${titles(({ trends }) => trends) || 'no family'}; the two ends differ in both in: ${titles(({ endsDiffer }) => endsDiffer) || 'no family'}; all that CONFIRM asks for in: ${titles(whole) || 'no family'}.`;
    case 'INCONCLUSIVE':
      return 'Nothing dominates, no trend holds, and the ends do not differ.';
    default:
      return verdict satisfies never;
  }
}

function foundOf(
  spec: OutsideTextSpec,
  { family, placed, uncalibrated, contrasts, trends, unseen, atTheEnd, endsDiffer, dominant, prepared }: FamilyFindings,
): readonly string[] {
  const outside = SHOWN[KINDS[family.kind].outside];
  const trend = [
    ['robustness-rises', 'robustness rises with outside-textiness'],
    ['flexibility-falls', 'flexibility falls with it'],
  ].flatMap(([id, says]) =>
    contrasts
      .filter((one) => one.id === `${family.id}.${id ?? ''}`)
      .map(
        ({ estimate, pHolm }) =>
          `${says ?? ''} (rank correlation ${within(estimate)}, p ${pHolm === null ? 'unknown' : pHolm.toPrecision(2)} after Holm)`,
      ),
  );
  const reached = uncalibrated.map(
    (placement) =>
      `${SHOWN[placement]} (${prepared.effect.get(placement)?.reached === null ? 'no strength could be tried' : `at best ${round(prepared.effect.get(placement)?.reached ?? Number.NaN)} nats`})`,
  );
  const says = [
    `${placed.length} ${placed.length === 1 ? 'placement reaches' : 'placements reach'} the clean effect of ${spec.thresholds.cleanEffect} ${spec.thresholds.cleanEffect === 1 ? 'nat' : 'nats'}${reached.length === 0 ? '' : `; not ${reached.join(', ')}`}.`,
    ...(trend.length === 0 ? [] : [`the trends ${trends ? 'hold' : 'do not both hold'}: ${trend.join('; ')}.`]),
    `${outside} ${unseen ? 'cannot be seen in the streams at any layer' : 'can be seen in the streams, or was not looked for'}; ${atTheEnd ? 'it has the highest robustness and the lowest flexibility' : `it does not have both the highest robustness and the lowest flexibility${rivals(family, placed, contrasts)}`}; the two ends ${endsDiffer ? 'differ in both' : 'do not differ in both'}.`,
    dominant.length === 0
      ? 'no placement inside the stream dominates it.'
      : `${dominant.map((placement) => SHOWN[placement]).join(', ')} ${dominant.length === 1 ? 'dominates' : 'dominate'} it.`,
  ];
  return says.map((sentence) => ofFamily(family, sentence));
}

/** What is more robust or less flexible than the placement that reads nothing, and by how much, so that a hair is seen to be one. */
function rivals(
  { id, kind }: FamilyFindings['family'],
  placed: FamilyFindings['placed'],
  contrasts: FamilyFindings['contrasts'],
): string {
  const end = placed.find(({ placement }) => placement === KINDS[kind].outside);
  if (end === undefined) return '';
  const beside = (one: FamilyFindings['placed'][number], what: 'robustness' | 'flexibility'): string => {
    const estimate = contrasts.find(
      (contrast) => contrast.id === `${id}.${what}.${one.placement}-${end.placement}`,
    )?.estimate;
    return `${SHOWN[one.placement]} by ${within(estimate ?? { value: one[what].value - end[what].value, low: null, high: null, n: 0 })}`;
  };
  const more = placed
    .filter(({ robustness }) => robustness.value > end.robustness.value)
    .map((one) => beside(one, 'robustness'));
  const less = placed
    .filter(({ flexibility }) => flexibility.value < end.flexibility.value)
    .map((one) => beside(one, 'flexibility'));
  const said = [
    ...(more.length === 0 ? [] : [`more robust: ${more.join(', ')}`]),
    ...(less.length === 0 ? [] : [`less flexible: ${less.join(', ')}`]),
  ];
  return said.length === 0 ? '' : ` (${said.join('; ')})`;
}

function wouldChange(
  { thresholds, rule }: OutsideTextSpec,
  families: readonly FamilyFindings[],
  verdict: ExperimentVerdict,
): readonly string[] {
  const missing = families
    .filter((family) => !whole(family))
    .map(
      ({ family, trends, unseen, atTheEnd }) =>
        `${family.title} ${[...(trends ? [] : [`both trends below p = ${thresholds.alpha} after Holm`]), ...(unseen ? [] : [`a visibility within ${thresholds.visibilityMargin} of 0.5`]), ...(atTheEnd ? [] : ['the highest robustness and lowest flexibility for what reads nothing'])].join(', ')}`,
    );
  const failed = families.flatMap(({ gates }) =>
    gates.filter(({ passed }) => !passed).map(({ says }) => `“${says.replace(/\.$/, '')}”`),
  );
  return [
    ...(failed.length === 0
      ? []
      : [
          `First ${failed.length === 1 ? 'the gate' : 'the gates'} ${failed.join(', ')} would have to pass: a larger model, or items on which this one does better.`,
        ]),
    ...(verdict === 'CONFIRM'
      ? []
      : [
          `CONFIRM: ${missing.length === 0 ? 'no placement inside the stream may dominate' : `it would take, for ${missing.join('; for ')}`}.`,
        ]),
    ...(verdict === 'DENY' ? [] : [`DENY: ${rule.deny}`]),
    ...(verdict === 'PARTIAL' ? [] : [`PARTIAL: ${rule.partial}`]),
  ];
}

/** How robust the model is without any rule, beside its placements: where these are no more robust, it is not the rule that withstands. */
function withoutRule({ family, none, placed, measures }: FamilyFindings): string {
  const others = ['placebo', 'wrong-operands'].flatMap((name) =>
    measures
      .filter(({ id }) => id === `${family.id}.robustness.${name}`)
      .map(({ estimate }) => `${calledOf(name, 0)} ${round(estimate.value)}`),
  );
  const by = [...placed].sort((a, b) => a.robustness.value - b.robustness.value);
  const above = by.filter(({ robustness }) => (robustness.low ?? -Infinity) > (none.robustness.high ?? Infinity));
  const below = by.filter(({ robustness }) => (robustness.high ?? Infinity) < (none.robustness.low ?? -Infinity));
  const list = (some: typeof by): string => some.map(({ placement }) => SHOWN[placement]).join(', ');
  const reading =
    above.length === 0
      ? ' No placement’s interval lies above that of no rule: what withstands the attacks there need not be the rule.'
      : '';
  const worse = below.length === 0 ? '' : ` Below it: ${list(below)}.`;
  return `${ofFamily(family, `the robustness of no rule at all is ${within(none.robustness)}, beside ${by.map(({ placement, robustness }) => `${SHOWN[placement]} ${round(robustness.value)}`).join(', ')}${others.length === 0 ? '' : `; controls: ${others.join(', ')}`}.`)}${reading}${worse} ${placed.length} of ${family.placements.filter((placement) => placement !== 'mask').length} places were calibrated, and the trends are over these alone.`;
}

function limitsOf(spec: OutsideTextSpec, size: RunSize, families: readonly FamilyFindings[]): readonly string[] {
  const unmatched = families.flatMap(({ family, prepared }) =>
    [...prepared.kl]
      .filter(([, { strength }]) => strength === null)
      .map(([placement]) => `${SHOWN[placement]} (${family.title})`),
  );
  return [
    ...(size === 'quick'
      ? ['A quick run reads a quarter of the items, two attacks and two exceptions: it is a look, not a result.']
      : []),
    ...families.map(withoutRule),
    'Only the token that decides is read. Nothing is written by the model, so a rule that comes back through the model’s own sampled words is not measured.',
    'Outside-textiness is measured on the log-odds of the rule, not on all logits, in the same contexts as robustness and flexibility. What adds the same everywhere has an outside-textiness of 1 by construction; that it is also the most robust and the least flexible is not: a placement may add more under attack and less in an exception.',
    'Attacks show several lines of broken rule and ask as before; exceptions show two and ask for the broken answer in words. What tells them apart is form, and a model that only counts examples will treat them alike.',
    `Strengths are equal on average over ${families.map(({ family }) => `${family.calibration.length}`).join(' and ')} calibration items; what each adds to the log-odds on clean items, among the measures, says how equal they are on the items themselves.`,
    `The KL of interventions is the 95th percentile over tokens of longer neutral texts, that of edits of the word scores over ${spec.neutral.length} ends of short ones; a prompt has none, and a calculator does nothing to text without sums.${unmatched.length === 0 ? '' : ` No strength of that KL was found for ${unmatched.join(', ')}.`}`,
    'Edits of the word scores are computed from the unedited pass, which is exact for one token; the second reading of the clean items, from which their visibility comes, shows that the pass itself repeats.',
    'The mask is the limit of the placement that reads nothing; it has no strength and is in no test.',
    'All items, attacks and exceptions are by one writer, in English, for one tokenizer in which each deciding word is one token.',
  ];
}

const round = (value: number): string => (Number.isFinite(value) ? figureNumber(value, 3) : 'no number');
const within = ({ value, low, high }: Estimate): string =>
  low === null || high === null ? round(value) : `${round(value)} [${round(low)}, ${round(high)}]`;
