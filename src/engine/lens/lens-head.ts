/**
 * The seam between the lens and whatever computes it: rows of the residual stream in, a few numbers a row out. The logits
 * of all rows are never held at once (3,100 rows of 49,152 would be 609 MB).
 */
import { AppError } from '../../base/errors.ts';
import type { LensAsk, LensRows } from '../../lens/lens-rows.ts';

/** The final norm and the output head of one model. One call at a time. */
export interface LensHead {
  readonly hidden: number;
  readonly vocabulary: number;
  /** Rows whose logits are held at a time. */
  readonly rowsAtOnce: number;
  /**
   * Reads rows `[rows, hidden]` of the residual stream as the last layer's would be read. Throws `numbers-not-finite`
   * or `gpu-device-lost`.
   */
  read(streams: Float32Array, ask: LensAsk): Promise<LensRows>;
  /** The logits themselves `[rows, vocabulary]`, for few rows; the caller's own. Throws what {@link read} throws. */
  logits(streams: Float32Array): Promise<Float32Array>;
  /** Frees its session; to be done before its decoder is disposed of. */
  dispose(): Promise<void>;
}

/** Bytes of logits that are held at a time. */
const LOGIT_BYTES = 32e6;

/** Rows of logits at a time for a vocabulary of this size, at most `most`. */
export function rowsAtOnceFor(vocabulary: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(LOGIT_BYTES / (vocabulary * Float32Array.BYTES_PER_ELEMENT))));
}

/** Rows of a block of streams `[rows, hidden]`. Throws `probe-width-mismatch` where they have another width. */
export function rowsOf(streams: Float32Array, hidden: number): number {
  const rows = streams.length / hidden;
  if (!Number.isInteger(rows) || rows === 0)
    throw new AppError(
      'probe-width-mismatch',
      `The lens of this model takes rows of ${hidden} numbers, and was given ${streams.length} in all. Take a direction that was made for this model.`,
      { found: streams.length, hidden },
    );
  return rows;
}

/** Consecutive blocks of rows `[rows, hidden]`, as views, with the first row of each. */
export function* blocksOf(
  streams: Float32Array,
  hidden: number,
  rowsAtOnce: number,
): Generator<{ readonly first: number; readonly rows: number; readonly block: Float32Array }> {
  const total = rowsOf(streams, hidden);
  for (let first = 0; first < total; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, total - first);
    yield { first, rows, block: streams.subarray(first * hidden, (first + rows) * hidden) };
  }
}

/** One overflow makes every probability of its row nonsense. */
export function assertRowsFinite({ entropy }: LensRows): void {
  const bad = entropy.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new AppError(
      'numbers-not-finite',
      `The output head gave a number that is not finite (row ${bad} of ${entropy.length}). On a graphics card, reload and choose the CPU. On the processor, a file of the model may be damaged: hold its files to their hashes with flipside verify, or fetch it again.`,
      { row: bad },
    );
}
