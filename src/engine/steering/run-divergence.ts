/**
 * How far the next words of two texts are apart after tokens that they share, with bounded memory: both are read by
 * turns, some rows of logits at a time.
 */
import { klFromLogits, logSumExp } from '../../reading/divergence.ts';
import type { TokenDivergence, TokenPair } from '../../reading/token-divergence.ts';
import { RowReader, type RowText } from './row-reader.ts';

/** Rows of logits of each text that are held at once: 6 MB each, for a vocabulary of 49,152. */
const ROWS = 32;

/** How it is read. */
export interface DivergenceReading {
  /** Tokens of a pass. */
  readonly chunkTokens: number;
  /** Called with how many pairs are done. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The divergence after each pair; pairs ascend in both texts. Throws what reading a text throws, and `cancelled`. */
export async function readDivergence(
  a: RowText,
  b: RowText,
  pairs: readonly TokenPair[],
  { chunkTokens, onProgress, signal }: DivergenceReading,
): Promise<TokenDivergence> {
  const [ab, ba] = [new Float32Array(pairs.length), new Float32Array(pairs.length)];
  const first = new RowReader(a, chunkTokens);
  const second = new RowReader(b, chunkTokens);
  const { vocabulary } = a.decoder.sizes;
  try {
    for (let start = 0; start < pairs.length; start += ROWS) {
      const some = pairs.slice(start, start + ROWS);
      const rowsA = await first.rows(
        some.map((pair) => pair.a),
        signal,
      );
      const rowsB = await second.rows(
        some.map((pair) => pair.b),
        signal,
      );
      for (let index = 0; index < some.length; index += 1) {
        const p = rowsA.subarray(index * vocabulary, (index + 1) * vocabulary);
        const q = rowsB.subarray(index * vocabulary, (index + 1) * vocabulary);
        const [sumP, sumQ] = [logSumExp(p), logSumExp(q)];
        ab[start + index] = klFromLogits(p, sumP, q, sumQ);
        ba[start + index] = klFromLogits(q, sumQ, p, sumP);
      }
      onProgress?.(start + some.length, pairs.length);
    }
    if (a.onPass) await first.finish(signal);
    if (b.onPass) await second.finish(signal);
  } finally {
    first.dispose();
    second.dispose();
  }
  return { ab, ba };
}
