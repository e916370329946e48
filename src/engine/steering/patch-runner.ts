/** Patches the stream of one text into another on a decoder that edits: a whole grid, or one cell to go on from or to read again. */
import { AppError } from '../../base/errors.ts';
import type { PatchedScores, PatchedWriting, PatchPlace, PatchReport, PatchRequest } from '../../steering/patching.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import { createRng } from '../../base/rng.ts';
import { chooseToken } from '../../reading/sampling.ts';
import { streamProducts } from '../../reading/score.ts';
import { checkLength } from '../../text/text-check.ts';
import { throwIfStopped } from '../../base/abort.ts';
import type { TokenPair } from '../../reading/token-divergence.ts';
import { checkGrid, patchPairs } from '../../steering/patch-plan.ts';
import type { Decoder } from '../decoder.ts';
import { gridCells, type PatchCopy, readCopies, readPatched } from './patch-grid.ts';
import type { Scorer } from '../scorer.ts';
import { wholeText } from '../text/whole-text.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';
import { tailsOf, wordOddsAfter, type WordPair } from './word-odds.ts';

/** What {@link PatchRunner} needs. */
export interface PatchRunnerParts {
  /** One that edits. */
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly setTokens: number;
  readonly chunkTokens: number;
}

/** Streams of some tokens of a text `[layers]` of `[tokens, hidden]`, and what is there once it has been read. */
interface ReadText {
  readonly ids: readonly number[];
  readonly texts: readonly string[];
  /** The stream at a token `[hidden]`, a view. */
  streamAt(stream: number, token: number): Float32Array;
}

/** Patches between any two texts. Calls must not overlap. */
export class PatchRunner {
  readonly #parts: PatchRunnerParts;

  constructor(parts: PatchRunnerParts) {
    this.#parts = parts;
  }

  /** Reads both texts and every patch; `onProgress` counts patches, placebos among them. Throws text errors, `usage` and `cancelled`. */
  async grid(
    { a: textA, b: textB, words, streams, tokens, placebos }: PatchRequest,
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<PatchReport> {
    const { decoder, model, setTokens, chunkTokens } = this.#parts;
    const ids = { a: this.#encode(textA), b: this.#encode(textB) };
    const pair = this.#words(words);
    checkLength(
      Math.max(ids.a.length, ids.b.length) + Math.max(...tailsOf(pair).map((tail) => tail.length)),
      decoder.sizes.contextTokens,
    );
    const pairs = patchPairs(this.#pieces(ids.a), this.#pieces(ids.b), tokens);
    checkGrid(pairs, streams, model.layerCount);
    const a = await this.#read(ids.a, pair, signal);
    const b = await this.#read(ids.b, pair, signal);
    try {
      const others = [];
      for (const placebo of placebos) {
        const other = await this.#read(this.#encode(placebo), pair, signal);
        other.cache.dispose();
        others.push(other);
      }
      const total = streams.length * pairs.length * (1 + others.length);
      let done = 0;
      const grid = async (source: (stream: number, pair: TokenPair) => Float32Array): Promise<Float32Array> => {
        const odds = new Float32Array(streams.length * pairs.length);
        let at = 0;
        const copies = function* (): Generator<PatchCopy> {
          for (const cell of gridCells(streams, pairs)) yield copyOf(cell, source(cell.stream, cell.pair), b);
        };
        await readCopies(
          { decoder, ids: b.ids, cache: b.cache, words: pair, setTokens, chunkTokens },
          copies(),
          (value) => {
            odds[at] = value;
            at += 1;
            onProgress((done += 1), total);
          },
          signal,
        );
        return odds;
      };
      const odds = await grid((stream, { a: token }) => a.streamAt(stream, token));
      const unrelated: Float32Array[] = [];
      for (const other of others)
        unrelated.push(
          await grid((stream, { a: token, b: at }) =>
            ofLength(
              other.streamAt(stream, 1 + ((at - 1) % (other.ids.length - 1))),
              length(a.streamAt(stream, token)),
            ),
          ),
        );
      return {
        model: { id: model.id, weightsSha256: model.weightsSha256 },
        a: { tokens: a.texts, odds: a.odds },
        b: { tokens: b.texts, odds: b.odds },
        words,
        wordTokens: [pair[0].length, pair[1].length],
        pairs,
        streams,
        odds,
        placebos: unrelated,
      };
    } finally {
      a.cache.dispose();
      b.cache.dispose();
    }
  }

  /** How B goes on with one patch, and how both go on by themselves; the same seed for all three. */
  async goOn(
    texts: { readonly a: string; readonly b: string },
    place: PatchPlace,
    sampling: SamplingOptions,
    signal?: AbortSignal,
  ): Promise<PatchedWriting> {
    const { a, b, copy } = await this.#onePatch(texts, place, signal);
    return {
      patched: await this.#write(b, copy, sampling, signal),
      a: await this.#write(a, null, sampling, signal),
      b: await this.#write(b, null, sampling, signal),
    };
  }

  /** What a probe reads of B with one patch and without it. */
  async readAgain(
    texts: { readonly a: string; readonly b: string },
    place: PatchPlace,
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<PatchedScores> {
    const { b, copy } = await this.#onePatch(texts, place, signal);
    return { patched: await this.#score(b, copy, scorer, signal), plain: await this.#score(b, null, scorer, signal) };
  }

  async #onePatch(
    texts: { readonly a: string; readonly b: string },
    place: PatchPlace,
    signal?: AbortSignal,
  ): Promise<{ readonly a: readonly number[]; readonly b: readonly number[]; readonly copy: PatchCopy }> {
    const { layerCount } = this.#parts.model;
    const [a, b] = [this.#encode(texts.a), this.#encode(texts.b)];
    const { stream, pair } = place;
    const there = (token: number, ids: readonly number[]): boolean =>
      Number.isInteger(token) && token > 0 && token < ids.length;
    if (!there(pair.a, a) || !there(pair.b, b))
      throw new AppError(
        'usage',
        `Token ${pair.a} of A cannot go to token ${pair.b} of B: they have tokens 1 to ${a.length - 1} and 1 to ${b.length - 1}.`,
      );
    checkGrid([pair], [stream], layerCount);
    const [from, into] = [await this.#streams(a, signal), await this.#streams(b, signal)];
    return { a, b, copy: copyOf(place, from.streamAt(stream, pair.a), into) };
  }

  async #streams(ids: readonly number[], signal?: AbortSignal): Promise<ReadText> {
    const { cache, ...read } = await this.#readStreams(ids, signal);
    cache.dispose();
    return read;
  }

  async #readStreams(ids: readonly number[], signal?: AbortSignal) {
    const { decoder, chunkTokens } = this.#parts;
    const { hidden } = decoder.sizes;
    const passes: { readonly residuals: Float32Array; readonly tokens: number; readonly start: number }[] = [];
    const { cache, logits } = await readPatched(decoder, ids, null, {
      chunkTokens,
      onStreams: (residuals, tokens, start) => passes.push({ residuals, tokens, start }),
      ...(signal && { signal }),
    });
    const streamAt = (stream: number, token: number): Float32Array => {
      const pass = passes.find(({ start, tokens }) => token >= start && token < start + tokens);
      if (pass === undefined) throw new AppError('internal', `Token ${token} of ${ids.length} was not read.`);
      const at = (stream * pass.tokens + token - pass.start) * hidden;
      return pass.residuals.subarray(at, at + hidden);
    };
    return { ids, texts: this.#pieces(ids), streamAt, cache, logits };
  }

  async #read(ids: readonly number[], words: WordPair, signal?: AbortSignal) {
    const read = await this.#readStreams(ids, signal);
    try {
      return { ...read, odds: await wordOddsAfter(this.#parts.decoder, read.cache, read.logits, words) };
    } catch (thrown) {
      read.cache.dispose();
      throw thrown;
    }
  }

  async #write(
    ids: readonly number[],
    copy: PatchCopy | null,
    sampling: SamplingOptions,
    signal?: AbortSignal,
  ): Promise<string> {
    const { decoder, chunkTokens, endTokens, tokenizer } = this.#parts;
    const rng = createRng(sampling.seed);
    let { cache, logits } = await readPatched(decoder, ids, copy, { chunkTokens, ...(signal && { signal }) });
    const piece = tokenizer.pieces();
    for (const id of ids) piece(id);
    let written = '';
    try {
      for (let count = 0; count < sampling.maxTokens && cache.length < decoder.sizes.contextTokens; count += 1) {
        throwIfStopped(signal);
        const id = chooseToken(logits, sampling, () => rng.uniform());
        if (endTokens.includes(id)) break;
        written += piece(id).text;
        const pass = await decoder.run([id], cache, { residuals: false });
        cache.dispose();
        ({ cache, logits } = pass);
      }
    } finally {
      cache.dispose();
    }
    return written;
  }

  async #score(
    ids: readonly number[],
    copy: PatchCopy | null,
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const { decoder, chunkTokens, model } = this.#parts;
    const { hidden } = decoder.sizes;
    const layers = model.layerCount + 1;
    const scores = new Float32Array(ids.length * layers);
    let before: Float32Array | null = null;
    const read = await readPatched(decoder, ids, copy, {
      chunkTokens,
      onStreams: (residuals, tokens, start) => {
        const products = streamProducts(scorer.directions, residuals, tokens, hidden);
        scores.set(scorer.tokens(products, start, before).scores, start * layers);
        before = products.embeddings.slice((tokens - 1) * hidden);
      },
      ...(signal && { signal }),
    });
    read.cache.dispose();
    return scores;
  }

  #encode(text: string): readonly number[] {
    const ids = wholeText(this.#parts.tokenizer, text);
    checkLength(ids.length, this.#parts.decoder.sizes.contextTokens);
    if (ids.length < 2)
      throw new AppError(
        'usage',
        `“${text}” is a single token, the start of a text, which is never patched. Give at least two words.`,
      );
    return ids;
  }

  #words(words: readonly [string, string]): WordPair {
    const [first, second] = words.map((word) => this.#parts.tokenizer.encode(word));
    if (first === undefined || second === undefined || first.length === 0 || second.length === 0)
      throw new AppError('usage', 'Give two ways of going on, none of them empty.');
    if (first.join() === second.join())
      throw new AppError(
        'usage',
        `“${words[0]}” and “${words[1]}” are the same tokens, so one cannot be likelier. Give two different ways of going on.`,
      );
    return [first, second];
  }

  #pieces(ids: readonly number[]): string[] {
    const piece = this.#parts.tokenizer.pieces();
    return ids.map((id) => piece(id).text);
  }
}

function copyOf({ stream, pair }: PatchPlace, wanted: Float32Array, b: Pick<ReadText, 'streamAt'>): PatchCopy {
  const there = b.streamAt(stream, pair.b);
  return { stream, token: pair.b, add: wanted.map((value, feature) => value - (there[feature] ?? Number.NaN)) };
}

function length(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** The vector, as long as wanted. */
function ofLength(vector: Float32Array, wanted: number): Float32Array {
  const scale = wanted / length(vector);
  return vector.map((value) => value * scale);
}
