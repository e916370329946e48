/** The rule of the spec, applied to both families. */
import { holm } from '../../stats/holm.ts';
import type { ExperimentVerdict } from '../experiment-types.ts';
import { briefly, gateWords, pWords, trueMinus } from '../verdict-words.ts';
import { type FamilyFindings, TRENDS, type TrendName } from './findings.ts';
import { SHOWN } from './names.ts';
import type { PlacementsSpec } from './spec.ts';

/** One trend of one family under the rule. */
export interface JudgedTrend {
  readonly findings: FamilyFindings;
  readonly name: TrendName;
  /** One-sided p of the claim's direction, corrected over the four. */
  readonly pHolm: number | null;
  /** With the claim: p below alpha, and ρ above 0 with fixed scores among the placements too. Against: the same the other way. */
  readonly holds: boolean;
  readonly reversed: boolean;
}

/** All four, both of a family side by side. */
export function judgedTrends({ thresholds }: PlacementsSpec, families: readonly FamilyFindings[]): JudgedTrend[] {
  const all = families.flatMap((findings) => TRENDS.map((name) => ({ findings, name, trend: findings.trends[name] })));
  const corrected = (side: 'rising' | 'falling'): (number | null)[] =>
    holm(all.map(({ trend }) => (Number.isFinite(trend.exact[side]) ? trend.exact[side] : null)));
  const [rising, falling] = [corrected('rising'), corrected('falling')];
  return all.map(({ findings, name, trend }, i) => ({
    findings,
    name,
    pHolm: rising[i] ?? null,
    holds: (rising[i] ?? 1) < thresholds.alpha && trend.withFixed > 0,
    reversed: (falling[i] ?? 1) < thresholds.alpha && trend.withFixed < 0,
  }));
}

/** The verdict and why. */
export function judge(
  spec: PlacementsSpec,
  families: readonly FamilyFindings[],
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const found = families.map((one) => foundWords(one)).join(' ');
  const failed = families.flatMap(({ gates }) => gates).find(({ passed }) => !passed);
  if (failed !== undefined)
    return {
      verdict: 'INCONCLUSIVE',
      because: `A gate fails: ${gateWords(failed)}. So nothing is concluded. ${found}`,
    };
  const trends = judgedTrends(spec, families);
  const { verdict, because } = ruled(families, trends);
  return { verdict, because: [because, contradictionOf(families), found].filter((words) => words !== '').join(' ') };
}

function ruled(
  families: readonly FamilyFindings[],
  trends: readonly JudgedTrend[],
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const [first] = families;
  const inBoth = (first?.both ?? []).filter((placement) => families.every(({ both }) => both.includes(placement)));
  if (inBoth.length > 0)
    return {
      verdict: 'DENY',
      because: `In both families ${listed(inBoth.map((one) => SHOWN[one]))} ${inBoth.length === 1 ? 'keeps' : 'keep'} as much under attack as fixed scores do, and ${inBoth.length === 1 ? 'gives' : 'give'} way in exceptions.`,
    };
  const against = TRENDS.filter((name) => trends.every((one) => one.name !== name || one.reversed));
  if (against.length > 0)
    return {
      verdict: 'DENY',
      because: `In both families ${listed(against.map((name) => LESS_WORDS[name]))} the further outside of the text a placement is.`,
    };
  const told = families.every((one) => (one.told.low ?? -Infinity) > 0);
  const noBoth = families.every(({ both }) => both.length === 0);
  const allHold = trends.every(({ holds }) => holds);
  if (allHold && noBoth && told)
    return {
      verdict: 'CONFIRM',
      because:
        'In both families more is left under attack, and more in exceptions, the further outside of the text a placement is.',
    };
  const whole = families.filter((findings) => trends.every((one) => one.findings !== findings || one.holds));
  const half = TRENDS.filter((name) => trends.every((one) => one.name !== name || one.holds));
  if (whole.length > 0 || half.length > 0) {
    const why = allHold
      ? told
        ? 'Both trends hold in both families, but a placement inside has both of what the claim says cannot be had together.'
        : 'Both trends hold in both families, but the texts add no more than a mere mention of their words, so they are no rules to this model.'
      : whole.length > 0
        ? `Both trends hold in one family only (${listed(whole.map(({ family }) => family.title))}).`
        : `In both families ${listed(half.map((name) => MORE_WORDS[name]))} the further outside of the text a placement is; the other trend does not hold in both.`;
    return { verdict: 'PARTIAL', because: why };
  }
  return {
    verdict: 'INCONCLUSIVE',
    because: 'No trend holds in both families, and no family has both: from these placements the order cannot be told.',
  };
}

const MORE_WORDS = { attack: 'more is left under attack', exception: 'more is left in exceptions' } as const;
const LESS_WORDS = { attack: 'less is left under attack', exception: 'less is left in exceptions' } as const;

/** Where the families contradict each other: placements of which what attacks leave lies apart by its intervals, and the widest gap. */
function contradictionOf([one, other]: readonly FamilyFindings[]): string {
  const common = (one?.all ?? []).flatMap(({ placed: { placement }, attack }) => {
    const there = other?.all.find(({ placed }) => placed.placement === placement)?.attack;
    return placement === 'fixed' || there === undefined ? [] : [{ placement, attack, there }];
  });
  const apart = common.filter(
    ({ attack, there }) =>
      (attack.low ?? -Infinity) > (there.high ?? Infinity) || (there.low ?? -Infinity) > (attack.high ?? Infinity),
  );
  const [widest] = apart.toSorted(
    (a, b) => Math.abs(b.attack.value - b.there.value) - Math.abs(a.attack.value - a.there.value),
  );
  if (widest === undefined) return '';
  const shown = listed(apart.map(({ placement }) => SHOWN[placement]));
  return `The families contradict each other on ${apart.length} of ${common.length} placements. Of ${SHOWN[widest.placement]} attacks leave ${briefly(widest.attack)} (${one?.family.title}) and ${briefly(widest.there)} (${other?.family.title}); intervals lie apart for ${shown}.`;
}

function foundWords({ family, trends, told, missing, all }: FamilyFindings): string {
  const trend = (name: TrendName): string =>
    `${name === 'attack' ? 'left under attack' : 'left in exceptions'} ρ ${briefly(trends[name].estimate, { signed: true })}, one-sided p ${pWords(trends[name].exact.rising)}`;
  const absent =
    missing.length === 0
      ? ''
      : ` Not at the shared strength of ${family.effect} ${family.effect === 1 ? 'nat' : 'nats'}: ${listed(missing.map(({ placement, reached }) => `${SHOWN[placement]} (${reached === null ? 'no strength found' : `${reached.toFixed(2)} nats`})`))}.`;
  return trueMinus(
    `${family.title}, ${all.length - 1} placements besides fixed scores: ${trend('attack')}; ${trend('exception')}, before Holm over four. A text adds ${briefly(told, { signed: true })} nats beyond a mere mention of its words.${absent}`,
  );
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
