/**
 * A text on its way through the decoder: tokens are appended in passes of a size that the adapter computes right, and
 * tokens can be *peeked* at some place, read as if they came next there, without staying (that is how taps are read).
 * Where the decoder takes branches, what is peeked travels in the passes of the text.
 */
import { AppError } from '../core/errors.ts';
import { checkLength } from '../core/text-check.ts';
import type { Branches, Cache, Decoder, Pass, Projection, WriteRequest, WriteStep, WrittenToken } from './decoder.ts';

/** What a pass tells about its tokens; the cache stays inside. */
export interface PassReading extends Omit<Pass, 'cache'> {
  /** Index of the pass's first token in the sequence. */
  readonly start: number;
}

/** Tokens to be read as if they came after the first `after` tokens of the text. */
export interface Peek {
  readonly after: number;
  readonly ids: readonly number[];
}

/** What one pass brought: the text's next tokens, null where there are none, and each peek that is complete. */
export interface MixedReading {
  readonly text: PassReading | null;
  readonly peeks: readonly { readonly peek: Peek; readonly passes: readonly PassReading[] }[];
}

/** One text with its cache. Use one generator at a time and let it finish before the next call. */
export class Sequence {
  readonly #decoder: Decoder;
  readonly #chunkTokens: number;
  #projection: Projection | null = null;
  #cache: Cache | null = null;

  constructor(decoder: Decoder, chunkTokens: number) {
    this.#decoder = decoder;
    this.#chunkTokens = chunkTokens;
  }

  /** Tokens appended so far. */
  get length(): number {
    return this.#cache?.length ?? 0;
  }

  /** From now on what is appended or written comes as products with these directions; what is peeked comes as residuals in any case. The projection stays the caller's. */
  useProjection(projection: Projection | null): void {
    this.#projection = projection;
  }

  /** Appends tokens, pass by pass. When the caller stops early, the passes already made stay. Throws `text-too-long`. */
  async *append(ids: readonly number[]): AsyncGenerator<PassReading> {
    for (const chunk of this.#chunks(ids)) yield await this.#extend(chunk);
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

  /**
   * Appends tokens and peeks along the way, in as few passes as may be. `peeks` are in the order of their places, none
   * behind the end of `ids`, and before what is there already only where the decoder takes branches. Throws `text-too-long`.
   */
  async *appendAndPeek(ids: readonly number[], peeks: readonly Peek[]): AsyncGenerator<MixedReading> {
    const first = this.length;
    const end = first + ids.length;
    for (const peek of peeks) checkLength(peek.after + peek.ids.length, this.#decoder.sizes.contextTokens);
    checkLength(end, this.#decoder.sizes.contextTokens);
    let next = 0;
    while (this.length < end || next < peeks.length) {
      const { length } = this;
      const mixed = this.#decoder.branching ? this.#mix(ids.slice(length - first), peeks.slice(next)) : { tokens: 0, peeks: 0 };
      if (mixed.peeks > 0) {
        yield await this.#runMixed(ids.slice(length - first, length - first + mixed.tokens), peeks.slice(next, next + mixed.peeks));
        next += mixed.peeks;
        continue;
      }
      const peek = peeks[next];
      if (peek !== undefined && peek.after === length) {
        yield { text: null, peeks: [{ peek, passes: await collect(this.peek(peek.ids)) }] };
        next += 1;
        continue;
      }
      const until = Math.min(peek?.after ?? end, end, length + this.#chunkTokens);
      yield { text: await this.#extend(ids.slice(length - first, until - first)), peeks: [] };
    }
  }

  /** Whether {@link write} works: something has been read, and the decoder writes by itself. */
  get writes(): boolean {
    return this.#decoder.writer !== null && this.#cache !== null;
  }

  /**
   * Writes on from `logits`, at most as many tokens as there are uniforms (see `WriteRequest`), and tells each with where it
   * stands. Returns the logits after the last that stays.
   */
  async write(request: Omit<WriteRequest, 'past' | 'projection'>, onToken: (token: WrittenToken, position: number) => WriteStep): Promise<Float32Array> {
    const { writer } = this.#decoder;
    if (writer === null || this.#cache === null) throw new AppError('internal', 'There is nothing to write on from, or nothing to write with.');
    let position = this.length;
    const { cache, logits } = await writer.write({ ...request, past: this.#cache, projection: this.#projection }, (token) => onToken(token, position++));
    this.#take(cache);
    return logits;
  }

  /** Forgets everything from token `length` on. */
  rewind(length: number): void {
    if (length >= this.length || this.#cache === null) return;
    if (length === 0) this.dispose();
    else this.#take(this.#decoder.cut(this.#cache, length));
  }

  /** Frees the cache. */
  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
  }

  /** How many tokens and whole peeks the next pass takes, in the order in which they are due. */
  #mix(ids: readonly number[], peeks: readonly Peek[]): { readonly tokens: number; readonly peeks: number } {
    let room = this.#chunkTokens;
    let tokens = 0;
    for (const [taken, peek] of peeks.entries()) {
      const before = Math.min(peek.after - this.length - tokens, room);
      if (before > 0) {
        tokens += before;
        room -= before;
      }
      if (this.length + tokens < peek.after || peek.ids.length > room) return { tokens, peeks: taken };
      room -= peek.ids.length;
    }
    return { tokens: tokens + Math.min(room, ids.length - tokens), peeks: peeks.length };
  }

  async #runMixed(ids: readonly number[], peeks: readonly Peek[]): Promise<MixedReading> {
    const start = this.length;
    const { all, branches, starts } = layOut(ids, peeks, start);
    const pass = await this.#decoder.run(all, this.#cache, branches, this.#projection ?? undefined);
    if (ids.length > 0) this.#take(pass.cache);
    else pass.cache.dispose();
    // Where the text came as products, the residuals begin behind it.
    const first = pass.products === null ? 0 : ids.length;
    const part = (from: number, tokens: number, at: number): PassReading => ({ tokens, start: at, logits: pass.logits, products: null, residuals: columns(pass.residuals, pass.tokens - first, from - first, tokens, this.#decoder.sizes.hidden) });
    const text = (): PassReading => (pass.products === null ? part(0, ids.length, start) : { tokens: ids.length, start, logits: pass.logits, products: pass.products, residuals: new Float32Array(0) });
    return {
      text: ids.length === 0 ? null : text(),
      peeks: peeks.map((peek, index) => ({ peek, passes: [part(starts[index] ?? 0, peek.ids.length, peek.after)] })),
    };
  }

  async #extend(ids: readonly number[]): Promise<PassReading> {
    const start = this.length;
    const { cache, ...pass } = await this.#decoder.run(ids, this.#cache, undefined, this.#projection ?? undefined);
    this.#take(cache);
    return { ...pass, start };
  }

  #take(cache: Cache): void {
    this.#cache?.dispose();
    this.#cache = cache;
  }

  #chunks(ids: readonly number[]): readonly (readonly number[])[] {
    if (ids.length === 0) throw new AppError('internal', 'A pass needs at least one token.');
    checkLength(this.length + ids.length, this.#decoder.sizes.contextTokens);
    return Array.from({ length: Math.ceil(ids.length / this.#chunkTokens) }, (_, index) => ids.slice(index * this.#chunkTokens, (index + 1) * this.#chunkTokens));
  }
}

/** All passes of a generator. */
export async function collect(passes: AsyncIterable<PassReading>): Promise<PassReading[]> {
  const out: PassReading[] = [];
  for await (const pass of passes) out.push(pass);
  return out;
}

/** The text's tokens first, so that they can stay; then each peek in a row, which hangs on the text where it belongs. */
function layOut(ids: readonly number[], peeks: readonly Peek[], past: number): { readonly all: readonly number[]; readonly branches: Branches; readonly starts: readonly number[] } {
  const all = [...ids];
  const parents = ids.map((_, token) => past + token - 1);
  const starts: number[] = [];
  for (const peek of peeks) {
    starts.push(all.length);
    for (const [place, id] of peek.ids.entries()) {
      parents.push(place === 0 ? peek.after - 1 : past + all.length - 1);
      all.push(id);
    }
  }
  return { all, branches: { parents, kept: ids.length }, starts };
}

/** Those of some tokens `[layers, count, hidden]` of residuals `[layers, tokens, hidden]`. */
function columns(residuals: Float32Array, tokens: number, from: number, count: number, hidden: number): Float32Array {
  const layers = residuals.length / (tokens * hidden);
  const out = new Float32Array(layers * count * hidden);
  for (let layer = 0; layer < layers; layer += 1) {
    const at = (layer * tokens + from) * hidden;
    out.set(residuals.subarray(at, at + count * hidden), layer * count * hidden);
  }
  return out;
}
