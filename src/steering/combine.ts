/** Several directions steered at once: which go together (see `together` in `modes.ts`), and what they come to at each layer. */
import { AppError } from '../base/errors.ts';
import { MAX_STRENGTH, modeDef } from './modes.ts';
import type { Intervention, SteeringPart, StreamSteering } from './steering.ts';

/** More directions than anyone can keep apart. */
export const MOST_PARTS = 6;

/** What must be known of a direction to say what it goes with. */
type CombinedPart = Pick<SteeringPart, 'direction' | 'probeSha256' | 'mode' | 'from' | 'to' | 'strength'>;

/**
 * Refuses directions that cannot steer at once: more than {@link MOST_PARTS}, one direction twice at a layer, two bounds at a
 * layer, and vectors whose lengths come to more than {@link MAX_STRENGTH} at a layer. Throws `push-invalid`.
 */
export function checkTogether(parts: readonly CombinedPart[]): void {
  if (parts.length > MOST_PARTS)
    throw new AppError('push-invalid', `${parts.length} directions are too many: steer along ${MOST_PARTS} at most.`, {
      found: parts.length,
      most: MOST_PARTS,
    });
  for (const [index, part] of parts.entries()) {
    for (const other of parts.slice(0, index)) {
      const layer = Math.max(part.from, other.from);
      if (layer > Math.min(part.to, other.to)) continue;
      if (sameDirection(part, other))
        throw new AppError(
          'push-invalid',
          `${part.direction} steers layer ${layer} twice. Name it once, with one strength, or give the two different layers.`,
          { direction: part.direction, layer },
        );
      if (modeDef(part.mode).together === 'one' && modeDef(other.mode).together === 'one')
        throw new AppError(
          'push-invalid',
          `${other.direction} (${other.mode}) and ${part.direction} (${part.mode}) both bound layer ${layer}, which takes one bound. Give them different layers, or take the mode add for one.`,
          { layer, modes: `${other.mode}, ${part.mode}` },
        );
    }
    const summed = parts.filter(({ mode }) => modeDef(mode).together === 'sum');
    // A sum can only be largest where some direction begins.
    const length = summed.reduce(
      (sum, { from, to, strength }) => (from <= part.from && part.from <= to ? sum + strength : sum),
      0,
    );
    if (length > MAX_STRENGTH)
      throw new AppError(
        'push-invalid',
        `The strengths at layer ${part.from} come to ${Number(length.toPrecision(3))} lengths of the stream, and ${MAX_STRENGTH} is the most. Give smaller ones.`,
        { layer: part.from, length },
      );
  }
}

function sameDirection(a: CombinedPart, b: CombinedPart): boolean {
  return a.probeSha256 === null || b.probeSha256 === null
    ? a.probeSha256 === b.probeSha256 && a.direction === b.direction
    : a.probeSha256 === b.probeSha256;
}

/** What several directions do together, layer by layer in order: vectors are summed, and the one bound stays. */
export function combineSteering(interventions: readonly Intervention[]): Intervention {
  const streams = new Map<number, StreamSteering>();
  for (const { stream, add, bound } of interventions.flat()) {
    const before = streams.get(stream);
    if (before?.bound && bound) throw new AppError('internal', `Two bounds at layer ${stream} were let through.`);
    streams.set(stream, { stream, add: summed(before?.add ?? null, add), bound: before?.bound ?? bound });
  }
  return [...streams.values()].sort((a, b) => a.stream - b.stream);
}

function summed(a: Float32Array | null, b: Float32Array | null): Float32Array | null {
  if (a === null || b === null) return a ?? b;
  return a.map((value, feature) => value + (b[feature] ?? Number.NaN));
}
