/**
 * A text on its way through the decoder: tokens are appended in passes of a size that the adapter computes right, and
 * tokens can be *peeked* at some place, read as if they came next there, without staying (that is how readouts are read).
 * Where the decoder takes branches, what is peeked travels in the passes of the text.
 */
import { AppError } from '../base/errors.ts';
import { checkLength } from '../text/text-check.ts';
import type { Cache, Decoder, Pass, Projection, WriteRequest, WriteStep, WrittenToken } from './decoder.ts';
import { pickTokens } from './pick-tokens.ts';
import { layOut, planPasses, type Peek, type PlannedPass } from './pass-plan.ts';

/** What a pass tells about its tokens; the cache stays inside. */
export interface PassReading extends Omit<Pass, 'cache'> {
  /** Index of the pass's first token in the sequence. */
  readonly start: number;
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

  /**
   * From now on what is appended or written comes as products with these directions; what is peeked comes as residuals
   * in any case. The projection stays the caller's.
   */
  useProjection(projection: Projection | null): void {
    this.#projection = projection;
  }

  /** Appends tokens, pass by pass. When the caller stops early, the passes already told stay. Throws `text-too-long`. */
  async *append(ids: readonly number[]): AsyncGenerator<PassReading> {
    if (ids.length === 0) throw new AppError('internal', 'A pass needs at least one token.');
    for await (const { text } of this.appendAndPeek(ids, [], 'every-pass')) if (text !== null) yield text;
  }

  /** Reads tokens after the end and forgets them. Throws `text-too-long`. */
  async *peek(ids: readonly number[]): AsyncGenerator<PassReading> {
    let branch: Cache | null = null;
    try {
      for (const chunk of this.#chunks(ids)) {
        const past: Cache | null = branch ?? this.#cache;
        const start = past?.length ?? 0;
        const { cache, ...pass }: Pass = await this.#decoder.run(chunk, past, { logitRows: [] });
        branch?.dispose();
        branch = cache;
        yield { ...pass, start };
      }
    } finally {
      branch?.dispose();
    }
  }

  /**
   * Appends tokens and peeks along the way, in as few passes as may be; where the decoder allows it, the next pass is under
   * way while one is told, and is forgotten if the caller stops. `peeks` are in the order of their places, none
   * behind the end of `ids`, and before what is there already only where the decoder takes branches. Logits come with the
   * last token of `ids`, or with that of every pass; elsewhere there are none, for the head is the largest product. Throws `text-too-long`.
   */
  async *appendAndPeek(
    ids: readonly number[],
    peeks: readonly Peek[],
    logits: 'last' | 'every-pass' = 'last',
  ): AsyncGenerator<MixedReading> {
    const { sizes, branching } = this.#decoder;
    for (const peek of peeks) checkLength(peek.after + peek.ids.length, sizes.contextTokens);
    checkLength(this.length + ids.length, sizes.contextTokens);
    const plan = planPasses(this.length, ids, peeks, { chunkTokens: this.#chunkTokens, branching });
    const end = this.length + ids.length;
    const start = (planned: MixedPass, past: Cache | null): Promise<UnderWay> =>
      this.#start(
        planned,
        past,
        planned.ids.length > 0 && (logits === 'every-pass' || planned.start + planned.ids.length === end),
      );
    let ahead: Promise<UnderWay> | null = null;
    try {
      for (const [index, planned] of plan.entries()) {
        if ('alone' in planned) {
          yield { text: null, peeks: [{ peek: planned.alone, passes: await collect(this.peek(planned.alone.ids)) }] };
          continue;
        }
        const current = await (ahead ?? start(planned, this.#cache));
        ahead = null;
        const next = plan[index + 1];
        if (this.#decoder.start !== null && next !== undefined && !('alone' in next)) {
          ahead = start(next, planned.ids.length > 0 ? current.cache : this.#cache);
          // It is awaited later and throws there; until then it must not count as a rejection that nobody handles.
          ahead.catch(() => undefined);
        }
        yield await this.#finish(current, planned.ids.length);
      }
    } finally {
      if (ahead !== null) await forget(ahead);
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
  async write(
    request: Omit<WriteRequest, 'past' | 'projection'>,
    onToken: (token: WrittenToken, position: number) => WriteStep,
  ): Promise<Float32Array> {
    const { writer } = this.#decoder;
    if (writer === null || this.#cache === null)
      throw new AppError('internal', 'There is nothing to write on from, or nothing to write with.');
    let position = this.length;
    const { cache, logits } = await writer.write(
      { ...request, past: this.#cache, projection: this.#projection },
      (token) => onToken(token, position++),
    );
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

  async #start({ start, ids, peeks }: MixedPass, past: Cache | null, wantsLogits: boolean): Promise<UnderWay> {
    const { all, branches, starts } = layOut(ids, peeks, start);
    const begin = this.#decoder.start ?? startAndFinish(this.#decoder);
    const { cache, reading } = await begin(all, past, {
      branches,
      projection: this.#projection ?? undefined,
      ...(!wantsLogits && { logitRows: [] }),
    });
    reading.catch(() => undefined); // heard of where it is awaited
    const { hidden } = this.#decoder.sizes;
    return {
      cache,
      told: async () => {
        const pass = await reading;
        // Where the text came as products, the residuals begin behind it.
        const first = pass.products === null ? 0 : ids.length;
        const part = (from: number, tokens: number, at: number): PassReading => ({
          tokens,
          start: at,
          logits: pass.logits,
          products: null,
          residuals: pickTokens(
            pass.residuals,
            pass.tokens - first,
            Array.from({ length: tokens }, (_, place) => from - first + place),
            hidden,
          ),
        });
        const text = (): PassReading => {
          if (peeks.length === 0) return { ...pass, start };
          return pass.products === null
            ? part(0, ids.length, start)
            : {
                tokens: ids.length,
                start,
                logits: pass.logits,
                products: pass.products,
                residuals: new Float32Array(0),
              };
        };
        return {
          text: ids.length === 0 ? null : text(),
          peeks: peeks.map((peek, index) => ({
            peek,
            passes: [part(starts[index] ?? 0, peek.ids.length, peek.after)],
          })),
        };
      },
    };
  }

  /** Waits for a pass and takes over what stays of it. */
  async #finish(current: UnderWay, stays: number): Promise<MixedReading> {
    try {
      const reading = await current.told();
      if (stays > 0) this.#take(current.cache);
      else current.cache.dispose();
      return reading;
    } catch (thrown) {
      current.cache.dispose();
      throw thrown;
    }
  }

  #take(cache: Cache): void {
    this.#cache?.dispose();
    this.#cache = cache;
  }

  #chunks(ids: readonly number[]): readonly (readonly number[])[] {
    if (ids.length === 0) throw new AppError('internal', 'A pass needs at least one token.');
    checkLength(this.length + ids.length, this.#decoder.sizes.contextTokens);
    return Array.from({ length: Math.ceil(ids.length / this.#chunkTokens) }, (_, index) =>
      ids.slice(index * this.#chunkTokens, (index + 1) * this.#chunkTokens),
    );
  }
}

/** All passes of a generator. */
export async function collect(passes: AsyncIterable<PassReading>): Promise<PassReading[]> {
  const out: PassReading[] = [];
  for await (const pass of passes) out.push(pass);
  return out;
}

/** A pass that holds tokens of the text, tokens that are peeked, or both. */
type MixedPass = Exclude<PlannedPass, { alone: Peek }>;

/** A pass that may not have come back yet. */
interface UnderWay {
  readonly cache: Cache;
  /** What it brought; throws what the decoder throws. */
  readonly told: () => Promise<MixedReading>;
}

/** Starts passes of a decoder that has them finish first. */
function startAndFinish(decoder: Decoder): NonNullable<Decoder['start']> {
  return async (...args) => {
    const { cache, ...pass } = await decoder.run(...args);
    return { cache, reading: Promise.resolve(pass) };
  };
}

/** Waits until a pass that nobody wants is over, and frees what it holds. */
async function forget(ahead: Promise<UnderWay>): Promise<void> {
  try {
    const { cache, told } = await ahead;
    cache.dispose();
    await told();
  } catch {
    // Its failure is nobody's: the caller has stopped, or has been told of one before.
  }
}
