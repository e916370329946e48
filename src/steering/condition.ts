/**
 * A condition on steering: only while a reading lies beyond a threshold. The reading is that of neutral words after the text so
 * far, at one layer below all that are steered: there it is what the words say, and steering cannot move it.
 */
import { AppError } from '../base/errors.ts';
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import type { Axis, Probe } from '../probe/probe-types.ts';
import type { TraceReadout } from '../probe/trace-types.ts';
import { meanReading } from '../reading/score.ts';
import { layerScores } from '../reading/trace-score.ts';

/** On which side of the threshold steering acts. */
export type ConditionSide = 'above' | 'below';

/** Each side: its sign, as it is typed and said, and whether a reading lies there; one that is no number lies on neither. */
export const CONDITION_SIDES = {
  above: { sign: '>', holds: (reading, threshold) => reading > threshold },
  below: { sign: '<', holds: (reading, threshold) => reading < threshold },
} satisfies Record<
  ConditionSide,
  { readonly sign: string; readonly holds: (reading: number, threshold: number) => boolean }
>;

/** The names of the sides. */
export const CONDITION_SIDE_NAMES = Object.keys(CONDITION_SIDES) as readonly ConditionSide[];

/** The largest threshold on either side of zero: readings of texts stay within a few standard deviations. */
export const MOST_THRESHOLD = 20;

/** When steering acts. */
export interface ConditionSettings {
  /** Where the probe reads; 1 is what leaves the first layer. */
  readonly layer: number;
  readonly side: ConditionSide;
  /** In standard deviations of the probe's readings at that layer over its training turns; + is the positive pole. */
  readonly threshold: number;
}

/** First and last token of a stretch, both included. */
export type TokenStretch = readonly [first: number, last: number];

/** A condition as a run remembers it. */
export interface ConditionRecord extends ConditionSettings {
  /** Title, poles and hash of the probe that read. */
  readonly probe: string;
  readonly axis: Pick<Axis, 'positive' | 'negative'>;
  readonly probeSha256: string;
  /** How far that probe agrees with the model, where it was made on another variant of it. */
  readonly carriedOver?: DtypeAgreement;
  /** The tokens whose stream was steered, in order, and how many could have been. */
  readonly acted: readonly TokenStretch[];
  readonly asked: number;
}

/** What the condition decided about one token that could have been steered. */
export interface TokenDecision {
  readonly token: number;
  /** The reading after the token before; NaN where none was read yet. */
  readonly reading: number;
  readonly steered: boolean;
}

/** A condition as the engine follows it. */
export interface SteeringCondition {
  /** Neutral texts that are read after every token, each by itself. */
  readonly texts: readonly string[];
  /** The reading of the mean stream over the tokens of each `[layers, hidden]`. */
  readonly reading: (means: readonly Float32Array[]) => number;
  /** Whether the next token is steered after such a reading. */
  readonly holds: (reading: number) => boolean;
}

/**
 * The layer at which a probe decides unless another is asked for: the highest of those that it is read at that lies below the
 * first steered one. Null where there is none.
 */
export function conditionLayer(
  { trace }: { readonly trace: Pick<TraceReadout, 'layers'> | null },
  firstSteered: number,
): number | null {
  return trace?.layers.findLast((layer) => layer < firstSteered) ?? null;
}

/** Refuses a condition that steering itself would move, or that nothing can cross. Throws `push-invalid`. */
export function checkCondition(
  { layer, threshold }: ConditionSettings,
  steered: readonly { readonly from: number }[],
): void {
  const first = Math.min(...steered.map(({ from }) => from));
  if (!(Number.isInteger(layer) && layer >= 1 && layer < first))
    throw new AppError(
      'push-invalid',
      `The reading that decides must lie below the first steered layer, ${first}: at layer ${layer} steering would move it. ${
        first === 1
          ? 'Steer from a higher layer on.'
          : `Read it at layer ${first - 1} or lower, or steer from a higher layer on.`
      }`,
      { layer, firstSteered: first },
    );
  if (!(Math.abs(threshold) <= MOST_THRESHOLD))
    throw new AppError(
      'push-invalid',
      `A reading beyond ${threshold} standard deviations does not happen: give a threshold from -${MOST_THRESHOLD} to ${MOST_THRESHOLD}.`,
      { threshold },
    );
}

/** Why a probe that is not read inside sentences decides nothing. */
export function cannotDecide(title: string): AppError {
  return new AppError(
    'push-invalid',
    `${title} is read at the ends of sentences alone, so it cannot decide token by token. Train it again, or take another probe.`,
  );
}

/** What the engine follows, from a probe that fits the model. Throws `push-invalid` for a probe that is not read inside sentences. */
export function conditionOf(
  { title, trace }: Pick<Probe, 'title' | 'trace'>,
  { layer, side, threshold }: ConditionSettings,
): SteeringCondition {
  if (trace === null) throw cannotDecide(title);
  return {
    texts: trace.texts,
    reading: (means) => layerScores(trace.inside, meanReading(means))[layer] ?? Number.NaN,
    holds: (reading) => CONDITION_SIDES[side].holds(reading, threshold),
  };
}

/** The stretches with one more token, which comes after all of them. */
export function withToken(stretches: readonly TokenStretch[], token: number): readonly TokenStretch[] {
  const last = stretches.at(-1);
  return last?.[1] === token - 1 ? [...stretches.slice(0, -1), [last[0], token]] : [...stretches, [token, token]];
}

/** Where a condition held, with one more decision, which comes after all of them. */
export function withDecision<Record extends Pick<ConditionRecord, 'acted' | 'asked'>>(
  record: Record,
  { token, steered }: TokenDecision,
): Record {
  return { ...record, asked: record.asked + 1, ...(steered && { acted: withToken(record.acted, token) }) };
}

/** How many tokens the stretches hold. */
export function tokensIn(stretches: readonly TokenStretch[]): number {
  return stretches.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
