/**
 * The numbers check: does this engine, on this device, compute what float32 PyTorch computes with the same weights? The
 * reference ships with the model; the same check is a test, a button and a command.
 */
import type { NumbersReport, NumbersRow } from '../core/engine-report.ts';
import { throwIfStopped } from '../core/abort.ts';
import { AppError } from '../core/errors.ts';
import { relativeError } from '../core/relative-error.ts';
import { argmax } from '../core/sampling.ts';
import { parseSafetensors } from '../format/safetensors.ts';
import type { Decoder } from './decoder.ts';
import { Sequence, type PassReading } from './sequence.ts';

/** Largest accepted ‖difference‖ / ‖reference‖ of the stream, any layer, any position, the sink included. */
export const RESIDUAL_LIMIT = 1e-3;
/** Largest accepted difference of a logit after the prompt; logits reach about 32. */
export const LOGITS_LIMIT = 5e-3;

/** One prompt of `reference.json`. */
interface ReferencePrompt {
  readonly name: string;
  readonly ids: readonly number[];
  readonly greedy: readonly number[];
}

/** What {@link checkNumbers} needs. `untouched` opens the graph as it was exported; it is closed again afterwards. */
export interface NumbersCheckParts {
  readonly decoder: Decoder;
  readonly chunkTokens: number;
  readonly untouched: () => Promise<Decoder>;
  readonly referenceJson: string;
  readonly referenceTensors: Uint8Array;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Runs the check. The report says whether it passed; only unreadable reference files or a failing engine throw. */
export async function checkNumbers(parts: NumbersCheckParts): Promise<NumbersReport> {
  const prompts = parseReference(parts.referenceJson);
  const tensors = parseSafetensors(parts.referenceTensors, 'reference.safetensors');
  const { layerCount, hidden, vocabulary } = parts.decoder.sizes;
  const reference = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.shape.join() !== shape.join()) {
      throw new AppError('tensor-file-invalid', `reference.safetensors must hold a tensor "${name}" of shape [${shape.join(', ')}], got ${tensor ? `[${tensor.shape.join(', ')}]` : 'none'}. Load the model again.`, { name });
    }
    return tensor.data;
  };
  const total = prompts.reduce((sum, prompt) => sum + 2 * prompt.ids.length + prompt.greedy.length, 0);
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
        residualError: layerErrors(passes, reference(`${prompt.name}.residual`, [layerCount + 1, prompt.ids.length, hidden]), hidden, prompt.ids.length),
        logitsError: largestDifference(last, reference(`${prompt.name}.logits_last`, [vocabulary])),
        greedyMatches: await countGreedyMatches(sequence, last, prompt.greedy, advance),
        greedyTotal: prompt.greedy.length,
      });
    } finally {
      sequence.dispose();
    }
  }
  const untouchedLogitsError = await compareUntouched(parts, prompts, logits, advance);
  const passed =
    untouchedLogitsError <= LOGITS_LIMIT &&
    rows.every((row) => row.greedyMatches === row.greedyTotal && row.logitsError <= LOGITS_LIMIT && row.residualError.every((error) => error <= RESIDUAL_LIMIT));
  return { rows, residualLimit: RESIDUAL_LIMIT, logitsLimit: LOGITS_LIMIT, untouchedLogitsError, passed };
}

async function compareUntouched(parts: NumbersCheckParts, prompts: readonly ReferencePrompt[], logits: ReadonlyMap<string, Float32Array>, advance: (tokens: number) => void): Promise<number> {
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

async function readAll(sequence: Sequence, ids: readonly number[], advance: (tokens: number) => void): Promise<PassReading[]> {
  const passes: PassReading[] = [];
  for await (const pass of sequence.append(ids)) {
    passes.push(pass);
    advance(pass.tokens);
  }
  return passes;
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

function lastLogits(passes: readonly PassReading[]): Float32Array {
  return passes.at(-1)?.logits ?? new Float32Array(0);
}

function largestDifference(found: Float32Array, truth: Float32Array | undefined): number {
  if (truth?.length !== found.length) return Infinity;
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (truth[index] ?? NaN))), 0);
}

function parseReference(json: string): ReferencePrompt[] {
  const isIds = (value: unknown): value is number[] => Array.isArray(value) && value.length > 0 && value.every((id) => Number.isInteger(id));
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, { input_ids?: unknown; greedy_24?: unknown }>);
    if (entries.length === 0) throw new Error('it holds no prompt');
    return entries.map(([name, prompt]) => {
      if (!isIds(prompt.input_ids) || !isIds(prompt.greedy_24)) throw new Error(`${name} must have input_ids and greedy_24, lists of token ids`);
      return { name, ids: prompt.input_ids, greedy: prompt.greedy_24 };
    });
  } catch (thrown) {
    throw new AppError('model-manifest-invalid', `reference.json cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}. Load the model again.`, {}, thrown);
  }
}
