/**
 * Reads a text through the lens: the text goes through the decoder once, pass by pass, and the streams of its tokens through
 * the final norm and the head. No more than one pass of streams is held.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { checkLayers, checkTop, type LensReading, type LensWord } from '../../lens/lens.ts';
import { emptyRows, reduceLogits, type LensAsk, type LensRows } from '../../lens/lens-rows.ts';
import { checkLength } from '../../text/text-check.ts';
import type { Decoder } from '../decoder.ts';
import type { LensHead } from './lens-head.ts';
import { assertAgrees } from '../proofs/lens-proof.ts';
import { Sequence, type PassReading } from '../sequence.ts';
import { givenTokens } from '../text/whole-text.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** What reads. */
export interface LensParts {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly chunkTokens: number;
  readonly head: LensHead;
}

/** What is wanted. */
export interface LensRequest {
  /** A text, or the tokens of one that has been read or written: written words need not be the tokens that their text would be cut into. */
  readonly text: string | readonly number[];
  /** Empty for all. */
  readonly layers: readonly number[];
  readonly top: number;
  readonly words: readonly LensWord[];
}

/** Words of the model's own last logits that every pass is compared by. */
const COMPARED = 10;

/**
 * Reads a text through the lens. `onProgress` counts rows, one a token and layer. Throws text errors, `usage` for a
 * layer or word that there is not, `numbers-wrong` where the last layer does not say what the model says, and
 * `cancelled`.
 */
export async function readLens(
  parts: LensParts,
  request: LensRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<LensReading> {
  const started = performance.now();
  const { decoder, tokenizer, head } = parts;
  const { sizes } = decoder;
  const ids = givenTokens(request.text, tokenizer, sizes.vocabulary);
  checkLength(ids.length, sizes.contextTokens);
  checkTop(request.top, sizes.vocabulary);
  const layers = checkLayers(request.layers, sizes.layerCount);
  const words = request.words.map(({ id }) => id);
  const total = ids.length * layers.length;
  const rows = emptyRows(total, { top: request.top, words });
  let disagreement = 0;
  // One pass after the other: the head runs on the same device between two of them, and the runtime takes one call at a time.
  const sequence = new Sequence({ ...decoder, start: null }, parts.chunkTokens);
  try {
    for await (const pass of sequence.append(ids)) {
      const streams = byToken(pass, layers, sizes.hidden);
      const first = pass.start * layers.length;
      const next = Int32Array.from(
        { length: pass.tokens * layers.length },
        (_, row) => ids[pass.start + Math.floor(row / layers.length) + 1] ?? -1,
      );
      for (let at = 0; at < next.length; at += head.rowsAtOnce) {
        const upTo = Math.min(next.length, at + head.rowsAtOnce);
        const part = await head.read(streams.subarray(at * sizes.hidden, upTo * sizes.hidden), {
          top: request.top,
          words,
          next: next.subarray(at, upTo),
        });
        place(part, rows, first + at, request.top, words.length);
        onProgress(first + upTo, total);
        throwIfStopped(signal);
      }
      disagreement = Math.max(disagreement, await differenceFromModel(pass, head));
    }
  } finally {
    sequence.dispose();
  }
  assertAgrees(disagreement);
  const piece = tokenizer.pieces();
  const texts = new Map([...new Set(rows.ids)].map((id) => [id, tokenizer.textOf(id)]));
  return {
    tokens: ids.map(piece),
    layers,
    top: request.top,
    words: request.words,
    rows,
    texts,
    disagreement,
    milliseconds: performance.now() - started,
  };
}

/** Streams `[layers + 1, tokens, hidden]` of some layers as rows `[tokens, layers, hidden]`. */
function byToken({ residuals, tokens }: PassReading, layers: readonly number[], hidden: number): Float32Array {
  const out = new Float32Array(tokens * layers.length * hidden);
  for (let token = 0; token < tokens; token += 1) {
    for (const [index, layer] of layers.entries()) {
      const from = (layer * tokens + token) * hidden;
      out.set(residuals.subarray(from, from + hidden), (token * layers.length + index) * hidden);
    }
  }
  return out;
}

/** Puts a part where it belongs in the whole. */
function place(part: LensRows, whole: LensRows, firstRow: number, top: number, words: number): void {
  whole.ids.set(part.ids, firstRow * top);
  whole.logProbabilities.set(part.logProbabilities, firstRow * top);
  whole.entropy.set(part.entropy, firstRow);
  whole.ranks.set(part.ranks, firstRow * (words + 1));
  whole.askedLogProbabilities.set(part.askedLogProbabilities, firstRow * (words + 1));
}

/** How far the lens at the last layer and the model's own logits after a pass are apart, over the model's likeliest words, in nats. */
async function differenceFromModel({ residuals, logits }: PassReading, head: LensHead): Promise<number> {
  const ask: LensAsk = { top: Math.min(COMPARED, head.vocabulary), words: [], next: null };
  const own = emptyRows(1, ask);
  reduceLogits(logits, head.vocabulary, ask, own, 0);
  const { askedLogProbabilities } = await head.read(residuals.slice(residuals.length - head.hidden), {
    top: 1,
    words: [...own.ids],
    next: null,
  });
  return own.logProbabilities.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (askedLogProbabilities[index] ?? NaN))),
    0,
  );
}
