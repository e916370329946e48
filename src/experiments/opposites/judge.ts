/** The rule: from gates and contrasts to the verdict and to which account of it stands. */
import type { Contrast, ExperimentVerdict, Gate } from '../experiment-types.ts';
import { briefly, gateWords } from '../verdict-words.ts';
import type { Planned } from './contrasts.ts';
import { CELLS } from './spec.ts';

/** What explains the gain: an opposite is near to what it opposes, or stories turn characters round. */
export type Account = 'opposites' | 'tropes' | 'both' | 'neither';

/**
 * `opposites`: the effect of an antonym lies above the region of practical equivalence and that of being moral within; `tropes`: the
 * other way round; `both`: the interaction and both effects lie above 0. All by their whole intervals and p after Holm below `alpha`.
 */
export function accountOf(
  { moral, antonym, both }: Pick<Planned, 'moral' | 'antonym' | 'both'>,
  alpha: number,
): Account {
  const found = ({ pHolm }: Contrast): boolean => pHolm !== null && pHolm < alpha;
  const positive = ({ estimate: { low } }: Contrast): boolean => low !== null && low > 0;
  if ([moral, antonym, both].every((contrast) => positive(contrast) && found(contrast))) return 'both';
  if (antonym.reading === 'above' && found(antonym) && moral.reading === 'within') return 'opposites';
  if (moral.reading === 'above' && found(moral) && antonym.reading === 'within') return 'tropes';
  return 'neither';
}

/** The verdict by the rule of the spec, and why. */
export function judge(
  gates: readonly Gate[],
  planned: Planned,
  thresholds: { readonly ropeBits: number; readonly alpha: number },
): { readonly verdict: ExperimentVerdict; readonly because: string; readonly account: Account } {
  const { overall, cells } = planned;
  const account = accountOf(planned, thresholds.alpha);
  const failed = gates.filter(({ passed }) => !passed);
  const line = `${signed(thresholds.ropeBits)} bit`;
  const raised = cells.filter(({ reading }) => reading === 'above');
  const none = cells.every(({ estimate: { high } }) => high !== null && high <= thresholds.ropeBits);
  const gain = `${interval(overall.estimate)} bits an act for the opposite over an equally likely unrelated act, ${axesOf(overall.estimate.n)}`;
  const shape = `${accountSentence(account, planned)} ${factors(planned)}`;
  if (failed.length > 0)
    return {
      verdict: 'INCONCLUSIVE',
      account,
      because: `${failed.map(gateSentence).join(' ')} So nothing is concluded. Found: ${gain}.`,
    };
  if (overall.reading === 'above')
    return {
      verdict: 'CONFIRM',
      account,
      because: `${account === 'neither' ? 'The gain alone is confirmed' : 'The gain is confirmed'}: ${gain}. ${shape} CONFIRM asks that the whole interval lies above ${line}; how much of the gain is the subject that both share, the rule does not ask: see what it cannot say.`,
    };
  if (none)
    return {
      verdict: 'DENY',
      account,
      because: `In none of the four cells does the interval reach above ${line}: ${cells.map(cellSentence).join('; ')}. Over all: ${gain}; the opposite becomes ${overall.reading === 'below' ? 'dearer' : 'no cheaper'}. ${factors(planned)}`,
    };
  if (raised.length > 0 || account !== 'neither') {
    const where =
      raised.length > 0
        ? `above ${line} in some cells only: ${raised.map(cellSentence).join('; ')}`
        : `above ${line} in no cell by its interval`;
    return {
      verdict: 'PARTIAL',
      account,
      because: `The gain is not above ${line} over all, ${gain}; it is ${where}. ${shape}`,
    };
  }
  return {
    verdict: 'INCONCLUSIVE',
    account,
    because: `The interval of the gain is not all above ${line}: ${gain}; by cell ${cells.map(cellSentence).join('; ')}: neither above it nor short of it everywhere. ${shape}`,
  };
}

function accountSentence(account: Account, { moral, antonym }: Planned): string {
  switch (account) {
    case 'opposites':
      return 'The opposites account stands: it takes an antonym, not a moral axis.';
    case 'tropes':
      return 'The tropes account stands: it takes a moral axis, not an antonym.';
    case 'both':
      return 'Both accounts stand: an antonym and a moral axis each add, and more together.';
    case 'neither':
      return [moral, antonym].some(({ reading }) => reading === 'open')
        ? `Tropes or opposites cannot be told: 80 % power needs ${least(moral)} bits for being moral, ${least(antonym)} for an antonym.`
        : 'Neither the tropes nor the opposites account stands by its interval.';
    default:
      return account satisfies never;
  }
}

function least({ detectable }: Contrast): string {
  return detectable === null ? 'unknown' : detectable.toFixed(2);
}

function factors({ moral, antonym, both }: Planned): string {
  return `An antonym adds ${interval(antonym.estimate)}, being moral ${interval(moral.estimate)}, both together ${interval(both.estimate)} bits.`;
}

function cellSentence({ id, estimate }: Contrast): string {
  return `${CELLS.find((cell) => cell.id === id)?.says ?? id} ${interval(estimate)}`;
}

function gateSentence(gate: Gate): string {
  return `A gate fails: ${gateWords(gate)}.`;
}

/** `1 axis`, `48 axes`. */
export function axesOf(count: number): string {
  return `${count} ${count === 1 ? 'axis' : 'axes'}`;
}

/** `+0.21 [0.10, 0.32]`. */
export function interval(estimate: Contrast['estimate']): string {
  return briefly(estimate, { signed: true });
}

function signed(value: number): string {
  return briefly({ value, low: null, high: null }, { signed: true });
}
