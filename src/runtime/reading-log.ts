/** What has been told about a text, so that it can be told again when a text that begins like it is read. */
import { byPole } from '../core/heads.ts';
import type { ReadingSink, TapReading, TokenBatch, TokenScores } from '../core/reading.ts';

/** The readings of one text, in order. Copies what it hears: a sink may hand the buffers on. */
export class ReadingLog {
  #batches: TokenBatch[] = [];
  #taps: TapReading[] = [];

  /** A sink that remembers what it passes on. */
  through(sink: ReadingSink): ReadingSink {
    return {
      tokens: (batch) => {
        this.#batches.push(cut(batch, batch.pieces.length));
        sink.tokens(batch);
      },
      tap: (tap) => {
        this.#taps.push(tap);
        sink.tap(tap);
      },
    };
  }

  /** Whether a tap has been read after this token. */
  hasTap(afterToken: number): boolean {
    return this.#taps.some((tap) => tap.afterToken === afterToken);
  }

  /** Forgets everything from token `tokens` on. */
  keep(tokens: number): void {
    this.#batches = this.#batches.filter((batch) => batch.start < tokens).map((batch) => (batch.start + batch.pieces.length <= tokens ? batch : cut(batch, tokens - batch.start)));
    this.#taps = this.#taps.filter((tap) => tap.afterToken < tokens);
  }

  /** Tells everything again; of the taps those after these tokens. */
  replay(sink: ReadingSink, tapsAfter: ReadonlySet<number>): void {
    for (const batch of this.#batches) sink.tokens(cut(batch, batch.pieces.length));
    for (const tap of this.#taps) if (tapsAfter.has(tap.afterToken)) sink.tap(tap);
  }
}

/** The first tokens of a batch, with buffers of their own. */
function cut(batch: TokenBatch, tokens: number): TokenBatch {
  const layers = batch.pieces.length === 0 ? 0 : batch.scores.length / batch.pieces.length;
  const part = ({ scores, words }: TokenScores): TokenScores => ({ scores: scores.slice(0, tokens * layers), words: words.slice(0, tokens * layers) });
  const { poles } = batch;
  return { start: batch.start, pieces: batch.pieces.slice(0, tokens), ...part(batch), poles: poles && byPole((pole) => part(poles[pole])) };
}
