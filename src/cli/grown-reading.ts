/** Gathers a reading in memory while it is made. */
import type { ReadingSink, TapReading, TokenBatch, TokenPiece } from '../core/reading.ts';

/** A sink that keeps everything. */
export class GrownReading implements ReadingSink {
  readonly pieces: TokenPiece[] = [];
  readonly taps: TapReading[] = [];
  readonly #batches: Float32Array[] = [];

  tokens(batch: TokenBatch): void {
    this.pieces.push(...batch.pieces);
    this.#batches.push(batch.scores);
  }

  tap(tap: TapReading): void {
    this.taps.push(tap);
  }

  /** All scores so far `[tokens, layers]`. */
  scores(): Float32Array {
    const out = new Float32Array(this.#batches.reduce((sum, batch) => sum + batch.length, 0));
    let at = 0;
    for (const batch of this.#batches) {
      out.set(batch, at);
      at += batch.length;
    }
    return out;
  }
}

/** The reading as plain data: scores rounded to 4 decimals, which is finer than float32 kernels agree; NaN becomes null. */
export function toJson(reading: GrownReading): { tokens: unknown[]; taps: unknown[] } {
  const scores = reading.scores();
  const layers = reading.pieces.length > 0 ? scores.length / reading.pieces.length : 0;
  const row = (values: Float32Array): (number | null)[] => Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null));
  return {
    tokens: reading.pieces.map((piece, index) => ({ id: piece.id, text: piece.text, scores: row(scores.subarray(index * layers, (index + 1) * layers)) })),
    taps: reading.taps.map((tap) => ({ afterToken: tap.afterToken, score: row(tap.score), nullLow: row(tap.nullLow), nullHigh: row(tap.nullHigh) })),
  };
}
