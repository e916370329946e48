/** Gathers a reading in memory while it is made. */
import { concat } from '../base/float32.ts';
import { type ByPole, byPole, type Head, HEADS, type Pole } from '../probe/heads.ts';
import type { ReadingSink, ReadoutReading, TokenBatch, TokenPiece, TokenScores } from '../reading/reading.ts';

/** A sink that keeps everything. */
export class GrownReading implements ReadingSink {
  readonly pieces: TokenPiece[] = [];
  readonly #readouts = new Map<number, ReadoutReading>();
  readonly #batches: Readonly<Record<Head, TokenScores[]>> = { difference: [], positive: [], negative: [] };

  tokens(batch: TokenBatch): void {
    this.pieces.push(...batch.pieces);
    for (const head of HEADS) {
      const scored = head === 'difference' ? batch : batch.poles?.[head];
      if (scored !== undefined) this.#batches[head].push(scored);
    }
  }

  readout(readout: ReadoutReading): void {
    this.#readouts.set(readout.afterToken, readout);
  }

  /** Readings in the order in which their places were first read; one that was read again takes the place of the one before. */
  get readouts(): readonly ReadoutReading[] {
    return [...this.#readouts.values()];
  }

  /** All scores so far `[tokens, layers]`. */
  scores(): Float32Array {
    return concat(this.#batches.difference.map(({ scores }) => scores));
  }

  /** The words' part of all scores so far `[tokens, layers]`. */
  words(): Float32Array {
    return concat(this.#batches.difference.map(({ words }) => words));
  }

  /** The same for each pole from neutral; null where it was not read. */
  poles(): ByPole<TokenScores> | null {
    if (this.#batches.positive.length < this.#batches.difference.length) return null;
    const of = (pole: Pole, part: keyof TokenScores): Float32Array =>
      concat(this.#batches[pole].map((batch) => batch[part]));
    return byPole((pole) => ({ scores: of(pole, 'scores'), words: of(pole, 'words') }));
  }
}

/** The reading as plain data: numbers rounded to 4 decimals, which is finer than float32 kernels agree; NaN becomes null. */
export function toJson(reading: GrownReading): { tokens: unknown[]; taps: unknown[] } {
  const scores = reading.scores();
  const words = reading.words();
  const poles = reading.poles();
  const layers = reading.pieces.length > 0 ? scores.length / reading.pieces.length : 0;
  const row = (values: Float32Array): (number | null)[] =>
    Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null));
  const at = (values: Float32Array, index: number): (number | null)[] =>
    row(values.subarray(index * layers, (index + 1) * layers));
  const polesAt = (index: number): object =>
    poles === null
      ? {}
      : byPole((pole) => ({ scores: at(poles[pole].scores, index), words: at(poles[pole].words, index) }));
  const inOrder = (readouts: readonly ReadoutReading[]): ReadoutReading[] =>
    [...readouts].sort((a, b) => a.afterToken - b.afterToken);
  const shown = (readout: ReadoutReading): (number | null)[] | null =>
    readout.shown && row(Float32Array.of(readout.shown.score, readout.shown.low, readout.shown.high));
  const readoutPoles = (readout: ReadoutReading): object =>
    readout.poles === null ? {} : { positive: row(readout.poles.positive), negative: row(readout.poles.negative) };
  return {
    tokens: reading.pieces.map((piece, index) => ({
      id: piece.id,
      text: piece.text,
      scores: at(scores, index),
      words: at(words, index),
      ...polesAt(index),
    })),
    taps: inOrder(reading.readouts).map((readout) => ({
      afterToken: readout.afterToken,
      stand: readout.stand,
      shown: shown(readout),
      score: row(readout.score),
      nullLow: row(readout.nullLow),
      nullHigh: row(readout.nullHigh),
      ...readoutPoles(readout),
    })),
  };
}
