/**
 * The numbers check: does this engine, on this device, compute what the same weights give in float32? The reference of the embedded
 * model is PyTorch's and ships with it; of any other it is the processor's. The same check is a test, a button and a command.
 */
import type { NumbersReport, NumbersRow } from '../core/engine-report.ts';
import { throwIfStopped } from '../core/abort.ts';
import { relativeError } from '../core/relative-error.ts';
import { argmax } from '../core/sampling.ts';
import type { ElementType } from '../onnx/tensor-type.ts';
import type { Decoder } from './decoder.ts';
import { lastLogits, readAll, type ReferencePrompt } from './numbers-reference.ts';
import { Sequence, type PassReading } from './sequence.ts';

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
export const limitsOf = (activations: ElementType): NumbersLimits => (activations === 'float16' ? HALF_LIMITS : { residual: RESIDUAL_LIMIT, logits: LOGITS_LIMIT });

/** What {@link checkNumbers} needs. */
export interface NumbersCheckParts {
  readonly decoder: Decoder;
  readonly chunkTokens: number;
  /** Opens the graph as it was exported; it is closed again afterwards. Null where the two may differ by how they are made (see docs/decisions/0020). */
  readonly untouched: (() => Promise<Decoder>) | null;
  readonly reference: readonly ReferencePrompt[];
  readonly against: NumbersReport['against'];
  readonly limits: NumbersLimits;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Runs the check. The report says whether it passed; only a failing engine throws. */
export async function checkNumbers(parts: NumbersCheckParts): Promise<NumbersReport> {
  const { reference: prompts, limits } = parts;
  const { hidden } = parts.decoder.sizes;
  const total = prompts.reduce((sum, prompt) => sum + (parts.untouched === null ? 1 : 2) * prompt.ids.length + prompt.greedy.length, 0);
  let done = 0;
  const advance = (tokens: number): void => {
    done += tokens;
    parts.onProgress(done, total);
    throwIfStopped(parts.signal);
  };

  const rows: NumbersRow[] = [];
  const logits = new Map<string, Float32Array>();
  for (const prompt of prompts) {
    const sequence = new Sequence(parts.decoder, parts.chunkTokens);
    try {
      const passes = await readAll(sequence, prompt.ids, advance);
      const last = lastLogits(passes);
      logits.set(prompt.name, last);
      rows.push({
        prompt: prompt.name,
        residualError: layerErrors(passes, prompt.residual, hidden, prompt.ids.length),
        logitsError: largestDifference(last, prompt.logits),
        greedyMatches: await countGreedyMatches(sequence, last, prompt.greedy, advance),
        greedyTotal: prompt.greedy.length,
      });
    } finally {
      sequence.dispose();
    }
  }
  const untouchedLogitsError = parts.untouched === null ? null : await compareUntouched({ ...parts, untouched: parts.untouched }, prompts, logits, advance);
  const passed =
    (untouchedLogitsError ?? 0) <= limits.logits &&
    rows.every((row) => row.greedyMatches === row.greedyTotal && row.logitsError <= limits.logits && row.residualError.every((error) => error <= limits.residual));
  return { rows, against: parts.against, residualLimit: limits.residual, logitsLimit: limits.logits, untouchedLogitsError, passed };
}

async function compareUntouched(parts: NumbersCheckParts & { readonly untouched: () => Promise<Decoder> }, prompts: readonly ReferencePrompt[], logits: ReadonlyMap<string, Float32Array>, advance: (tokens: number) => void): Promise<number> {
  const decoder = await parts.untouched();
  let worst = 0;
  try {
    for (const prompt of prompts) {
      const sequence = new Sequence(decoder, parts.chunkTokens);
      try {
        worst = Math.max(worst, largestDifference(lastLogits(await readAll(sequence, prompt.ids, advance)), logits.get(prompt.name)));
      } finally {
        sequence.dispose();
      }
    }
  } finally {
    await decoder.dispose();
  }
  return worst;
}

/** How many greedy tokens agree before the first that differs. */
async function countGreedyMatches(sequence: Sequence, first: Float32Array, greedy: readonly number[], advance: (tokens: number) => void): Promise<number> {
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
        const error = relativeError(pass.residuals.subarray(found, found + hidden), truth.subarray(expected, expected + hidden));
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
