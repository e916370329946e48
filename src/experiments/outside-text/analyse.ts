/** From the units to the verdict, by the rule that the spec wrote down first. */
import type { ExperimentVerdict, Findings, RunSize } from '../../core/experiment-types.ts';
import type { Estimate } from '../../core/report-types.ts';
import { significantAll } from '../../core/round.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { type FamilyFindings, familyFindings } from './family-findings.ts';
import { figureOf, SHOWN } from './figure.ts';
import { KINDS, type OutsideTextSpec } from './spec.ts';

/** Analyses units; see family-findings.ts for what is estimated. Throws what `familyData` throws. */
export function analyseOutsideText(spec: OutsideTextSpec, size: RunSize, prepared: JsonObject, units: readonly UnitResult[]): Findings {
  const families = spec.families.map((family) => familyFindings(spec, family, size, prepared, units));
  const gates = families.flatMap((family) => family.gates);
  const verdict = verdictOf(families, gates.every(({ passed }) => passed));
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
  const failed = families.flatMap(({ gates }) => gates.filter(({ passed }) => !passed));
  const sentences = failed.map(({ id, says, measured, side, at, unit }) => `Gate ${id} failed: ${says} It asks for ${side === 'above' ? 'at least' : 'at most'} ${at}, and found ${round(measured.value)} (${unit}).`);
  for (const findings of families) sentences.push(...ofFamily(spec, findings));
  if (verdict === 'INCONCLUSIVE' && failed.length === 0) sentences.push('Nothing dominates, no trend holds, and the ends do not differ.');
  return sentences.join(' ');
}

function ofFamily(spec: OutsideTextSpec, { family, placed, uncalibrated, contrasts, trends, unseen, atTheEnd, endsDiffer, dominant, prepared }: FamilyFindings): readonly string[] {
  const title = `${family.title}:`;
  const outside = SHOWN[KINDS[family.kind].outside];
  const trend = contrasts.filter(({ p }) => p !== null).map(({ says, estimate, pHolm }) => `${says.split(' (')[0]?.toLowerCase()} (rank correlation ${within(estimate)}, p ${pHolm === null ? 'unknown' : pHolm.toPrecision(2)} after Holm)`);
  const reached = uncalibrated.map((placement) => `${SHOWN[placement]} (${prepared.effect.get(placement)?.reached === null ? 'no strength could be tried' : `at best ${round(prepared.effect.get(placement)?.reached ?? Number.NaN)} nats`})`);
  return [
    `${title} ${placed.length} placements reach the clean effect of ${spec.thresholds.cleanEffect} nats${reached.length === 0 ? '' : `; not ${reached.join(', ')}`}.`,
    ...(trend.length === 0 ? [] : [`${title} the trends ${trends ? 'hold' : 'do not both hold'}: ${trend.join('; ')}.`]),
    `${title} ${outside} ${unseen ? 'cannot be seen in the streams at any layer' : 'can be seen in the streams, or was not looked for'}; it ${atTheEnd ? 'has the highest robustness and the lowest flexibility' : 'does not have both the highest robustness and the lowest flexibility'}; the two ends ${endsDiffer ? 'differ in both' : 'do not differ in both'}.`,
    dominant.length === 0 ? `${title} no placement inside the stream dominates it.` : `${title} ${dominant.map((placement) => SHOWN[placement]).join(', ')} ${dominant.length === 1 ? 'dominates' : 'dominate'} it.`,
  ];
}

function wouldChange({ thresholds, rule }: OutsideTextSpec, families: readonly FamilyFindings[], verdict: ExperimentVerdict): readonly string[] {
  const missing = families.filter((family) => !whole(family)).map(({ family, trends, unseen, atTheEnd }) => `${family.title} ${[...(trends ? [] : [`both trends below p = ${thresholds.alpha} after Holm`]), ...(unseen ? [] : [`a visibility within ${thresholds.visibilityMargin} of 0.5`]), ...(atTheEnd ? [] : ['the highest robustness and lowest flexibility for what reads nothing'])].join(', ')}`);
  const failed = families.flatMap(({ gates }) => gates.filter(({ passed }) => !passed).map(({ id }) => id));
  return [
    ...(failed.length === 0 ? [] : [`First the gates ${failed.join(', ')} would have to pass: a larger model, or items on which this one does better.`]),
    ...(verdict === 'CONFIRM' ? [] : [`CONFIRM: ${missing.length === 0 ? 'no placement inside the stream may dominate' : `it would take, for ${missing.join('; for ')}`}.`]),
    ...(verdict === 'DENY' ? [] : [`DENY: ${rule.deny}`]),
    ...(verdict === 'PARTIAL' ? [] : [`PARTIAL: ${rule.partial}`]),
  ];
}

function limitsOf(spec: OutsideTextSpec, size: RunSize, families: readonly FamilyFindings[]): readonly string[] {
  const unmatched = families.flatMap(({ family, prepared }) => [...prepared.kl].filter(([, { strength }]) => strength === null).map(([placement]) => `${family.id} ${SHOWN[placement]}`));
  return [
    ...(size === 'quick' ? ['A quick run reads a quarter of the items, two attacks and two exceptions: it is a look, not a result.'] : []),
    'Only the token that decides is read. Nothing is written by the model, so a rule that comes back through the model’s own sampled words is not measured.',
    'Outside-textiness is measured on the log-odds of the rule, not on all logits, in the same contexts as robustness and flexibility. What adds the same everywhere has an outside-textiness of 1 by construction; that it is also the most robust and the least flexible is not: a placement may add more under attack and less in an exception.',
    'Attacks show several lines of broken rule and ask as before; exceptions show two and ask for the broken answer in words. What tells them apart is form, and a model that only counts examples will treat them alike.',
    `Strengths are equal on average over ${families.map(({ family }) => `${family.calibration.length}`).join(' and ')} calibration items; the measures named effect say how equal they are on the items themselves.`,
    `The KL of pushes is the 95th percentile over tokens of longer neutral texts, that of edits of the word scores over ${spec.neutral.length} ends of short ones; a prompt has none, and a calculator does nothing to text without sums.${unmatched.length === 0 ? '' : ` No strength of that KL was found for ${unmatched.join(', ')}.`}`,
    'Edits of the word scores are computed from the unedited pass, which is exact for one token; the second reading of the clean items, from which their visibility comes, shows that the pass itself repeats.',
    'The mask is the limit of the placement that reads nothing; it has no strength and is in no test.',
    'All items, attacks and exceptions are by one writer, in English, for one tokenizer in which each deciding word is one token.',
  ];
}

const round = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'no number');
const within = ({ value, low, high }: Estimate): string => (low === null || high === null ? round(value) : `${round(value)} [${round(low)}, ${round(high)}]`);
