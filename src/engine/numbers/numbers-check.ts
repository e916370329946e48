/**
 * The numbers check. Does the rewritten graph compute what the graph computes as it was exported? Is what is read after
 * each layer the stream there?
 * And does this device give what a reference says: PyTorch's, where one ships with the model or is given, or else, of
 * 16-bit models and on a graphics
 * card, a float32 pass on the processor? The same check is a test, a button and a command.
 */
import type { NumbersReport, NumbersRow } from '../../models/engine-report.ts';
import { throwIfStopped } from '../../base/abort.ts';
import { AppError, type ErrorCode } from '../../base/errors.ts';
import { relativeError } from '../../stats/relative-error.ts';
import { argmax } from '../../reading/sampling.ts';
import type { ElementType } from '../../graph/tensor-type.ts';
import type { Decoder } from '../decoder.ts';
import { BRANCH_PROOF_TOKENS, branchError } from '../proofs/branch-proof.ts';
import { comparedWords } from './compared-words.ts';
import { placeTokens, streamPlaceError } from './stream-places.ts';
import { lastLogits, readAll, type ReferencePrompt } from './numbers-reference.ts';
import { Sequence, type PassReading } from '../sequence.ts';

/** Largest accepted ‖difference‖ / ‖reference‖ of the stream, any layer, any position, the sink included. */
export const RESIDUAL_LIMIT = 1e-3;
/** Largest accepted difference of a logit after the prompt; logits reach about 32. */
export const LOGITS_LIMIT = 5e-3;

/** What is accepted, by what the model computes in. */
export interface NumbersLimits {
  readonly residual: number;
  readonly logits: number;
}

/** In 16 bits a number of the stream has 11 bits, and rounding adds up over the layers: a float16 of 32 is right to 0.016. */
const HALF_LIMITS: NumbersLimits = { residual: 2e-2, logits: 0.25 };

/** The limits of a model. */
export const limitsOf = (activations: ElementType): NumbersLimits =>
  activations === 'float16' ? HALF_LIMITS : { residual: RESIDUAL_LIMIT, logits: LOGITS_LIMIT };

/**
 * What a pass that takes integers for products may differ by from one that takes floats, as a share of the largest
 * logit (docs/decisions/0020: up to 5.4 % of the stream).
 */
const ROUNDING_SHARE = 0.2;

/**
 * A reference that was made elsewhere holds constants unrounded that exporters round: of the stream, and of a logit as
 * a share of the largest.
 */
const GIVEN_SHARE = 2e-3;

/** How a second decoder fails to open where the first works. */
const NO_ROOM: readonly ErrorCode[] = ['model-session-failed', 'gpu-memory-refused'];

/** What {@link checkNumbers} needs. */
export interface NumbersCheckParts {
  readonly decoder: Decoder;
  readonly chunkTokens: number;
  /** Opens the graph as it was exported; it is closed again afterwards. */
  readonly untouched: () => Promise<Decoder>;
  /** Whether that rounds what goes into its products of whole numbers. */
  readonly rounds: boolean;
  /** Empty where there is nothing to hold the streams to. */
  readonly reference: readonly ReferencePrompt[];
  /** Texts for the graph as it was exported where there is no reference. */
  readonly texts: readonly Pick<ReferencePrompt, 'name' | 'ids'>[];
  readonly against: NumbersReport['against'];
  readonly limits: NumbersLimits;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** A text as the rewritten graph reads it: streams `[layers + 1, tokens, hidden]` pass by pass. */
interface ReadText {
  readonly name: string;
  readonly ids: readonly number[];
  readonly passes: readonly PassReading[];
}

/** Runs the check. The report says whether it passed, and what was compared with what; only a failing engine throws. */
export async function checkNumbers(parts: NumbersCheckParts): Promise<NumbersReport> {
  const { decoder, reference: prompts, limits } = parts;
  const { hidden, layerCount } = decoder.sizes;
  const texts = prompts.length === 0 ? parts.texts : prompts;
  const greedy = prompts.reduce((sum, prompt) => sum + prompt.greedy.length, 0);
  const total =
    texts.reduce((sum, { ids }) => sum + 2 * ids.length, 0) +
    greedy +
    (decoder.steering ? placeTokens(decoder) : 0) +
    (decoder.branching ? BRANCH_PROOF_TOKENS : 0);
  let done = 0;
  const advance = (tokens: number): void => {
    done += tokens;
    parts.onProgress(Math.min(done, total), total);
    throwIfStopped(parts.signal);
  };

  const rows: NumbersRow[] = [];
  const read: ReadText[] = [];
  for (const { name, ids } of texts) {
    const sequence = new Sequence(decoder, parts.chunkTokens);
    try {
      const passes = await readAll(sequence, ids, advance);
      read.push({ name, ids, passes });
      const prompt = prompts.find((one) => one.name === name);
      if (prompt === undefined) continue;
      rows.push({
        prompt: name,
        residualError: layerErrors(passes, prompt.residual, hidden, ids.length),
        logitsError: largestDifference(lastLogits(passes), prompt.logits),
        greedyMatches: await countGreedyMatches(sequence, lastLogits(passes), prompt.greedy, advance),
        greedyTotal: prompt.greedy.length,
      });
    } finally {
      sequence.dispose();
    }
  }
  const placeError =
    decoder.steering && (texts[0]?.ids.length ?? 0) > 3
      ? await streamPlaceError(decoder, texts[0]?.ids ?? [], advance)
      : null;
  const branched = read.find(({ ids }) => ids.length >= BRANCH_PROOF_TOKENS);
  const errorOfBranches =
    decoder.branching && branched !== undefined
      ? await branchError(
          decoder,
          branched.ids,
          (pass) =>
            Math.max(...layerErrors([pass], wholeOf(branched, layerCount + 1, hidden), hidden, branched.ids.length)),
          advance,
        )
      : null;
  const untouchedLogitsError = await compareUntouched(parts, read, advance);
  const largest = read
    .flatMap(({ passes }) => [...lastLogits(passes)])
    .reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  parts.onProgress(total, total);
  const given =
    parts.against === 'given'
      ? { residual: Math.max(limits.residual, GIVEN_SHARE), logits: Math.max(limits.logits, GIVEN_SHARE * largest) }
      : limits;
  const untouchedLimit = parts.rounds ? ROUNDING_SHARE * largest : limits.logits;
  const passed =
    (untouchedLogitsError ?? 0) <= untouchedLimit &&
    (placeError ?? 0) <= limits.residual &&
    (errorOfBranches ?? 0) <= limits.residual &&
    rows.every(
      (row) =>
        row.greedyMatches === row.greedyTotal &&
        row.logitsError <= given.logits &&
        row.residualError.every((error) => error <= given.residual),
    );
  const report = {
    rows,
    against: parts.against,
    residualLimit: given.residual,
    logitsLimit: given.logits,
    untouchedLogitsError,
    untouchedLimit,
    placeError,
    branchError: errorOfBranches,
    ownLimit: limits.residual,
    passed,
  };
  return {
    ...report,
    compared: comparedWords(report, {
      texts: texts.length,
      rounds: parts.rounds,
      layers: layerCount,
      activations: decoder.activations,
    }),
  };
}

/**
 * The largest difference to the last logits of every text by the graph as it was exported. Null where that does not open, for want
 * of room beside the decoder that is in use, and PyTorch's values say all that it could.
 */
async function compareUntouched(
  parts: NumbersCheckParts,
  texts: readonly ReadText[],
  advance: (tokens: number) => void,
): Promise<number | null> {
  let decoder: Decoder;
  try {
    decoder = await parts.untouched();
  } catch (thrown) {
    const { code } = AppError.from(thrown);
    if (!NO_ROOM.includes(code) || (parts.against !== 'given' && parts.against !== 'shipped')) throw thrown;
    return null;
  }
  let error = 0;
  try {
    for (const { ids, passes } of texts) {
      const sequence = new Sequence(decoder, parts.chunkTokens);
      try {
        const logits = lastLogits(await readAll(sequence, ids, advance));
        error = Math.max(error, largestDifference(lastLogits(passes), logits));
      } finally {
        sequence.dispose();
      }
    }
  } finally {
    await decoder.dispose();
  }
  return error;
}

/** The streams of a text in one `[layers, tokens, hidden]`. */
function wholeOf({ ids, passes }: ReadText, layers: number, hidden: number): Float32Array {
  const whole = new Float32Array(layers * ids.length * hidden);
  for (const { residuals, tokens, start } of passes) {
    for (let layer = 0; layer < layers; layer += 1)
      whole.set(
        residuals.subarray(layer * tokens * hidden, (layer + 1) * tokens * hidden),
        (layer * ids.length + start) * hidden,
      );
  }
  return whole;
}

/** How many greedy tokens agree before the first that differs. */
async function countGreedyMatches(
  sequence: Sequence,
  first: Float32Array,
  greedy: readonly number[],
  advance: (tokens: number) => void,
): Promise<number> {
  let logits = first;
  for (const [index, id] of greedy.entries()) {
    if (argmax(logits) !== id) return index;
    if (index < greedy.length - 1) logits = lastLogits(await readAll(sequence, [id], advance));
    else advance(1);
  }
  return greedy.length;
}

/** Worst position's relative error by layer. */
function layerErrors(passes: readonly PassReading[], truth: Float32Array, hidden: number, tokens: number): number[] {
  const layers = truth.length / (tokens * hidden);
  const worst = new Array<number>(layers).fill(0);
  for (const pass of passes) {
    for (let layer = 0; layer < layers; layer++) {
      for (let token = 0; token < pass.tokens; token++) {
        const found = (layer * pass.tokens + token) * hidden;
        const expected = (layer * tokens + pass.start + token) * hidden;
        const error = relativeError(
          pass.residuals.subarray(found, found + hidden),
          truth.subarray(expected, expected + hidden),
        );
        worst[layer] = Math.max(worst[layer] ?? 0, Number.isNaN(error) ? Infinity : error);
      }
    }
  }
  return worst;
}

function largestDifference(found: Float32Array, truth: Float32Array | undefined): number {
  if (truth?.length !== found.length) return Infinity;
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (truth[index] ?? NaN))), 0);
}
