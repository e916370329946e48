/** One beginning, and lines that branch off it, in one cache. Which token follows which is remembered here. */
import { AppError } from '../../base/errors.ts';
import type { Cache, Decoder, Pass } from '../decoder.ts';
import { pickTokens } from '../pick-tokens.ts';
import { TokenMean } from '../token-mean.ts';

/** A token that is to be read, and the slot of the token before it. */
export interface NextToken {
  readonly id: number;
  readonly after: number;
}

/** What {@link BranchedText} needs. */
export interface BranchedTextParts {
  readonly decoder: Decoder;
  /** Tokens of a pass at most. */
  readonly chunkTokens: number;
  /** Called before each pass whose tokens stay, with the position in its line of the first of them. */
  readonly beforePass?: (position: number) => void;
}

/** Grows by a beginning, then by lines. A decoder that takes no branches holds one line. Dispose of it when done. */
export class BranchedText {
  readonly #parts: BranchedTextParts;
  #begin: Cache | null = null;
  #cache: Cache | null = null;
  /** By slot the slot before it. */
  readonly #before: number[] = [];

  constructor(parts: BranchedTextParts) {
    this.#parts = parts;
  }

  /** Tokens of it so far; the slot that the next one takes. */
  get length(): number {
    return this.#before.length;
  }

  /**
   * Reads what all lines begin with; no pass goes over token `split`. Gives the logits after its last token
   * `[vocabulary]`. Throws `text-empty`, and what `check` throws between two passes.
   */
  async begin(ids: readonly number[], split: number, check: () => void): Promise<Float32Array> {
    if (ids.length === 0) throw new AppError('text-empty', 'A continuation needs a beginning. Give it some words.');
    let logits: Float32Array = new Float32Array(0);
    for (let from = 0; from < ids.length;) {
      check();
      const end = Math.min(ids.length, from + this.#parts.chunkTokens, from < split ? split : Infinity);
      this.#parts.beforePass?.(from);
      const pass = await this.#parts.decoder.run(ids.slice(from, end), this.#cache, {
        residuals: false,
        ...(end < ids.length && { logitRows: [] }),
      });
      this.#take(pass);
      for (let slot = from; slot < end; slot += 1) this.#before.push(slot - 1);
      ({ logits } = pass);
      from = end;
    }
    this.#begin = this.#cache;
    return logits;
  }

  /**
   * Reads one pass of tokens that all stand at `position` of their lines, or of which the first does; they stay, in the
   * order given, from slot {@link length} on. Gives the logits after those at `rows` `[rows, vocabulary]`.
   */
  async grow(tokens: readonly NextToken[], position: number, rows: readonly number[]): Promise<Float32Array> {
    const parents = tokens.map(({ after }) => after);
    this.#parts.beforePass?.(position);
    const pass = await this.#parts.decoder.run(
      tokens.map(({ id }) => id),
      this.#cache,
      { ...this.#branches(parents, tokens.length), logitRows: rows, residuals: false },
    );
    this.#take(pass);
    this.#before.push(...parents);
    return pass.logits;
  }

  /**
   * Reads texts after slots and forgets them, as many in a pass as it holds; the mean over the tokens of each
   * `[layers, hidden]`. None may have more tokens than a pass.
   */
  async peek(
    texts: readonly { readonly ids: readonly number[]; readonly after: number }[],
    check: () => void,
  ): Promise<readonly Float32Array[]> {
    const { decoder, chunkTokens } = this.#parts;
    const { contextTokens } = decoder.sizes;
    const most = decoder.branching ? Math.min(chunkTokens, contextTokens - this.length) : 0;
    const means: Float32Array[] = [];
    let together: (typeof texts)[number][] = [];
    let size = 0;
    const flush = async (): Promise<void> => {
      if (together.length > 0) means.push(...(await this.#peekTogether(together)));
      together = [];
      size = 0;
    };
    for (const text of texts) {
      check();
      if (size + text.ids.length > most) await flush();
      together.push(text);
      size += text.ids.length;
    }
    await flush();
    return means;
  }

  /** Forgets the lines. */
  rewind(): void {
    if (this.#cache !== this.#begin) this.#cache?.dispose();
    this.#cache = this.#begin;
    this.#before.length = this.#begin?.length ?? 0;
  }

  /** Frees its memory. */
  dispose(): void {
    this.rewind();
    this.#begin?.dispose();
    this.#begin = null;
    this.#cache = null;
  }

  async #peekTogether(
    texts: readonly { readonly ids: readonly number[]; readonly after: number }[],
  ): Promise<readonly Float32Array[]> {
    const { decoder } = this.#parts;
    const { hidden, layerCount } = decoder.sizes;
    const ids: number[] = [];
    const parents: number[] = [];
    for (const text of texts) {
      let last = text.after;
      for (const id of text.ids) {
        ids.push(id);
        parents.push(last);
        last = this.length + ids.length - 1;
      }
    }
    const pass = await decoder.run(ids, this.#cache, { ...this.#branches(parents, 0), logitRows: [] });
    pass.cache.dispose();
    let from = 0;
    return texts.map((text) => {
      const own = text.ids.map((_, token) => from + token);
      from += text.ids.length;
      const residuals = pickTokens(pass.residuals, pass.tokens, own, hidden);
      const mean = new TokenMean(layerCount + 1, hidden);
      for (const token of own.keys()) mean.add({ residuals, tokens: own.length }, token);
      return mean.mean;
    });
  }

  #branches(parents: readonly number[], stay: number): Parameters<Decoder['run']>[2] {
    return this.#parts.decoder.branching ? { branches: { parents, kept: stay, pastParents: [...this.#before] } } : {};
  }

  #take({ cache }: Pass): void {
    if (this.#cache !== this.#begin || this.#begin === null) this.#cache?.dispose();
    this.#cache = cache;
  }
}
