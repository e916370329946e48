/** The texts of one topic in one condition, what is asked after them, and what a run of either size takes. No model. */
import type { RunSize } from '../experiment-types.ts';
import type { Passage } from '../../training/reader.ts';
import type { Cost, UnitPlan } from '../design.ts';
import { longestOf, type Reach } from '../reach.ts';
import { matchTokens } from '../matched-steering.ts';
import type { Question } from '../subject.ts';
import { type Order, ordersOf } from './orders.ts';
import {
  type ByPole,
  type Condition,
  type ConditionId,
  CONDITIONS,
  type Extent,
  type MixtureSpec,
  mostSentences,
  POLES,
  type Topic,
} from './spec.ts';

/** Tokens are counted as characters / 4. */
const CHARACTERS = 4;

/** A topic in a condition: what is done in one go. */
export interface MixtureUnit {
  readonly id: string;
  readonly topic: Topic;
  /** Its place in the spec. */
  readonly at: number;
  readonly condition: Condition;
  readonly orders: readonly Order[];
}

/** What a size takes. */
export function extentOf(spec: MixtureSpec, size: RunSize): Extent {
  return size === 'quick'
    ? spec.quick
    : { topics: spec.topics.length, orders: spec.orders.length, beside: spec.beside };
}

/** The units of a size, in the order of their ids. Units of a quick run read fewer orders, and say so. */
export function unitsOf(spec: MixtureSpec, size: RunSize): readonly MixtureUnit[] {
  return spec.topics
    .slice(0, extentOf(spec, size).topics)
    .flatMap((_, at) => unitsOfTopic(spec, at, size))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The unit of that id, or null where neither size has it. */
export function unitOf(spec: MixtureSpec, id: string): MixtureUnit | null {
  for (const size of ['full', 'quick'] as const) {
    const at = spec.topics
      .slice(0, extentOf(spec, size).topics)
      .findIndex((topic) => CONDITIONS.some((condition) => unitId(topic, condition.id, size) === id));
    if (at >= 0) return unitsOfTopic(spec, at, size).find((unit) => unit.id === id) ?? null;
  }
  return null;
}

function unitsOfTopic(spec: MixtureSpec, at: number, size: RunSize): readonly MixtureUnit[] {
  const topic = spec.topics[at];
  if (topic === undefined) return [];
  const orders = ordersOf(spec, at);
  return CONDITIONS.map((condition) => ({
    id: unitId(topic, condition.id, size),
    topic,
    at,
    condition,
    orders: orders.slice(0, 2 * ordersIn(extentOf(spec, size), condition.id)),
  }));
}

/** A unit's id. */
function unitId({ id }: Pick<Topic, 'id'>, condition: ConditionId, size: RunSize): string {
  return `${id}.${condition}${size === 'quick' ? '.quick' : ''}`;
}

/** How many orders a condition is read in, each with its mirror. */
function ordersIn({ orders, beside }: Extent, condition: ConditionId): number {
  return condition === 'none' ? orders : beside;
}

/** The context after `dose` sentences of an order. */
function contextOf(
  { frames }: MixtureSpec,
  { topic, condition }: MixtureUnit,
  { beats, signs }: Order,
  dose: number,
): string {
  const frame = condition.frame === 'none' ? [] : [frames[condition.frame]];
  return [...frame, topic.setting, ...evidenceOf(topic, beats, signs, dose)].join(' ');
}

function evidenceOf({ evidence }: Topic, beats: readonly number[], signs: readonly number[], dose: number): string[] {
  return beats.slice(0, dose).map((beat, at) => evidence[beat]?.[(signs[at] ?? 0) > 0 ? 'kind' : 'cruel'] ?? '');
}

/**
 * What is asked, in this order: after no evidence, then order by order after each dose. Both versions of a continuation
 * stand next to each other.
 */
export function questionsOf(spec: MixtureSpec, unit: MixtureUnit): readonly Question[] {
  const continuations = unit.topic.continuations.flatMap((pair: ByPole) => POLES.map((pole) => pair[pole]));
  const none: Order = { beats: [], signs: [] };
  return [
    contextOf(spec, unit, none, 0),
    ...unit.orders.flatMap((order) => dosed(spec).map((dose) => contextOf(spec, unit, order, dose))),
  ].map((context) => ({ context, continuations }));
}

/** The doses above 0. */
export function dosed({ doses }: Pick<MixtureSpec, 'doses'>): readonly number[] {
  return doses.filter((dose) => dose > 0);
}

/** What is read at control texts: a passage an order, control texts after each dose; the first one also after the setting alone. */
export function passagesOf(spec: MixtureSpec, { topic, orders }: MixtureUnit): readonly Passage[] {
  return orders.map(({ beats, signs }, at) => ({
    text: [topic.setting, ...evidenceOf(topic, beats, signs, mostSentences(spec))],
    readoutTexts: spec.taps,
    // Segment 0 is the setting, so segment n ends the n-th sentence.
    readoutAfter: at === 0 ? spec.doses : dosed(spec),
  }));
}

/** The longest text is a context of most sentences with a continuation behind it. */
export function reachOf(spec: MixtureSpec, size: RunSize): Reach {
  const texts = unitsOf(spec, size).flatMap((unit) =>
    questionsOf(spec, unit).map(({ context, continuations }) => `${context} ${longestOf(continuations)}`),
  );
  return { longest: longestOf(texts), written: null, steers: true };
}

/** A unit's plan. */
export function planOf(spec: MixtureSpec, unit: MixtureUnit): UnitPlan {
  const { topic, condition, orders } = unit;
  const questions = orders.length * dosed(spec).length + 1;
  const continuations = lengthOf(
    topic.continuations.flatMap(({ kind, cruel }) => [kind, cruel.split(' ').slice(2).join(' ')]),
  );
  const sentences = orders.reduce(
    (sum, { beats, signs }) => sum + lengthOf(evidenceOf(topic, beats, signs, mostSentences(spec))),
    0,
  );
  const opening = lengthOf([topic.setting, condition.frame === 'none' ? '' : spec.frames[condition.frame]]);
  const atReadouts = condition.id === 'none' ? opening + sentences + questions * lengthOf(spec.taps) : 0;
  return {
    id: unit.id,
    cost: {
      read: Math.ceil((opening * orders.length + sentences + questions * continuations + atReadouts) / CHARACTERS),
      written: 0,
    },
  };
}

/** What fitting and matching ask of a model: the scenes of the fit, and neutral text at the strengths that are tried. */
export function preparationCost(spec: MixtureSpec): Cost {
  const fit = spec.fit.reduce(
    (sum, { setting, evidence }) =>
      sum +
      2 * (setting.length + evidence.length * lengthOf(spec.taps)) +
      lengthOf(evidence.flatMap(({ kind, cruel }) => [kind, cruel])),
    0,
  );
  return { read: Math.ceil(fit / CHARACTERS) + matchTokens(1 + 2 * MATCH_READINGS), written: 0 };
}

/** Pairs of readings of neutral text that matching a KL takes on average. */
const MATCH_READINGS = 4;

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, value) => sum + value.length + 1, 0);
}
