/**
 * A text on its way through the decoder: tokens are appended in passes of a size that the adapter computes right, and
 * tokens can be *peeked* at the end, read as if they came next, without staying (that is how taps are read).
 */
import { AppError } from '../core/errors.ts';
import { checkLength } from '../core/text-check.ts';
import type { Cache, Decoder, Pass } from './decoder.ts';

/** What a pass tells about its tokens; the cache stays inside. */
export interface PassReading extends Omit<Pass, 'cache'> {
  /** Index of the pass's first token in the sequence. */
  readonly start: number;
}

/** One text with its cache. Use one generator at a time and let it finish before the next call. */
export class Sequence {
  readonly #decoder: Decoder;
  readonly #chunkTokens: number;
  #cache: Cache | null = null;

  constructor(decoder: Decoder, chunkTokens: number) {
    this.#decoder = decoder;
    this.#chunkTokens = chunkTokens;
  }

  /** Tokens appended so far. */
  get length(): number {
    return this.#cache?.length ?? 0;
  }

  /** Appends tokens, pass by pass. When the caller stops early, the passes already made stay. Throws `text-too-long`. */
  async *append(ids: readonly number[]): AsyncGenerator<PassReading> {
    for (const chunk of this.#chunks(ids)) {
      const start = this.length;
      const { cache, ...pass } = await this.#decoder.run(chunk, this.#cache);
      this.#cache?.dispose();
      this.#cache = cache;
      yield { ...pass, start };
    }
  }

  /** Reads tokens after the end and forgets them. Throws `text-too-long`. */
  async *peek(ids: readonly number[]): AsyncGenerator<PassReading> {
    let branch: Cache | null = null;
    try {
      for (const chunk of this.#chunks(ids)) {
        const past: Cache | null = branch ?? this.#cache;
        const start = past?.length ?? 0;
        const { cache, ...pass }: Pass = await this.#decoder.run(chunk, past);
        branch?.dispose();
        branch = cache;
        yield { ...pass, start };
      }
    } finally {
      branch?.dispose();
    }
  }

  /** Frees the cache. */
  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
  }

  #chunks(ids: readonly number[]): readonly (readonly number[])[] {
    if (ids.length === 0) throw new AppError('internal', 'A pass needs at least one token.');
    checkLength(this.length + ids.length, this.#decoder.sizes.contextTokens);
    return Array.from({ length: Math.ceil(ids.length / this.#chunkTokens) }, (_, index) => ids.slice(index * this.#chunkTokens, (index + 1) * this.#chunkTokens));
  }
}
