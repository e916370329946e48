/**
 * Many continuations of one text, side by side, each read every few tokens by a probe. What is steered is what writes;
 * what reads is the model without steering, so that steering along a direction does not show itself as a reading.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import { createRng } from '../../base/rng.ts';
import type { FuturesSummary, ReadingsLeft } from '../../models/engine-report.ts';
import {
  checkFuturesPlan,
  type FutureReading,
  type FuturesPlan,
  type FuturesSink,
  seedOf,
} from '../../reading/futures/futures.ts';
import type { ShownReading, Stand, TokenPiece } from '../../reading/reading.ts';
import { LARGEST_UNIFORM } from '../../reading/uniforms.ts';
import { firstSteered, type Intervention, type SteeringWhere } from '../../steering/steering.ts';
import { repeatsItself } from '../../text/repetition.ts';
import type { Decoder } from '../decoder.ts';
import type { Scorer } from '../scorer.ts';
import { applySteering } from '../steering/steered-writing.ts';
import { underSteering } from '../steering/steering-faults.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';
import { BranchedText } from './branched-text.ts';
import { linesAtOnce, writeLines, type WritingLine } from './write-lines.ts';

/** What {@link writeFutures} needs. */
export interface FuturesParts {
  /** Writes, steered where there is steering; must take it. */
  readonly writer: Decoder;
  /** Reads, never steered; may be the same. */
  readonly reader: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly scorer: Scorer;
  /** Layer of the readings of a probe that has no reading to show. */
  readonly layer: number;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
}

/** What is to be written. */
export interface FuturesRequest extends FuturesPlan {
  /** Tokens of the text that all lines begin with, its start token included. */
  readonly given: readonly number[];
  readonly intervention: Intervention;
  readonly where: SteeringWhere;
}

/** A line with its place among all of them and with what has been read of it. */
interface Future extends WritingLine {
  readonly line: number;
  readonly nextPiece: (id: number) => TokenPiece;
  /** Tokens of its own when it was read last. */
  readAt: number;
  /** Where only the writer has read it: its last token's slot in the reader's text, and how many of its tokens that holds. */
  readSlot: number;
  readIds: number;
}

/**
 * Writes futures and tells them as they grow. Each line has the tokens that a single continuation with its seed has.
 * Throws `usage` for a plan that makes none, `text-too-long` where the context has no room for a line, `push-too-strong`,
 * and `cancelled` between two tokens; what was told before stays.
 */
export async function writeFutures(
  parts: FuturesParts,
  request: FuturesRequest,
  sink: FuturesSink,
  signal: AbortSignal,
): Promise<FuturesSummary> {
  checkFuturesPlan(request);
  const started = performance.now();
  const { writer, endTokens, chunkTokens, tokenizer } = parts;
  const { given, count, sampling, every, intervention, where } = request;
  const steered = intervention.length > 0;
  const readout = readoutOf(parts);
  const { contextTokens } = writer.sizes;
  const together = linesAtOnce(writer, chunkTokens, contextTokens - given.length - readout.longest, sampling.maxTokens);
  if (together === 0)
    throw new AppError(
      'text-too-long',
      `A future of ${sampling.maxTokens} tokens after ${given.length} does not fit into the ${contextTokens} tokens that the model reads. Ask for fewer, or begin from a shorter text.`,
      { tokens: sampling.maxTokens, given: given.length, context: contextTokens },
    );
  const check = (): void => throwIfStopped(signal);
  const first = firstSteered(where, given.length);
  const steer = (on: boolean): void => {
    if (steered) applySteering(writer, on ? intervention : []);
  };
  const text = new BranchedText({ decoder: writer, chunkTokens, beforePass: (position) => steer(position >= first) });
  const apart = steered
    ? new BranchedText({ decoder: parts.reader, chunkTokens, beforePass: () => steer(false) })
    : null;
  let [tokens, readings] = [0, 0];

  /** Brings the reader's own text to where the lines are; gives the slot after which to read a line. */
  const catchUp = async (lines: readonly Future[]): Promise<void> => {
    if (apart === null) return;
    const missing = lines.flatMap((line) => line.ids.slice(line.readIds).map((id) => ({ line, id })));
    for (let from = 0; from < missing.length; from += chunkTokens) {
      check();
      const pass = missing.slice(from, from + chunkTokens);
      const base = apart.length;
      const next = pass.map(({ line, id }, index) => {
        const after = line.readSlot;
        line.readSlot = base + index;
        line.readIds += 1;
        return { id, after };
      });
      await apart.grow(next, given.length, []);
    }
  };
  const readAfter = async (slots: readonly number[], before: readonly number[]): Promise<readonly ShownReading[]> => {
    steer(false);
    const means = await (apart ?? text).peek(
      slots.flatMap((after) => readout.texts.map((ids) => ({ ids, after }))),
      check,
    );
    readings += slots.length;
    return slots.map((_, index) =>
      shownOf(
        parts,
        readout.stand,
        means.slice(index * readout.texts.length, (index + 1) * readout.texts.length),
        before[index] ?? 0,
      ),
    );
  };
  const readLines = async (lines: readonly Future[]): Promise<void> => {
    const due = readout.left === null ? lines.filter(({ ids, readAt }) => ids.length > readAt) : [];
    if (due.length === 0) return;
    await catchUp(due);
    const shown = await readAfter(
      due.map(({ slot, readSlot }) => (apart === null ? slot : readSlot)),
      due.map(({ ids }) => given.length + ids.length),
    );
    for (const line of due) line.readAt = line.ids.length;
    sink.readings(
      due.flatMap(({ line, ids }, index) => {
        const reading = shown[index];
        return reading === undefined
          ? []
          : [{ line, reading: { after: ids.length, ...reading } satisfies FutureReading }];
      }),
    );
  };

  try {
    return await underSteering(intervention, async () => {
      await apart?.begin(given, 0, check);
      const logits = await text.begin(given, steered ? first : 0, check);
      if (readout.left === null) {
        const [start] = await readAfter([given.length - 1], [given.length]);
        if (start !== undefined) sink.start(start);
      }
      for (let from = 0; from < count; from += together) {
        const lines = Array.from({ length: Math.min(together, count - from) }, (_, index): Future => {
          const rng = createRng(seedOf(from + index, request));
          const nextPiece = tokenizer.pieces();
          for (const id of given) nextPiece(id);
          return {
            line: from + index,
            ids: [],
            // As a single continuation draws them: in float32.
            uniform: () => Math.fround(Math.min(rng.uniform(), LARGEST_UNIFORM)),
            slot: given.length - 1,
            logits,
            ended: null,
            nextPiece,
            readAt: 0,
            readSlot: given.length - 1,
            readIds: 0,
          };
        });
        const how = {
          maxTokens: sampling.maxTokens,
          choice: sampling,
          endTokens,
          readLast: readout.left === null && apart === null,
          check,
          ...(steered && { repeats: repeatsItself }),
        };
        await writeLines(text, lines, how, async (grown, ended) => {
          tokens += grown.length;
          sink.written(grown.map(({ line, ids, nextPiece }) => ({ line, piece: nextPiece(ids.at(-1) ?? 0) })));
          for (const { line, ended: why } of ended) if (why !== null) sink.ended({ line, why });
          const step = Math.max(0, ...lines.filter((line) => line.ended === null).map(({ ids }) => ids.length));
          if (step % every === 0) await readLines(lines);
        });
        text.rewind();
        apart?.rewind();
      }
      return { lines: count, tokens, readings, left: readout.left, milliseconds: performance.now() - started };
    });
  } finally {
    steer(false);
    text.dispose();
    apart?.dispose();
  }
}

/** What is read at every place of every line: one quantity, so inside a sentence and at its end alike. */
function readoutOf({ scorer, chunkTokens, tokenizer }: FuturesParts): {
  readonly stand: Stand;
  readonly texts: readonly (readonly number[])[];
  readonly longest: number;
  readonly left: ReadingsLeft | null;
} {
  const stand = scorer.readouts.word.texts.length > 0 ? 'word' : 'sentence';
  const texts = scorer.readouts[stand].texts.map((text) => tokenizer.encode(` ${text}`));
  const longest = Math.max(0, ...texts.map((ids) => ids.length));
  const left = texts.length === 0 ? 'probe' : longest > chunkTokens ? 'branching' : null;
  return { stand, texts, longest: left === null ? longest : 0, left };
}

/** One number with its chance range: the reading to show, or that of the probe's own layer where it has none. */
function shownOf(
  { scorer, layer }: FuturesParts,
  stand: Stand,
  means: readonly Float32Array[],
  tokensBefore: number,
): ShownReading {
  const { shown, score, nullLow, nullHigh } = scorer.readout(means, tokensBefore, stand, null);
  const nan = Number.NaN;
  return shown ?? { score: score[layer] ?? nan, low: nullLow[layer] ?? nan, high: nullHigh[layer] ?? nan };
}
