/** The rule of an authors experiment, applied to its numbers, and why, in sentences. */
import { figure, plain, signedFigure } from '../../probe/claims/claim-words.ts';
import type { Contrast, ExperimentVerdict, Gate, RunSize } from '../experiment-types.ts';
import { gateNeeded, gateWords } from '../verdict-words.ts';
import type { Ratios } from './numbers.ts';
import type { AuthorsSpec } from './spec.ts';

const UNITS = 'scenarios';

/** What was found and why. */
export interface Ruling {
  readonly verdict: ExperimentVerdict;
  readonly because: string;
  readonly wouldChange: readonly string[];
}

/** One condition of the rule. */
interface Condition {
  readonly holds: boolean;
  readonly says: string;
  /** What is asked of an interval, and where it lies. */
  readonly asks: string;
  readonly found: string;
}

/** The verdict: a ratio counts only where the interval of what it is divided by lies above 0. */
export function rule(
  spec: AuthorsSpec,
  gates: readonly Gate[],
  ratios: Ratios,
  contrasts: readonly Contrast[],
): Ruling {
  const conditions = conditionsOf(spec, ratios, contrasts);
  const denials = denialsOf(spec, ratios, contrasts);
  const held = conditions.filter(({ holds }) => holds);
  const denied = denials.filter(({ holds }) => holds);
  const failed = gates.filter(({ passed }) => !passed);
  const verdict = ((): ExperimentVerdict => {
    if (failed.length > 0) return 'INCONCLUSIVE';
    if (denied.length > 0) return 'DENY';
    if (held.length === conditions.length) return 'CONFIRM';
    return held.length >= spec.thresholds.partial ? 'PARTIAL' : 'INCONCLUSIVE';
  })();
  const all = [
    gatesWords(failed, gates.length),
    ...failed.map((gate) => `${gateWords({ ...gate, says: asked(gate) })}.`),
    ...conditions.map((condition) => `${condition.holds ? 'Holds' : 'Does not hold'}: ${told(condition)}`),
    ...denied.map((condition) => `Denies: ${told(condition)}`),
  ];
  return { verdict, because: all.join(' '), wouldChange: wouldChange(verdict, failed, conditions, denials) };
}

function conditionsOf(
  { thresholds }: AuthorsSpec,
  { persistence, leakage, dominance, choice }: Ratios,
  contrasts: readonly Contrast[],
): Condition[] {
  return [
    {
      holds: aboveZero(contrasts, 'author-before') && low(persistence) > thresholds.persistence,
      says: 'the author persists',
      asks: `P above ${plain(thresholds.persistence)}`,
      found: figure(persistence, UNITS),
    },
    {
      holds: aboveZero(contrasts, 'character-quote') && high(leakage) < thresholds.leakage,
      says: 'the character does not leak',
      asks: `L below ${plain(thresholds.leakage)}`,
      found: figure(leakage, UNITS),
    },
    {
      holds: low(dominance) > thresholds.dominance,
      says: 'the author dominates',
      asks: `ADI above ${plain(thresholds.dominance)}`,
      found: signedFigure(dominance, UNITS),
    },
    {
      holds: low(choice) > thresholds.choice,
      says: 'the choice follows the author more than the character',
      asks: `bA − bC of the choice above ${plain(thresholds.choice)} nats a token`,
      found: signedFigure(choice, UNITS),
    },
  ];
}

function denialsOf(
  { thresholds }: AuthorsSpec,
  { leakageOverPersistence, dominance }: Ratios,
  contrasts: readonly Contrast[],
): Condition[] {
  return [
    {
      holds:
        aboveZero(contrasts, 'author-before') &&
        aboveZero(contrasts, 'character-quote') &&
        low(leakageOverPersistence) > 0,
      says: 'more is left of the character than of the author',
      asks: 'L − P above 0',
      found: signedFigure(leakageOverPersistence, UNITS),
    },
    {
      holds: high(dominance) < thresholds.dominance,
      says: 'the character dominates',
      asks: `ADI below ${plain(thresholds.dominance)}`,
      found: signedFigure(dominance, UNITS),
    },
  ];
}

function wouldChange(
  verdict: ExperimentVerdict,
  failed: readonly Gate[],
  conditions: readonly Condition[],
  denials: readonly Condition[],
): string[] {
  if (failed.length > 0) return failed.map(gateNeeded);
  const open = conditions
    .filter(({ holds }) => !holds)
    .map((condition) => `CONFIRM also needs that ${told(condition)}`);
  const deny = denials
    .filter(({ holds }) => !holds)
    .map((condition) => `DENY would need no more than that ${told(condition)}`);
  return verdict === 'DENY' ? open : [...open, ...deny];
}

function told({ says, asks, found }: Condition): string {
  return `${says} (asked: the interval of ${asks}; found: ${found}).`;
}

/** What each gate asks, in a few words. */
const ASKED: Readonly<Record<string, string>> = {
  'author-instrument': 'Kind and cruel authors told apart',
  'character-instrument': 'Heroes and villains told apart',
  byline: 'The last byline read',
  bound: 'The effect bound to the own byline',
};

function asked({ id, says }: Gate): string {
  return ASKED[id] ?? says;
}

/** How the gates stand, for a glance. */
function gatesWords(failed: readonly Gate[], all: number): string {
  return failed.length === 0
    ? 'All gates pass.'
    : `${failed.length} of ${all} gates ${failed.length === 1 ? 'fails' : 'fail'}, so nothing is concluded: ${failed.map((gate) => asked(gate).charAt(0).toLowerCase() + asked(gate).slice(1)).join('; ')}.`;
}

function aboveZero(contrasts: readonly Contrast[], id: string): boolean {
  return low(contrasts.find((contrast) => contrast.id === id)?.estimate) > 0;
}

const low = (estimate: { readonly low: number | null } | undefined): number => estimate?.low ?? NaN;
const high = (estimate: { readonly high: number | null }): number => estimate.high ?? NaN;

/** What an authors experiment cannot say, whatever it finds. */
export function limitsOf(spec: AuthorsSpec, size: RunSize, contrasts: readonly Contrast[]): string[] {
  const after = contrasts.find(({ id }) => id === 'author-after');
  return [
    ...(size === 'quick'
      ? ['A quick run reads a part of the scenarios in one template: its verdict is a look, not a finding.']
      : []),
    ...(after === undefined || after.detectable === null
      ? []
      : [
          `With ${after.estimate.n} scenarios an author's effect of ${plain(after.detectable)} sd after the quote is found with 80 % power; a smaller one may be missed.`,
        ]),
    `One writer wrote all stories and excerpts, in one style of English; ${spec.excerpts.length} subjects stand for each author.`,
    'P and L divide readings along two directions, each fitted where it reads; two measures beside them read both spans along the one that was fitted after the quote, which may read less elsewhere than there is.',
    'bA and bC are compared along one direction each, in the length of the stream; a direction along which the stream varies much by itself weighs more.',
    'P, L and ADI are about contexts with one author; that an author and not the mere valence of the context is read rests on the two gates about bylines.',
    'An author who is known by two or three short excerpts is a slight acquaintance; a model may bind one that it has read more of.',
    'Kind and cruel are one axis; authors may differ in ways that no instrument here reads.',
  ];
}
