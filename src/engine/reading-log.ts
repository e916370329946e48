/** What has been told about a text, so that it can be told again when a text that begins like it is read. */
import { byPole } from '../probe/heads.ts';
import type { ReadingSink, Stand, ReadoutReading, TokenBatch, TokenScores } from '../reading/reading.ts';
import type { ReadingPlace } from '../reading/refinement.ts';

/** The readings of one text: tokens in order, readouts in any. Copies what it hears: a sink may hand the buffers on. */
export class ReadingLog {
  #batches: TokenBatch[] = [];
  /** By the token after which they stand: one that is read again takes the place of the one before. */
  readonly #readouts = new Map<number, ReadoutReading>();

  /** A sink that remembers what it passes on. */
  through(sink: ReadingSink): ReadingSink {
    return {
      tokens: (batch) => {
        this.#batches.push(cut(batch, batch.pieces.length));
        sink.tokens(batch);
      },
      readout: (readout) => {
        this.#readouts.set(readout.afterToken, readout);
        sink.readout(readout);
      },
    };
  }

  /** Whether a place has been read as what it is: what ended the text once may stand inside a sentence now. */
  hasReadout({ afterToken, stand }: ReadingPlace): boolean {
    return this.#readouts.get(afterToken)?.stand === stand;
  }

  /** Forgets the scores from token `tokens` on, and the readouts from token `alike` on: a readout depends on the text before it only. */
  keep(tokens: number, alike = tokens): void {
    this.#batches = this.#batches
      .filter((batch) => batch.start < tokens)
      .map((batch) => (batch.start + batch.pieces.length <= tokens ? batch : cut(batch, tokens - batch.start)));
    for (const afterToken of this.#readouts.keys()) if (afterToken >= alike) this.#readouts.delete(afterToken);
  }

  /** Tells all tokens again. */
  replayTokens(sink: ReadingSink): void {
    for (const batch of this.#batches) sink.tokens(cut(batch, batch.pieces.length));
  }

  /**
   * Tells those readouts after the tokens `from` to before `to` again that were read as what their tokens are by these
   * stands of the text.
   */
  replayReadouts(sink: ReadingSink, stands: readonly Stand[], from: number, to: number): void {
    for (let token = from; token < Math.min(to, stands.length); token += 1) {
      const readout = this.#readouts.get(token);
      if (readout !== undefined && readout.stand === stands[token]) sink.readout(readout);
    }
  }
}

/** The first tokens of a batch, with buffers of their own. */
function cut(batch: TokenBatch, tokens: number): TokenBatch {
  const layers = batch.pieces.length === 0 ? 0 : batch.scores.length / batch.pieces.length;
  const part = ({ scores, words }: TokenScores): TokenScores => ({
    scores: scores.slice(0, tokens * layers),
    words: words.slice(0, tokens * layers),
  });
  const { poles } = batch;
  return {
    start: batch.start,
    pieces: batch.pieces.slice(0, tokens),
    ...part(batch),
    poles: poles && byPole((pole) => part(poles[pole])),
  };
}
