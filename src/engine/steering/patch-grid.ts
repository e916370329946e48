/**
 * Every patch of a grid: copies of B, each from its patched token on, hang side by side behind B as branches of one pass,
 * and each copy has its own vector added at its first token. Where there are no branches, one copy is read after another.
 */
import { throwIfStopped } from '../../base/abort.ts';
import type { TokenPair } from '../../reading/token-divergence.ts';
import type { Cache, Decoder, LayerEdit } from '../decoder.ts';
import { tailsOf, type WordPair, wordOdds, wordOddsAfter } from './word-odds.ts';

/** One patched copy. */
export interface PatchCopy {
  /** 1 is what leaves the first layer. */
  readonly stream: number;
  /** The token of B that is patched. */
  readonly token: number;
  /** What is added there: the stream that should be there less the one that is `[hidden]`. */
  readonly add: Float32Array;
}

/** What is patched. */
export interface PatchedCopies {
  /** One that edits; it is left without edits. */
  readonly decoder: Decoder;
  readonly ids: readonly number[];
  /** B as it has been read; it stays as it is. */
  readonly cache: Cache;
  readonly words: WordPair;
  /** Tokens of a pass that holds several copies, and of a pass over a copy that stands alone. */
  readonly setTokens: number;
  readonly chunkTokens: number;
}

/** Rows of logits that a pass brings at most: 12 MB, for a vocabulary of 49,152. */
const MOST_ROWS = 64;

/** Reads copies in order and tells the log-odds of each, in nats. Throws `cancelled` and what the decoder throws. */
export async function readCopies(
  text: PatchedCopies,
  copies: Iterable<PatchCopy>,
  onOdds: (odds: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { decoder, ids, cache } = text;
  const tails = tailsOf(text.words);
  const behind = tails[0].length + tails[1].length;
  const most = Math.min(text.setTokens, decoder.sizes.contextTokens - cache.length);
  let together: PatchCopy[] = [];
  let tokens = 0;
  const flush = async (): Promise<void> => {
    throwIfStopped(signal);
    if (together.length > 0) for (const odds of await readTogether(text, together)) onOdds(odds);
    together = [];
    tokens = 0;
  };
  try {
    for (const copy of copies) {
      const size = ids.length - copy.token + behind;
      if (!decoder.branching || size > most) {
        await flush();
        onOdds(await readAlone(text, copy, signal));
        continue;
      }
      if (tokens + size > most || (together.length + 1) * (1 + behind) > MOST_ROWS) await flush();
      together.push(copy);
      tokens += size;
    }
    await flush();
  } finally {
    decoder.edit(new Map());
  }
}

async function readTogether(
  { decoder, ids, cache, words }: PatchedCopies,
  copies: readonly PatchCopy[],
): Promise<number[]> {
  const { hidden, vocabulary } = decoder.sizes;
  const all: number[] = [];
  const parents: number[] = [];
  const rows: number[] = [];
  const starts: number[] = [];
  /** Puts tokens in a line behind a slot; the slot of the last. */
  const line = (tokens: readonly number[], after: number): number => {
    let at = after;
    for (const id of tokens) {
      parents.push(at);
      at = cache.length + all.length;
      all.push(id);
    }
    return at;
  };
  for (const { token } of copies) {
    starts.push(all.length);
    const last = line(ids.slice(token), token - 1);
    rows.push(last - cache.length);
    for (const tail of tailsOf(words)) {
      const from = all.length;
      line(tail, last);
      for (let row = from; row < all.length; row += 1) rows.push(row);
    }
  }
  const adds = new Map<number, Float32Array>();
  for (const [index, { stream, add }] of copies.entries()) {
    const own = adds.get(stream) ?? new Float32Array(all.length * hidden);
    own.set(add, (starts[index] ?? 0) * hidden);
    adds.set(stream, own);
  }
  decoder.edit(editsOf(adds));
  const pass = await decoder.run(all, cache, { branches: { parents, kept: 0 }, logitRows: rows, residuals: false });
  pass.cache.dispose();
  const each = (rows.length / copies.length) * vocabulary;
  return copies.map((_, index) => wordOdds(pass.logits.subarray(index * each, (index + 1) * each), vocabulary, words));
}

/** From the start of the text, pass by pass. */
async function readAlone(
  { decoder, ids, words, chunkTokens }: PatchedCopies,
  copy: PatchCopy,
  signal?: AbortSignal,
): Promise<number> {
  const read = await readPatched(decoder, ids, copy, { chunkTokens, ...(signal && { signal }) });
  try {
    return await wordOddsAfter(decoder, read.cache, read.logits, words);
  } finally {
    read.cache.dispose();
  }
}

/** How a text is read. */
export interface PatchReading {
  readonly chunkTokens: number;
  readonly signal?: AbortSignal;
  /** Called with the streams of each pass `[layers, tokens, hidden]`. */
  readonly onStreams?: (residuals: Float32Array, tokens: number, start: number) => void;
}

/**
 * Reads a text from its start with one patch, or none; cache and logits after its last token `[vocabulary]` are the
 * caller's. The decoder is left without edits.
 */
export async function readPatched(
  decoder: Decoder,
  ids: readonly number[],
  copy: PatchCopy | null,
  { chunkTokens, signal, onStreams }: PatchReading,
): Promise<{ readonly cache: Cache; readonly logits: Float32Array }> {
  const { hidden } = decoder.sizes;
  let cache: Cache | null = null;
  let logits = new Float32Array();
  try {
    for (let start = 0; start < ids.length; start += chunkTokens) {
      throwIfStopped(signal);
      const chunk = ids.slice(start, start + chunkTokens);
      const place = copy === null ? -1 : copy.token - start;
      const adds = new Map<number, Float32Array>();
      if (copy !== null && place >= 0 && place < chunk.length) {
        const add = new Float32Array(chunk.length * hidden);
        add.set(copy.add, place * hidden);
        adds.set(copy.stream, add);
      }
      decoder.edit(editsOf(adds));
      const pass = await decoder.run(chunk, cache, { residuals: onStreams !== undefined });
      cache?.dispose();
      cache = pass.cache;
      logits = pass.logits.slice();
      onStreams?.(pass.residuals, chunk.length, start);
    }
  } catch (thrown) {
    cache?.dispose();
    throw thrown;
  } finally {
    decoder.edit(new Map());
  }
  if (cache === null) throw new RangeError('a text to be read has no tokens');
  return { cache, logits };
}

/** What leaves a layer is the stream that enters the next. */
function editsOf(adds: ReadonlyMap<number, Float32Array>): Map<number, LayerEdit> {
  return new Map([...adds].map(([stream, add]) => [stream - 1, { add, bound: null }]));
}

/** The cells of a grid in the order of its numbers: by stream, then by pair. */
export function* gridCells(
  streams: readonly number[],
  pairs: readonly TokenPair[],
): Generator<{ readonly stream: number; readonly pair: TokenPair }> {
  for (const stream of streams) for (const pair of pairs) yield { stream, pair };
}
