/** Gathers a reading in memory while it is made. */
import type { ReadingSink, TapReading, TokenBatch, TokenPiece } from '../core/reading.ts';

/** A sink that keeps everything. */
export class GrownReading implements ReadingSink {
  readonly pieces: TokenPiece[] = [];
  readonly taps: TapReading[] = [];
  readonly #scores: Float32Array[] = [];
  readonly #words: Float32Array[] = [];

  tokens(batch: TokenBatch): void {
    this.pieces.push(...batch.pieces);
    this.#scores.push(batch.scores);
    this.#words.push(batch.words);
  }

  tap(tap: TapReading): void {
    this.taps.push(tap);
  }

  /** All scores so far `[tokens, layers]`. */
  scores(): Float32Array {
    return joined(this.#scores);
  }

  /** The words' part of all scores so far `[tokens, layers]`. */
  words(): Float32Array {
    return joined(this.#words);
  }
}

function joined(batches: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  let at = 0;
  for (const batch of batches) {
    out.set(batch, at);
    at += batch.length;
  }
  return out;
}

/** The reading as plain data: numbers rounded to 4 decimals, which is finer than float32 kernels agree; NaN becomes null. */
export function toJson(reading: GrownReading): { tokens: unknown[]; taps: unknown[] } {
  const scores = reading.scores();
  const words = reading.words();
  const layers = reading.pieces.length > 0 ? scores.length / reading.pieces.length : 0;
  const row = (values: Float32Array): (number | null)[] => Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null));
  const at = (values: Float32Array, index: number): (number | null)[] => row(values.subarray(index * layers, (index + 1) * layers));
  return {
    tokens: reading.pieces.map((piece, index) => ({ id: piece.id, text: piece.text, scores: at(scores, index), words: at(words, index) })),
    taps: reading.taps.map((tap) => ({ afterToken: tap.afterToken, score: row(tap.score), nullLow: row(tap.nullLow), nullHigh: row(tap.nullHigh) })),
  };
}
