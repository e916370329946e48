/** Reads one text from its start, as far as it is asked, and gives the logits after the tokens that are asked for. */
import type { Intervention } from '../../steering/steering.ts';
import { AppError } from '../../base/errors.ts';
import { throwIfStopped } from '../../base/abort.ts';
import { checkLength } from '../../text/text-check.ts';
import type { Cache, Decoder, Pass } from '../decoder.ts';
import { underSteering } from './steering-faults.ts';
import { setEdits } from './steering-edits.ts';

/** A text with what is done to the stream while it is read. */
export interface RowText {
  /** One that edits, where there is steering. */
  readonly decoder: Decoder;
  readonly ids: readonly number[];
  readonly intervention: Intervention;
  /** The first token that is steered. */
  readonly from: number;
  /** Of the tokens from there on, those that are steered; left out, all. */
  readonly only?: ReadonlySet<number> | undefined;
  /** Called with the streams of each pass; left out, they stay where they are. */
  readonly onPass?: (pass: Pick<Pass, 'tokens' | 'residuals'>, start: number) => void;
}

/** Whether a token is steered of a line that is steered from `from` on, at the tokens of `only` alone where there are such. */
export function isSteered(from: number, only: ReadonlySet<number> | undefined, token: number): boolean {
  return token >= from && (only === undefined || only.has(token));
}

/** One reading under way. Two may go on by turns on one decoder. Dispose of it when done. */
export class RowReader {
  readonly #text: RowText;
  readonly #chunkTokens: number;
  #cache: Cache | null = null;
  #read = 0;

  /** Throws `text-too-long`, and `recording-invalid` for tokens that the model has not. */
  constructor(text: RowText, chunkTokens: number) {
    const { ids, decoder } = text;
    checkLength(ids.length, decoder.sizes.contextTokens);
    const strange = ids.findIndex((id) => !(id >= 0 && id < decoder.sizes.vocabulary));
    if (strange >= 0)
      throw new AppError(
        'recording-invalid',
        `Token ${strange} has the id ${ids[strange]}, and the model's ids end at ${decoder.sizes.vocabulary - 1}. Pick a run of this model.`,
        { token: strange, id: ids[strange] ?? null },
      );
    this.#text = text;
    this.#chunkTokens = chunkTokens;
  }

  /**
   * Logits `[tokens, vocabulary]` after these tokens, ascending and beyond all that were asked for before. Throws
   * `cancelled`, and `push-too-strong` where steering breaks the numbers.
   */
  async rows(tokens: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { vocabulary } = this.#text.decoder.sizes;
    const out = new Float32Array(tokens.length * vocabulary);
    let filled = 0;
    while (filled < tokens.length) {
      const start = this.#read;
      const end = Math.min((tokens.at(-1) ?? start) + 1, start + this.#chunkTokens);
      const wanted = tokens.slice(filled).filter((token) => token >= start && token < end);
      const logits = await this.#goOn(end, wanted, signal);
      out.set(logits.subarray(0, wanted.length * vocabulary), filled * vocabulary);
      filled += wanted.length;
    }
    return out;
  }

  /** Reads on to the end of the text, for its streams alone. */
  async finish(signal?: AbortSignal): Promise<void> {
    while (this.#read < this.#text.ids.length)
      await this.#goOn(Math.min(this.#text.ids.length, this.#read + this.#chunkTokens), [], signal);
  }

  /** One pass, up to token `end`; logits after the tokens that are wanted. */
  async #goOn(end: number, wanted: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    throwIfStopped(signal);
    const { decoder, ids, intervention, from, only, onPass } = this.#text;
    const start = this.#read;
    setEdits(
      decoder,
      intervention,
      Array.from({ length: end - start }, (_, token) => isSteered(from, only, start + token)),
    );
    const pass = await underSteering(intervention, () =>
      decoder.run(ids.slice(start, end), this.#cache, {
        logitRows: wanted.map((token) => token - start),
        residuals: onPass !== undefined,
      }),
    );
    this.#cache?.dispose();
    this.#cache = pass.cache;
    this.#read = end;
    onPass?.(pass, start);
    return pass.logits;
  }

  /** Frees the cache, and leaves the decoder unsteered. */
  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
    setEdits(this.#text.decoder, [], []);
  }
}
