/** The rule of the spec: an account for each axis, and the verdict over all of them. */
import type { Contrast, ExperimentVerdict } from '../experiment-types.ts';
import { briefly, gateWords } from '../verdict-words.ts';
import { type AxisFindings, shareOf } from './contrasts.ts';
import type { PunctuationSpec } from './spec.ts';

/** Whether what a text says gathers at its marks, is there as elsewhere, is there more for another reason, or cannot be told. */
type Account = 'gathers' | 'even' | 'more' | 'open';

/** The account of an axis. */
function accountOf({ gates, planned }: AxisFindings, { rope, alpha }: PunctuationSpec['thresholds']): Account {
  if (gates.some(({ passed }) => !passed)) return 'open';
  const shown = ({ estimate: { low }, pHolm }: Contrast, line: number): boolean =>
    low !== null && low > line && pHolm !== null && pHolm < alpha;
  if (shown(planned.marks, rope)) return shown(planned.behind, 0) && shown(planned.random, 0) ? 'gathers' : 'more';
  const { high } = planned.marks.estimate;
  return high !== null && high < rope ? 'even' : 'open';
}

/** The verdict and why. */
export function judge(
  axes: readonly AxisFindings[],
  spec: PunctuationSpec,
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const accounts = axes.map((axis) => accountOf(axis, spec.thresholds));
  const every = (account: Account): boolean => accounts.every((one) => one === account);
  const some = (account: Account): boolean => accounts.includes(account);
  const verdict = every('gathers')
    ? 'CONFIRM'
    : every('even')
      ? 'DENY'
      : some('gathers') || some('more')
        ? 'PARTIAL'
        : 'INCONCLUSIVE';
  const failed = axes.flatMap(({ gates }) => gates.filter(({ passed }) => !passed));
  return {
    verdict,
    because: [
      LEADS[verdict],
      ...axes
        .map((axis, a) => `${axis.axis.name}: ${ACCOUNTS[accounts[a] ?? 'open']} ${foundWords(axis, spec)}`)
        .map(capital),
      ...(failed.length === 0 ? [] : [`${failed.map(gateWords).join('; ')}.`]),
    ].join(' '),
  };
}

const LEADS: Readonly<Record<ExperimentVerdict, string>> = {
  CONFIRM:
    'On every axis more is lost at commas and full stops than at as many other tokens, and than at the tokens behind them.',
  DENY: 'On no axis is much more lost at commas and full stops than at as many other tokens.',
  PARTIAL: 'Not on every axis is it shown that what a text says gathers at commas and full stops.',
  INCONCLUSIVE: 'Whether what a text says gathers at commas and full stops cannot be told here.',
};

const ACCOUNTS: Readonly<Record<Account, string>> = {
  gathers: 'it gathers there.',
  even: 'it does not gather there.',
  more: 'more is lost there, but a control loses as much.',
  open: 'it cannot be told.',
};

function foundWords({ planned: { marks, behind, random }, topics }: AxisFindings, spec: PunctuationSpec): string {
  const share = (set: 'marks' | 'others' | 'commas'): string =>
    briefly(
      shareOf(
        topics,
        ({ lost }) => lost[set],
        ({ lost }) => lost.all,
        spec,
      ),
    );
  return `Of what is lost at all tokens, commas and full stops lose ${share('marks')}, as many other tokens ${share('others')}: ${briefly(marks.estimate, { signed: true })}, and ${briefly(random.estimate, { signed: true })} beyond the same along random directions. Against the tokens behind the marks it is ${briefly(behind.estimate, { signed: true })} (${topics.length} topics). Commas alone lose ${share('commas')}.`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
