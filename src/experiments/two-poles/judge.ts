/** The rule of the spec: from gates and contrasts to one of three accounts, and to the verdict. */
import type { Contrast, ExperimentVerdict, Gate } from '../experiment-types.ts';
import { briefly, gateWords } from '../verdict-words.ts';
import type { Planned } from './contrasts.ts';
import type { Gains } from './gains.ts';
import { type AxisClass, CLASSES, type TwoPolesSpec } from './spec.ts';

/** What explains how much the opposite gains. */
type Account = 'TROPES' | 'OPPOSITES' | 'NEITHER';

/** The account that stands by the rule; null where none does. */
function accountOf(planned: Planned, thresholds: TwoPolesSpec['thresholds']): Account | null {
  const { shares, beyondShares, gains, share } = planned;
  const { gainBits, shareFloor, alpha } = thresholds;
  const larger = ({ estimate: { low }, pHolm }: Contrast): boolean =>
    low !== null && low > 0 && pHolm !== null && pHolm < alpha;
  if (larger(shares) && larger(beyondShares) && above(gains.conduct, gainBits)) return 'TROPES';
  if (shares.reading === 'within' && CLASSES.every((kind) => above(share[kind], shareFloor))) return 'OPPOSITES';
  const none = ({ estimate: { high } }: Contrast): boolean => high !== null && high <= gainBits;
  return CLASSES.every((kind) => none(gains[kind])) ? 'NEITHER' : null;
}

function above({ estimate: { low } }: Contrast, line: number): boolean {
  return low !== null && low > line;
}

/** The verdict and why. */
export function judge(
  gates: readonly Gate[],
  planned: Planned,
  thresholds: TwoPolesSpec['thresholds'],
  means: Readonly<Record<AxisClass, Gains>>,
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const account = accountOf(planned, thresholds);
  const found = `${bitsWords(means)} ${foundWords(planned)}`;
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length > 0)
    return {
      verdict: 'INCONCLUSIVE',
      because: `A gate fails: ${failed.map(gateWords).join('; ')}. So nothing is concluded. Found: ${found}`,
    };
  if (account === 'TROPES')
    return {
      verdict: 'CONFIRM',
      because: `Tropes: on axes of conduct and feeling the opposite gains ${percent(planned.share.conduct)} of what the shown pole gains, on axes of style ${percent(planned.share.style)}. ${found}`,
    };
  if (account === 'OPPOSITES')
    return {
      verdict: 'DENY',
      because: `Opposites, not tropes: the opposite gains ${percent(planned.share.conduct)} of what the shown pole gains on conduct and feeling, and as good as the same, ${percent(planned.share.style)}, on style. ${found}`,
    };
  if (account === 'NEITHER')
    return {
      verdict: 'DENY',
      because: `Neither: in no class does the opposite gain more than ${thresholds.gainBits} bit beyond a marked turn of another axis. ${found}`,
    };
  const raised = CLASSES.filter((kind) => above(planned.gains[kind], thresholds.gainBits));
  if (raised.length > 0)
    return {
      verdict: 'PARTIAL',
      because: `The opposite gains beyond a marked turn of another axis on ${raised.join(' and ')}, but neither tropes nor opposites stands by the rule. ${found}`,
    };
  return {
    verdict: 'INCONCLUSIVE',
    because: `The intervals allow more than one account. Found: ${found}`,
  };
}

/** What a share is made of: a larger one may come from the opposite or from the shown pole. */
function bitsWords({ conduct, style }: Readonly<Record<AxisClass, Gains>>): string {
  const bits = (value: number): string => value.toFixed(1);
  return `In bits the opposite gains ${bits(conduct.opposite)} and ${bits(style.opposite)}, the shown pole ${bits(conduct.own)} and ${bits(style.own)}.`;
}

/** Every number that the rule asks for. */
function foundWords({ shares, beyondShares, gains, share }: Planned): string {
  const p = ({ pHolm }: Contrast): string =>
    pHolm === null ? 'no p' : `p ${pHolm < 0.001 ? '< 0.001' : pHolm.toFixed(3)} after Holm`;
  return [
    `The share is ${briefly(share.conduct.estimate)} on conduct and ${briefly(share.style.estimate)} on style: a difference of ${briefly(shares.estimate, { signed: true })} (${p(shares)}), ${shares.estimate.n} axes.`,
    `Beyond a marked turn of another axis of the same class the difference is ${briefly(beyondShares.estimate, { signed: true })} (${p(beyondShares)}).`,
    `The opposite gains ${briefly(gains.conduct.estimate, { signed: true })} bits more than the marked turn on conduct, ${briefly(gains.style.estimate, { signed: true })} on style.`,
  ].join(' ');
}

function percent({ estimate: { value, low, high } }: Contrast): string {
  const whole = (share: number): string => (100 * share).toFixed(0);
  return `${whole(value)} %${low === null || high === null ? '' : ` [${whole(low)}, ${whole(high)}]`}`;
}
