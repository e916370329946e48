/**
 * Finds how many rows this adapter reads right at once. The decoder itself asks its head for one row a pass, so nothing that
 * was proved before says that several are right together; the same rows one by one are the truth.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import { relativeError } from '../../stats/relative-error.ts';
import { createRng } from '../../base/rng.ts';
import { toleranceOf } from './chunk-proof.ts';
import { blocksOf, type LensHead } from '../lens/lens-head.ts';

/** Block sizes that are tried, largest first; adapters that are wrong from 32 rows on are known (see chunk-proof.ts). */
const SIZES = [64, 31, 16];

/**
 * The lens with the largest blocks of at most `most` rows that are right, or one row at a time. `open` gives it with
 * blocks of some size. Throws `cancelled`.
 */
export async function proveLens(
  open: (rows: number) => LensHead,
  most: number,
  signal?: AbortSignal,
  tolerance = toleranceOf('float32'),
): Promise<LensHead> {
  const single = open(1);
  const sizes = [...new Set(SIZES.map((rows) => open(Math.min(rows, most)).rowsAtOnce))];
  const rng = createRng(1);
  const streams = Float32Array.from({ length: Math.max(...sizes) * single.hidden }, () => rng.normal());
  const truth = new Float32Array((streams.length / single.hidden) * single.vocabulary);
  for (const { first, block } of blocksOf(streams, single.hidden, 1)) {
    throwIfStopped(signal);
    truth.set(await single.logits(block), first * single.vocabulary);
  }
  for (const rows of sizes) {
    const found = await open(rows).logits(streams.subarray(0, rows * single.hidden));
    if (rowError(found, truth, single.vocabulary) <= tolerance) return open(rows);
  }
  return single;
}

/** The largest relative error of a row; numbers that are not finite are as wrong as can be. */
function rowError(found: Float32Array, truth: Float32Array, width: number): number {
  let worst = 0;
  for (let at = 0; at < found.length; at += width) {
    const error = relativeError(found.subarray(at, at + width), truth.subarray(at, at + width));
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

/** The largest difference of two lists of log probabilities, in nats, that is rounding. */
export const AGREEMENT_LIMIT = 0.01;

/** Throws `numbers-wrong` where the lens at the last layer differs by more from the model's own last words. */
export function assertAgrees(difference: number): void {
  if (difference <= AGREEMENT_LIMIT) return;
  throw new AppError(
    'numbers-wrong',
    `The lens at the last layer must give the model's own next words, and differs by ${difference.toPrecision(2)} nats (at most ${AGREEMENT_LIMIT} is rounding). Reload and choose the CPU.`,
    { difference, limit: AGREEMENT_LIMIT },
  );
}
