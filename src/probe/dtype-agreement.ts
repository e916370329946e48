/** How far a direction that was made on one variant of a model holds on another: measured, never assumed. */
import { AppError } from '../base/errors.ts';
import type { Probe } from './probe-types.ts';

/** Layers `from` to `to`, both included. */
export interface LayerRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The least cosine at the probe's own layer at which it may score another variant. At 0.9 four fifths (0.81) of what one of the
 * two directions is lies along the other. Chosen before any pair of variants was measured.
 */
export const LEAST_AGREEMENT = 0.9;

/** With fewer topics the poles' difference is that of a few sentences. */
export const LEAST_AGREEMENT_TOPICS = 8;

/**
 * The difference of the poles' means over turns that a probe was fitted on, read again on the model at hand, against the same
 * difference that the probe carries (`Probe.steering`). On the probe's own weights, with all its turns, every cosine is 1.
 */
export interface DtypeAgreement {
  /** The variants: that of the probe, and that of the model at hand. */
  readonly from: string;
  readonly to: string;
  /** The probe's own layer, by which it is accepted or refused. */
  readonly layer: number;
  /** Cosine at every layer; null where either difference is nothing. */
  readonly cosine: readonly (number | null)[];
  /** The same with the poles swapped at random topic by topic: 95th percentile of the cosine's size over `shuffles` draws. */
  readonly null95: readonly (number | null)[];
  readonly shuffles: number;
  /** Topics that were read again, and those that the probe was fitted on: with fewer of them a cosine below 1 is partly theirs. */
  readonly topics: number;
  readonly fittedTopics: number;
  /** Turns of both poles that were read. */
  readonly turns: number;
}

/** The agreement in one line, at one layer. */
export function agreementLine(
  { from, to, cosine, null95, shuffles, topics, fittedTopics }: DtypeAgreement,
  layer: number,
): string {
  const at = cosine[layer] ?? null;
  const n = topics === fittedTopics ? `${topics} topics` : `${topics} of its ${fittedTopics} topics`;
  if (at === null)
    return `The probe was made on ${from}; this is ${to}. At layer ${layer} there is nothing to compare.`;
  const weak = at < LEAST_AGREEMENT ? ` Below ${LEAST_AGREEMENT}: do not read this layer.` : '';
  return `The probe was made on ${from}; this is ${to}. Their directions agree with cosine ${at.toFixed(3)} at layer ${layer} (n = ${n}; labels shuffled: ${(null95[layer] ?? 0).toFixed(2)}, 95 % of ${shuffles}).${weak}`;
}

/** The same in few words, for a tip or a caption. */
export function agreementShort({ from, to, cosine, topics }: DtypeAgreement, layer: number): string {
  const at = cosine[layer] ?? null;
  return `made on ${from}, cosine ${at === null ? 'none' : at.toFixed(3)} on ${to} at layer ${layer}, n = ${topics} topics`;
}

/** What a reading or steering calls what it was made with: with its cosine, where that was made on another variant. */
export function titleWith(title: string, agreement: DtypeAgreement | null, layer = agreement?.layer ?? 0): string {
  return agreement === null ? title : `${title} (${agreementShort(agreement, layer)})`;
}

/** Of the layers that are steered, the one whose directions agree least: to speak of. */
export function weakestLayer({ cosine }: Pick<DtypeAgreement, 'cosine'>, { from, to }: LayerRange): number {
  const at = (layer: number): number => cosine[layer] ?? -Infinity;
  return layersOf({ from, to }).reduce((weakest, layer) => (at(layer) < at(weakest) ? layer : weakest), from);
}

/** Throws `probe-model-mismatch` with what was measured where a probe may not be carried over. */
export function assertAgrees(probe: Pick<Probe, 'id'>, agreement: DtypeAgreement): void {
  assertAgreesAt(probe, agreement, agreement.layer, 'Train the probe on this variant, or load the one it was made on.');
}

/** The same of its direction at every layer that is steered: where it reads may be another. */
export function assertInterventions(probe: Pick<Probe, 'id'>, agreement: DtypeAgreement, steered: LayerRange): void {
  for (const layer of layersOf(steered))
    assertAgreesAt(
      probe,
      agreement,
      layer,
      'Steer other layers, train the probe on this variant, or load the one it was made on.',
    );
}

function layersOf({ from, to }: LayerRange): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function assertAgreesAt(
  probe: Pick<Probe, 'id'>,
  { from, to, cosine, null95, topics }: DtypeAgreement,
  layer: number,
  remedy: string,
): void {
  const at = cosine[layer] ?? null;
  const chance = null95[layer] ?? 1;
  if (at !== null && at >= LEAST_AGREEMENT && at > chance) return;
  const found =
    at === null
      ? 'there is no direction to compare'
      : `the directions agree with a cosine of ${at.toFixed(3)} only (labels shuffled: ${chance.toFixed(2)})`;
  throw new AppError(
    'probe-model-mismatch',
    `Probe "${probe.id}" was made on the variant ${from}. On this one, ${to}, ${found} at layer ${layer}, measured on ${topics} topics; at least ${LEAST_AGREEMENT} is asked for. ${remedy}`,
    { probe: probe.id, from, to, layer, cosine: at, null95: chance, topics },
  );
}
