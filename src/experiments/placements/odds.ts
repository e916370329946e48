/**
 * What is measured behind an item: the log odds of the rule, in nats. Of words L = log P(kept) − log P(broken) at the one place that
 * decides; of a sentence the mean over its words of log p − log(1 − p), each behind the words before it. A bias of β on the scores of
 * the sentence's next word, or of −β on the words that break a rule, adds exactly β to L.
 */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import { mean } from '../../stats/stats.ts';
import type { ContextEnd, EndRequest, Subject } from '../subject.ts';
import { wordsOf } from './plan.ts';
import type { Family, Topic } from './spec.ts';

/** A probability so close to 1 that float32 cannot tell it from 1 counts as this far from it. */
const LEAST_REST = 1e-7;

/** log p − log(1 − p) of a log-probability. */
export function logOdds(logP: number): number {
  return logP - Math.log(Math.max(LEAST_REST, -Math.expm1(logP)));
}

/** What to ask a subject for behind a context of a topic. Throws `spec-invalid` where a word of a class is not one token. */
export function requestOf(
  { id, kept, broken }: Family,
  topic: Topic,
  subject: Pick<Subject, 'encode'>,
  streams: boolean,
): EndRequest {
  const single = (word: string): number => {
    const ids = subject.encode(` ${word}`);
    const [first] = ids;
    if (first !== undefined && ids.length === 1) return first;
    throw new AppError(
      'spec-invalid',
      `Family ${id}: ${shown(word)} is ${ids.length} tokens of this model, and one token must decide. Choose another word.`,
      { tokens: ids.length },
    );
  };
  return {
    classes: kept.length === 0 ? [] : [kept.map(single), broken.map(single)],
    // Of a word in several tokens the first is scored.
    tokens: wordsOf(topic).map((word) => subject.encode(` ${word}`)[0] ?? 0),
    streams,
  };
}

/** L item by item from the answers to {@link contextsOf} of plan.ts. */
export function oddsOf(topic: Topic, ends: readonly (ContextEnd | undefined)[]): readonly number[] {
  const words = wordsOf(topic).length;
  return topic.items.map((_, item) => {
    if (words > 0)
      return mean(
        Array.from({ length: words }, (_unused, k) => logOdds(ends[item * words + k]?.tokens[k] ?? Number.NaN)),
      );
    const [kept = Number.NaN, broken = Number.NaN] = ends[item]?.classes ?? [];
    return kept - broken;
  });
}

/** Log-probability of what an edit of the scores moves where an answer begins: words that break the rule, or the sentence's first word. */
export function movedOf(topic: Topic, end: ContextEnd | undefined): number {
  return (topic.said === null ? end?.classes[1] : end?.tokens[0]) ?? Number.NaN;
}

/** Nats that an edit of β costs a next word that it does not move: β is added to a share e^`moved` of the scores. */
export function editCost(moved: number, beta: number): number {
  return Math.log1p(Math.exp(moved) * Math.expm1(beta));
}
