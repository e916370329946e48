/**
 * Directions to compare steering with. The ten with the pole flipped at random per topic come from the same data in the same
 * way as the direction itself and are harder to beat than noise; three isotropic ones show what any vector does; an
 * unrelated axis shows what a real direction does that means something else.
 */
import type { Probe } from '../probe/probe-types.ts';
import { createRng } from '../base/rng.ts';
import type { SteeringDirection } from './make-steering.ts';

/** What a direction is compared with. */
export type PlaceboKind = 'flipped' | 'isotropic' | 'unrelated';

/** A direction to compare with. */
export interface Placebo extends SteeringDirection {
  readonly kind: PlaceboKind;
}

/** Isotropic directions. */
export const ISOTROPIC_COUNT = 3;

/** Directions drawn evenly from all that there are, one for each layer `[layers, hidden]`; equal on every machine. */
export function isotropicPlacebos(layers: number, hidden: number, seed: number): readonly Placebo[] {
  return Array.from({ length: ISOTROPIC_COUNT }, (_, index) => {
    const rng = createRng(seed, index + 1);
    return {
      kind: 'isotropic' as const,
      title: `isotropic ${index + 1}`,
      vectors: Float32Array.from({ length: layers * hidden }, () => rng.normal()),
    };
  });
}

/** The flipped directions of a probe, `tensor` `[count, layers, hidden]`. */
export function flippedPlacebos(tensor: Float32Array, layers: number, hidden: number): readonly Placebo[] {
  const size = layers * hidden;
  return Array.from({ length: tensor.length / size }, (_, index) => ({
    kind: 'flipped' as const,
    title: `poles flipped ${index + 1}`,
    vectors: tensor.subarray(index * size, (index + 1) * size),
  }));
}

/**
 * Everything that a probe's steering is compared with: its flipped directions where it has them, isotropic ones, and
 * another probe's direction.
 */
export function placebosFor(
  { placebos, model }: Pick<Probe, 'placebos' | 'model'>,
  unrelated: SteeringDirection | null,
  seed: number,
): readonly Placebo[] {
  const layers = model.layerCount + 1;
  return [
    ...(placebos === null ? [] : flippedPlacebos(placebos, layers, model.hidden)),
    ...isotropicPlacebos(layers, model.hidden, seed),
    ...(unrelated === null ? [] : [{ ...unrelated, kind: 'unrelated' as const }]),
  ];
}

/** A direction of each part that stands in for its own. */
export interface PlaceboSet {
  readonly title: string;
  readonly directions: readonly SteeringDirection[];
}

/** Every way to stand in for the directions of these probes: poles swapped by topic where a probe has those, then random ones. */
export function placeboSets(probes: readonly Probe[], seed: number): readonly PlaceboSet[] {
  const each = probes.map((probe, index) => placebosFor(probe, null, (seed + index) % 2 ** 32));
  const count = each.length === 0 ? 0 : Math.min(...each.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) => {
    const directions = each.flatMap((some) => some[index] ?? []);
    return {
      title: directions.map(({ title }, part) => `${probes[part]?.title ?? ''}: ${title}`).join(' and '),
      directions,
    };
  });
}

/** Where an effect lies among those of placebos. */
export interface PlaceboRank {
  readonly placebos: number;
  /** Placebos whose effect is at least as large, either way. */
  readonly atLeast: number;
  /** (1 + atLeast) / (1 + placebos): the permutation p of Phipson and Smyth (2010). */
  readonly p: number;
}

/** The rank of an effect; null without placebos. */
export function rankAmong(own: number, others: readonly number[]): PlaceboRank | null {
  if (!Number.isFinite(own) || others.length === 0) return null;
  const atLeast = others.filter((value) => Math.abs(value) >= Math.abs(own)).length;
  return { placebos: others.length, atLeast, p: (1 + atLeast) / (1 + others.length) };
}
