/**
 * What is measured after an item: the log-odds that the rule is kept, L = log P(kept) − log P(broken) at its last token, with
 * P the sum over a fixed class of words, or the right digit against the nine others. E = 1 / (1 + e^−L) is the share of the
 * rule. Edits of the word scores themselves are worked out here from one unedited reading: an edit adds to some logits, so
 * the shares that are needed change by known factors, and what normalises them cancels.
 */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import type { ContextEnd, EndRequest, Subject } from '../subject.ts';
import type { Family, Item, OutsideTextSpec } from './spec.ts';

/** Digits that can follow a sum. */
export const DIGITS = 10;

/** How far off the operands of the calculator are that is fed wrong ones. */
const WRONG_BY = 3;

/** What is known after an item without any edit. */
export interface Reading {
  readonly item: Item;
  /**
   * Logs of probabilities: of words the first and second half of the kept and of the broken class, in this order; of sums the
   * ten digits.
   */
  readonly logs: readonly number[];
  /** Streams of the last token `[layers, hidden]`; null where they were not asked for. */
  readonly streams: Float32Array | null;
}

/** log Σ e^x. */
function logSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most === -Infinity
    ? -Infinity
    : most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/**
 * What to ask a subject for after an item. Throws `spec-invalid`, with the path, where a word or digit is not one token
 * behind the items.
 */
export function requestOf(
  spec: OutsideTextSpec,
  family: Family,
  subject: Pick<Subject, 'encode'>,
  streams: boolean,
): EndRequest {
  const root = `spec.families[${spec.families.indexOf(family)}]`;
  const first = family.items[0]?.text ?? '';
  const before = subject.encode(first);
  const single = (ending: string, path: string): number => {
    const ids = subject.encode(ending);
    const behind = subject.encode(first + ending);
    const [id] = ids;
    if (id !== undefined && ids.length === 1 && behind.length === before.length + 1 && behind.at(-1) === id) return id;
    throw new AppError(
      'spec-invalid',
      `${path}: ${shown(ending)} is ${ids.length} tokens of this model, or joins the text before it, and one token must decide. Choose another word.`,
      { tokens: ids.length },
    );
  };
  if (family.kind === 'sums')
    return {
      classes: [],
      tokens: Array.from({ length: DIGITS }, (_, digit) => single(String(digit), `${root}.items`)),
      streams,
    };
  const halves = (name: 'kept' | 'broken'): number[][] => {
    const ids = family[name].map((word, at) => single(` ${word}`, `${root}.${name}[${at}]`));
    return [0, 1].map((half) => ids.filter((_, at) => at % 2 === half));
  };
  return { classes: [...halves('kept'), ...halves('broken')], tokens: [], streams };
}

/** Readings from the answers, one an item. Throws `internal` where there are not as many. */
export function readingsOf({ kind }: Family, items: readonly Item[], ends: readonly ContextEnd[]): readonly Reading[] {
  return items.map((item, at) => {
    const end = ends[at];
    if (end === undefined)
      throw new AppError('internal', `There are ${items.length} contexts and ${ends.length} answers.`);
    return { item, logs: kind === 'sums' ? end.tokens : end.classes, streams: end.streams };
  });
}

/** L after an item whose logits get `added` first: one number for each of its {@link Reading.logs}. */
export function oddsWith({ item, logs }: Reading, added: (part: number) => number): number {
  const moved = logs.map((log, part) => log + added(part));
  const kept = (part: number): boolean => (item.answer === null ? part < 2 : part === item.answer);
  return logSum(moved.filter((_, part) => kept(part))) - logSum(moved.filter((_, part) => !kept(part)));
}

/** L after an item as the model has it. */
export function oddsOf(reading: Reading): number {
  return oddsWith(reading, () => 0);
}

/** E of L. */
export function shareOf(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/** Probability of the words or digits that decide, together: how much of what comes next the measure is about. */
export function massOf({ logs }: Reading): number {
  return Math.exp(logSum(logs));
}

/** Whether the right digit is the likeliest of the ten. */
export function isRight({ item, logs }: Reading): boolean {
  return logs.every((log, digit) => digit === item.answer || log < (logs[item.answer ?? -1] ?? -Infinity));
}

/** What each part's logits get from an edit of strength `beta`; `head` is what the edit reads of the streams. */
export type HeadEdit = (beta: number, head: readonly number[], answer: number | null) => (part: number) => number;

/** Their names. */
export type HeadEditName = 'fixed' | 'gated' | 'permuted' | 'readout' | 'calculator' | 'wrong-operands';

/** Edits of the word scores. */
export const HEAD_EDITS: Readonly<Record<HeadEditName, HeadEdit>> = {
  /** Broken words lose β: nothing is read. */
  fixed: (beta) => (part) => (part < 2 ? 0 : -beta),
  /** Broken words lose β times a gate, 0 to 1, that reads the stream. */
  gated:
    (beta, [gate = Number.NaN]) =>
    (part) =>
      part < 2 ? 0 : -beta * gate,
  /** The fixed edit with half of the kept and half of the broken words as its class. */
  permuted: (beta) => (part) => (part === 0 || part === 2 ? -beta : 0),
  /** Each digit gets β times what a readout of the stream gives it. */
  readout: (beta, digits) => (part) => beta * (digits[part] ?? Number.NaN),
  /** The right digit, worked out from the operands in the text, gets β. */
  calculator: (beta, _, answer) => (part) => (part === answer ? beta : 0),
  /** The same from operands that are not those in the text. */
  'wrong-operands': (beta, _, answer) => (part) => (part === ((answer ?? 0) + WRONG_BY) % DIGITS ? beta : 0),
};

/**
 * What an edit does to a text that no rule is about, where no part is right: KL(unedited ‖ edited) and the change of
 * −log p of a token outside the parts, in nats.
 */
export function editOfNeutral(
  logs: readonly number[],
  added: (part: number) => number,
): { readonly kl: number; readonly surprise: number } {
  const shares = logs.map(Math.exp);
  const rest = 1 - shares.reduce((sum, value) => sum + value, 0);
  // log of what the edited shares add up to; the rest keeps its logits.
  const norm = logSum([Math.log(Math.max(0, rest)), ...logs.map((log, part) => log + added(part))]);
  return { kl: norm - shares.reduce((sum, value, part) => sum + value * added(part), 0), surprise: norm };
}
