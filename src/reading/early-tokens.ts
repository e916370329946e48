/**
 * The zero of single tokens by their place in the text. The first words of any text read far to one side (on the
 * embedded model at layer 16 two to four units towards cruel, whatever the text says), so they have zeros of their
 * own; from {@link STEADY_FROM} on one zero serves.
 */
import type { EarlyTokens, LayerCalibration } from '../probe/probe-types.ts';

/** First position of each early group; position 0, the sink, is never scored. */
export const EARLY_FROM: readonly number[] = [1, 2, 3, 5, 8, 12];

/** First position that counts as steady. */
export const STEADY_FROM = 20;

/** Which early group a position belongs to; -1 for the sink and for steady positions. */
export function earlyGroup(position: number, from: readonly number[], steadyFrom: number): number {
  if (position >= steadyFrom) return -1;
  return from.findLastIndex((first) => position >= first);
}

/** The zero of w·h for a token at `position` and `layer`. */
export function tokenZero(calibration: LayerCalibration, early: EarlyTokens, layer: number, position: number): number {
  const group = earlyGroup(position, early.from, early.steadyFrom);
  return (group < 0 ? undefined : early.means[layer]?.[group]) ?? calibration.tokenMean;
}
