/**
 * The four accounts of what evidence is worth. Each says Λ = a_topic + a_condition + γ · x, where x is made of the signs of the
 * evidence (+1 kind, -1 cruel) by one number of its own, its shape. So all have the same two: γ by least squares, the shape from a
 * grid. No evidence is x = 0 in all.
 */
import { netOf } from './orders.ts';

/** An account. */
export interface Account {
  readonly id: 'adding' | 'recency' | 'places' | 'saturating';
  /** As it stands in a sentence. */
  readonly name: string;
  readonly shape: {
    readonly name: string;
    readonly unit: string;
    readonly says: string;
    readonly grid: readonly number[];
  };
  /** x of some evidence, of one sentence at least. */
  readonly evidence: (signs: readonly number[], shape: number) => number;
}

/** 41 values, so that no account has a finer grid than another. */
const STEPS = 40;
const grid = (low: number, high: number): readonly number[] =>
  Array.from({ length: STEPS + 1 }, (_, at) => Number((low + ((high - low) * at) / STEPS).toFixed(6)));

const lastOf = (signs: readonly number[]): number => signs.at(-1) ?? NaN;

/** The account of the claim, then its rivals. */
export const ACCOUNTS: readonly [adding: Account, recency: Account, places: Account, saturating: Account] = [
  {
    id: 'adding',
    name: 'evidence that adds up',
    shape: {
      name: 'α',
      unit: 'exponent',
      says: '0: all count in full, however many; 1: their mean counts',
      grid: grid(-0.5, 1.5),
    },
    evidence: (signs, alpha) => netOf(signs) * signs.length ** -alpha,
  },
  {
    id: 'recency',
    name: 'the last sentence alone',
    shape: {
      name: 'α',
      unit: 'exponent',
      says: 'how its weight falls with the number of sentences',
      grid: grid(-0.5, 1.5),
    },
    evidence: (signs, alpha) => lastOf(signs) * signs.length ** -alpha,
  },
  {
    id: 'places',
    name: 'weights by place',
    shape: {
      name: 'λ',
      unit: 'ratio',
      says: 'what a sentence is worth, for each that follows it: 0: the last alone; 1: all alike; above 1: early ones more',
      grid: grid(0, 1.2),
    },
    evidence: (signs, lambda) => signs.reduce((sum, sign) => sum * lambda + sign, 0),
  },
  {
    id: 'saturating',
    name: 'saturation',
    shape: {
      name: 'log₂ κ',
      unit: 'log₂ of sentences',
      says: 'κ: the balance at which tanh(balance / κ) bends',
      grid: grid(-1, 6),
    },
    evidence: (signs, logScale) => Math.tanh(netOf(signs) / 2 ** logScale),
  },
];

/** x of a context; 0 before any evidence. */
export function evidenceOf({ evidence }: Account, signs: readonly number[], shape: number): number {
  return signs.length === 0 ? 0 : evidence(signs, shape);
}
