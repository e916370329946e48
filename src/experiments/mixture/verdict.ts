/** The rule of a mixture experiment, applied to its numbers, and why, in sentences. */
import { plain, signed } from '../../probe/claims/claim-words.ts';
import type { Contrast, ExperimentVerdict, Gate, RunSize } from '../experiment-types.ts';
import { briefly, gateNeeded, gateWords } from '../verdict-words.ts';
import { whereOf } from './additivity.ts';
import { ACCOUNTS } from './models.ts';
import type { Numbers, Rivalry } from './numbers.ts';
import { type MixtureSpec, mostSentences } from './spec.ts';

/** What was found and why. */
export interface Ruling {
  readonly verdict: ExperimentVerdict;
  readonly because: string;
  readonly wouldChange: readonly string[];
}

/** The verdict. */
export function rule(
  spec: MixtureSpec,
  gates: readonly Gate[],
  numbers: Numbers,
  contrasts: readonly Contrast[],
): Ruling {
  const { standardErrors: line, rope } = spec.thresholds;
  const { rivalries } = numbers;
  const [recency, ...others] = rivalries as readonly [Rivalry, ...Rivalry[]];
  const failed = gates.filter(({ passed }) => !passed);
  const beats = recency.above.errors >= line;
  const beaten = recency.above.errors <= -line;
  const above = others.filter((one) => one.above.errors <= -line);
  const interactions = contrasts.filter((contrast) => contrast.rope !== null);
  const off = interactions.filter(({ reading }) => reading === 'above' || reading === 'below');
  const verdict = ((): ExperimentVerdict => {
    if (failed.length > 0) return 'INCONCLUSIVE';
    if (beaten) return 'DENY';
    if (!beats) return 'INCONCLUSIVE';
    return above.length === 0 && off.length === 0 ? 'CONFIRM' : 'PARTIAL';
  })();
  const verb = (one: Rivalry): string => verbOf(one, line);
  const additive = additivity(interactions, off, rope);
  // At a glance stands what decides: the last sentence, then what keeps evidence that adds up from CONFIRM.
  const sentences = [
    ...failed.map((gate) => `A gate fails: ${gateWords(gate)}.`),
    `Evidence that adds up ${verb(recency)} ${told(recency)}.`,
    ...(off.length > 0 ? [additive] : []),
    ...[...above, ...others.filter((one) => !above.includes(one))].map(
      (one) => `It ${verb(one)} ${told(one)}${tested(contrasts.find(({ id }) => id === `over-${one.rival.id}`))}.`,
    ),
    ...(off.length > 0 ? [] : [additive]),
    ...weight(numbers, mostSentences(spec)),
    ...(failed.length === 0 ? ['All gates pass.'] : []),
  ];
  return {
    verdict,
    because: sentences.join(' '),
    wouldChange: wouldChange(verdict, failed, recency, above, off, line, rope),
  };
}

/** p beside the standard errors by which the rule goes. */
export function tested(contrast: Contrast | undefined): string {
  return contrast === undefined || contrast.p === null || contrast.pHolm === null
    ? ''
    : `, p ${contrast.p.toPrecision(2)}, after Holm ${contrast.pHolm.toPrecision(2)}`;
}

/** What many sentences weigh where they say the same: with α they add up to less than their number. */
function weight({ gamma, shapes }: Numbers, most: number): string[] {
  const adding = shapes.find(({ account }) => account.id === ACCOUNTS[0].id)?.estimate;
  if (adding === undefined || !Number.isFinite(adding.value) || !Number.isFinite(gamma.value)) return [];
  return [
    `Sentences that say the same add up as their number to the power 1 − α, with α = ${briefly(adding)}: ${most} of them count as ${(most ** (1 - adding.value)).toFixed(1)} of one alone, which adds γ = ${briefly(gamma)} nats.`,
  ];
}

/** What evidence that adds up does to a rival, by the line of the rule in standard errors. */
export function verbOf({ above: { errors } }: Rivalry, line: number): string {
  return errors >= line ? 'beats' : errors <= -line ? 'is beaten by' : 'cannot be told from';
}

/** A rival, and how far evidence that adds up lies above it. */
export function told({ rival, above: { sum, standardError, errors } }: Rivalry): string {
  return `${rival.name} (by ${signed(errors)} SE; ${signed(sum)} nats held out, SE ${plain(standardError)})`;
}

/** What can be said of additivity by the region of practical equivalence; every number stands with the contrasts. */
function additivity(interactions: readonly Contrast[], off: readonly Contrast[], rope: number): string {
  const per = `±${plain(rope)}`;
  const each = off.map(({ id, estimate }) => `${sized(estimate)} ${whereOf(id)}`).join('; ');
  if (interactions.length === 0) return 'Additivity was not measured.';
  if (off.length > 0)
    return `Additivity is refuted: a sentence counts ${each} (beyond ${per} of γ; n = ${off[0]?.estimate.n ?? 0} topics).`;
  if (interactions.every(({ reading }) => reading === 'within'))
    return `Additivity is shown: no frame and no steering changes what a sentence counts by more than ${per} of γ.`;
  return `Additivity is neither shown nor refuted: no frame or steering changes what a sentence counts by wholly more than ${per} of γ, and not all by less.`;
}

/** `0.46 [0.40, 0.53] of γ less`. */
export function sized({ value, low, high }: Contrast['estimate']): string {
  const less = value < 0;
  const size = less
    ? { value: -value, low: high === null ? null : -high, high: low === null ? null : -low }
    : { value, low, high };
  return `${briefly(size)} of γ ${less ? 'less' : 'more'}`;
}

function wouldChange(
  verdict: ExperimentVerdict,
  failed: readonly Gate[],
  recency: Rivalry,
  above: readonly Rivalry[],
  off: readonly Contrast[],
  line: number,
  rope: number,
): string[] {
  if (failed.length > 0) return failed.map(gateNeeded);
  const errors = signed(recency.above.errors);
  const confirm = [
    ...(recency.above.errors >= line
      ? []
      : [
          `CONFIRM needs evidence that adds up at least ${plain(line)} SE above the last sentence alone; it is at ${errors}.`,
        ]),
    ...above.map(
      (one) =>
        `CONFIRM needs that ${one.rival.name} does not beat it by ${plain(line)} SE; it does by ${plain(-one.above.errors)}.`,
    ),
    ...off.map(
      ({ id, estimate }) =>
        `CONFIRM needs that a sentence counts within ±${plain(rope)} of γ as much ${whereOf(id)}; it counts ${sized(estimate)}.`,
    ),
  ];
  const deny = `DENY needs the last sentence alone at least ${plain(line)} SE above evidence that adds up; evidence that adds up is at ${errors}.`;
  const lose = `PARTIAL instead of CONFIRM would be found if weights by place or saturation beat it by ${plain(line)} SE, or an interaction lay wholly outside ±${plain(rope)} γ.`;
  return [...confirm, ...(verdict === 'CONFIRM' ? [lose] : []), ...(verdict === 'DENY' ? [] : [deny])];
}

/** What an experiment of this design cannot say, whatever it finds. */
export function limitsOf(...asked: Parameters<typeof limitsOfEvidence>): string[] {
  return [
    ...limitsOfEvidence(...asked),
    'The steering is along one direction at one layer, without a random direction beside it: it stands for a shift of the odds from inside, not for what that direction means.',
  ];
}

/** What no experiment of how evidence adds up can say, with random directions or without. */
export function limitsOfEvidence(
  spec: MixtureSpec,
  size: RunSize,
  { conditions, frame, push: steering }: Numbers,
  contrasts: readonly Contrast[],
): string[] {
  const open = contrasts
    .filter(({ rope }) => rope !== null)
    .map(
      ({ id, detectable }) =>
        `${detectable === null ? 'unknown' : plain(detectable)} (how much more it counts ${whereOf(id)})`,
    );
  const flat = (id: string): boolean => {
    const estimate = contrasts.find((contrast) => contrast.id === id)?.estimate;
    return (
      estimate === undefined ||
      estimate.low === null ||
      estimate.high === null ||
      (estimate.low <= 0 && estimate.high >= 0)
    );
  };
  return [
    ...(size === 'quick'
      ? [`A quick run: ${frame.length} topics and the first orders alone. It is a look, not a result.`]
      : []),
    ...(steering === null || !conditions.includes('plus')
      ? [
          `No steering has a KL of ${spec.thresholds.kl} nats on this model, or one broke its numbers: steering × evidence was not measured.`,
        ]
      : []),
    ...(flat('frame')
      ? [
          'The frames do not move the odds by an interval beyond 0 here: that evidence adds to them says little, and the crossing of the cruel frame even less.',
        ]
      : []),
    ...(steering !== null && flat('push')
      ? ['The steering does not move the odds by an interval beyond 0 here: that evidence adds to it says little.']
      : []),
    ...(open.length === 0
      ? []
      : [
          `With ${frame.length} topics an interaction is found with 80 % power from this share of γ on: ${open.join(', ')}. A smaller one may be missed.`,
        ]),
    'A mixture of exactly two characters cannot push the odds beyond what either would say alone, so it bends where the evidence is strong: that saturation beats adding up would not speak against a mixture.',
    'γ is one number: that some sentences weigh more than others is in the residue, as the orders are random and every sentence stands in both versions.',
    'How the last sentence weighs is told apart from the balance by random orders with mirrors; what is said first or in the middle is told only by weights that fall or rise evenly.',
    'The odds are those of given ways of going on, four pairs a topic, not of what the model would write; whole continuations are compared, so a difference in their tokens is in the level of the topic.',
    'One writer wrote all sentences, and kind and cruel are one axis. Acts of a topic share its setting, and some are drastic.',
  ];
}
