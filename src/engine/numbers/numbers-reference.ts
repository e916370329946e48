/**
 * What the numbers check compares with: the float32 values that ship with a model, or what the same weights give in
 * float32 on the processor. A reference that is given is read by numbers/given-reference.ts.
 */
import { AppError } from '../../base/errors.ts';
import { argmax } from '../../reading/sampling.ts';
import { parseSafetensors } from '../../formats/containers/safetensors.ts';
import type { Decoder, DecoderSizes } from '../decoder.ts';
import { Sequence, type PassReading } from '../sequence.ts';

/** One text with what a float32 pass makes of it. */
export interface ReferencePrompt {
  readonly name: string;
  readonly ids: readonly number[];
  /** Greedy tokens after it. */
  readonly greedy: readonly number[];
  /** `[layers + 1, tokens, hidden]`. */
  readonly residual: Float32Array;
  /** `[vocabulary]`, after the last token. */
  readonly logits: Float32Array;
}

/**
 * The reference that lies beside the model, float32 PyTorch on the same weights. Throws `model-manifest-invalid` or
 * `tensor-file-invalid`.
 */
export function shippedReference(
  json: string,
  tensors: Uint8Array,
  { layerCount, hidden, vocabulary }: DecoderSizes,
): readonly ReferencePrompt[] {
  const prompts = parseReference(json);
  const held = parseSafetensors(tensors, 'reference.safetensors');
  const tensor = (name: string, shape: readonly number[]): Float32Array => {
    const found = held.get(name);
    if (found?.shape.join() !== shape.join()) {
      throw new AppError(
        'tensor-file-invalid',
        `reference.safetensors must hold a tensor "${name}" of shape [${shape.join(', ')}], got ${found ? `[${found.shape.join(', ')}]` : 'none'}. Load the model again.`,
        { name },
      );
    }
    return found.data;
  };
  return prompts.map(({ name, ids, greedy }) => ({
    name,
    ids,
    greedy,
    residual: tensor(`${name}.residual`, [layerCount + 1, ids.length, hidden]),
    logits: tensor(`${name}.logits_last`, [vocabulary]),
  }));
}

/** Texts that a model without a reference is checked on: sentences, and a list that says little of what comes next. */
const OWN_TEXTS = {
  story: 'The old man gave his coat to the stranger and walked home in the cold. His daughter asked him',
  list: 'Apples, 12; pears, 7; plums, 31; cherries,',
} as const;

/** Greedy tokens at most; none behind a token whose two best logits lie closer than what the check lets a logit move. */
const OWN_GREEDY = 8;

/** The texts that a model without a reference is read on; `start` cuts a whole text into tokens. */
export function ownTexts(start: (text: string) => readonly number[]): readonly Pick<ReferencePrompt, 'name' | 'ids'>[] {
  return Object.entries(OWN_TEXTS).map(([name, text]) => ({ name, ids: start(text) }));
}

/** What the weights give in float32. `decoder` stays the caller's; `advance` is called with tokens and throws `cancelled`. */
export async function ownReference(
  decoder: Decoder,
  start: (text: string) => readonly number[],
  closest: number,
  advance: (tokens: number) => void,
): Promise<readonly ReferencePrompt[]> {
  const { layerCount, hidden } = decoder.sizes;
  const prompts: ReferencePrompt[] = [];
  for (const { name, ids } of ownTexts(start)) {
    const residual = new Float32Array((layerCount + 1) * ids.length * hidden);
    const sequence = new Sequence(decoder, ids.length);
    try {
      const passes = await readAll(sequence, ids, advance);
      for (const { residuals, tokens, start } of passes) {
        for (let layer = 0; layer <= layerCount; layer += 1)
          residual.set(
            residuals.subarray(layer * tokens * hidden, (layer + 1) * tokens * hidden),
            (layer * ids.length + start) * hidden,
          );
      }
      const logits = lastLogits(passes);
      const greedy: number[] = [];
      for (let next = logits; greedy.length < OWN_GREEDY && leadOf(next) > closest;) {
        greedy.push(argmax(next));
        next = lastLogits(await readAll(sequence, greedy.slice(-1), advance));
      }
      prompts.push({ name, ids, greedy, residual, logits });
    } finally {
      sequence.dispose();
    }
  }
  return prompts;
}

/** Reads tokens after what a sequence has read, and tells `advance` of them pass by pass. */
export async function readAll(
  sequence: Sequence,
  ids: readonly number[],
  advance: (tokens: number) => void,
): Promise<readonly PassReading[]> {
  const passes: PassReading[] = [];
  for await (const pass of sequence.append(ids)) {
    passes.push(pass);
    advance(pass.tokens);
  }
  return passes;
}

/** The logits after the last token; empty where there is none. */
export function lastLogits(passes: readonly PassReading[]): Float32Array {
  return passes.at(-1)?.logits ?? new Float32Array(0);
}

/** By how much the best logit leads. */
function leadOf(logits: Float32Array): number {
  const best = argmax(logits);
  return logits.reduce(
    (lead, value, index) => (index === best ? lead : Math.min(lead, (logits[best] ?? NaN) - value)),
    Infinity,
  );
}

function parseReference(json: string): Pick<ReferencePrompt, 'name' | 'ids' | 'greedy'>[] {
  const isIds = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length > 0 && value.every((id) => Number.isInteger(id));
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, { input_ids?: unknown; greedy_24?: unknown }>);
    if (entries.length === 0) throw new Error('it holds no prompt');
    return entries.map(([name, prompt]) => {
      if (!isIds(prompt.input_ids) || !isIds(prompt.greedy_24))
        throw new Error(`${name} must have input_ids and greedy_24, lists of token ids`);
      return { name, ids: prompt.input_ids, greedy: prompt.greedy_24 };
    });
  } catch (thrown) {
    throw new AppError(
      'model-manifest-invalid',
      `reference.json cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}. Load the model again.`,
      {},
      thrown,
    );
  }
}
