/** Which measures are held against which, in the order in which they are shown. */
import { compare, type Comparison, type Values } from './spread.ts';

/** One comparison with its name. */
export interface Row extends Comparison {
  readonly what: string;
  readonly unit: 'ms' | 'tokens/s' | 'texts/s' | 'MB';
}

type Plan = readonly [what: string, unit: Row['unit'], first: string, second: string];

/** Every layer read, token by token, by whichever name an engine has for it. */
const STEPWISE = 'stepwise';

const AGAINST_THEIRS: readonly Plan[] = [
  ['a written token, nothing read, token by token', 'ms', 'ours.token.nothing', 'theirs.token.nothing'],
  ['a written token, every layer read', 'ms', 'ours.token.residuals', 'theirs.token.nothing'],
  ['a written token, scored by a probe', 'ms', 'ours.token.probe', 'theirs.token.nothing'],
  ['a written token, steered', 'ms', 'ours.token.steering', 'theirs.token.nothing'],
  ['first token, warm', 'ms', 'ours.first.residuals', 'theirs.first.nothing'],
  ['first token, cold: loading', 'ms', 'ours.load', 'theirs.load'],
  ['first token, cold: the prompt', 'ms', 'ours.coldFirst', 'theirs.coldFirst'],
  ['first token, cold: both', 'ms', 'ours.coldStart', 'theirs.coldStart'],
  ['reading a prompt', 'tokens/s', 'ours.prefill', 'theirs.prefill'],
  ['reading a set, one by one', 'texts/s', 'ours.single', 'theirs.single'],
  ['reading a set, together', 'texts/s', 'ours.together', 'theirs.together'],
  ['downloaded on the first visit', 'MB', 'ours.downloaded', 'theirs.downloaded'],
  ['GPU buffers held after writing', 'MB', 'ours.gpuHeld', 'theirs.gpuHeld'],
  ['GPU buffers at most', 'MB', 'ours.gpuPeak', 'theirs.gpuPeak'],
];

const WITHIN_OURS: readonly Plan[] = [
  ['every layer read, to nothing read, token by token', 'ms', STEPWISE, 'ours.token.nothing'],
  ['written by itself, to token by token', 'ms', 'ours.token.residuals', 'ours.token.stepwise'],
  ['scored by a probe, to every layer read', 'ms', 'ours.token.probe', 'ours.token.residuals'],
  ['steered, to every layer read', 'ms', 'ours.token.steering', 'ours.token.residuals'],
  ['a set together, to one by one', 'texts/s', 'ours.together', 'ours.single'],
];

/** Ours against theirs. */
export function rowsAgainstTheirs(rounds: readonly Values[]): Row[] {
  return AGAINST_THEIRS.flatMap((plan) => rowOf(plan, rounds));
}

/** What ours pays for what it does beside writing. */
export function rowsWithinOurs(rounds: readonly Values[]): Row[] {
  const named = rounds.map((round) => ({
    ...round,
    [STEPWISE]: round['ours.token.stepwise'] ?? round['ours.token.residuals'] ?? NaN,
  }));
  return WITHIN_OURS.flatMap((plan) => rowOf(plan, named));
}

/** No row where a round lacks either measure, as that of an engine that does not steer. */
function rowOf([what, unit, first, second]: Plan, rounds: readonly Values[]): Row[] {
  const comparison = compare(rounds, first, second);
  return comparison === null ? [] : [{ what, unit, ...comparison }];
}
