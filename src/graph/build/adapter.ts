/**
 * A LoRA adapter merged into the weights that it was trained on: W + scale · B · A, made when a weight is read. Sources: huggingface/peft,
 * src/peft/tuners/lora (scaling, names of tensors in adapter_model.safetensors).
 */
import type { AdapterConfig } from '../../models/checkpoint/checkpoint-file.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import type { StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import type { DecoderPlan, LayerTensors, LowRank, ProductWeights } from './decoder-config.ts';

/** Where peft wraps a model: `base_model.model.` before the module, `lora_A` and `lora_B` behind it. */
const NAME = /^base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight$/;

const PRODUCTS = [
  'query',
  'key',
  'value',
  'output',
  'gate',
  'up',
  'down',
] as const satisfies readonly (keyof LayerTensors)[];

/**
 * The plan with every product that the adapter changes. Throws `model-checkpoint-invalid` and `model-checkpoint-unknown`, naming the tensor
 * that does not fit the model and the base that the adapter says it is of.
 */
export function withAdapter(
  plan: DecoderPlan,
  { base, scale, rank }: AdapterConfig,
  tensors: readonly StoredTensor[],
  file: string,
): DecoderPlan {
  const halves = new Map<string, Partial<Record<'A' | 'B', StoredTensor>>>();
  for (const tensor of tensors) {
    const [, module = '', half] = NAME.exec(tensor.name) ?? [];
    if (half !== 'A' && half !== 'B')
      notRead(
        file,
        `${file} holds the tensor ${JSON.stringify(tensor.name.slice(0, 100))}, which is no part of a LoRA adapter that is read.`,
      );
    halves.set(module, { ...halves.get(module), [half as 'A' | 'B']: tensor });
  }
  if (halves.size === 0) damaged(file, `${file} holds no tensors.`);
  const otherBase = (why: string): never =>
    damaged(
      file,
      `${file} is an adapter of another base, by its own words ${JSON.stringify(base.slice(0, 100))}: ${why}.`,
    );
  const changed = (weights: ProductWeights): ProductWeights => {
    const module = weights.tensor.name.replace(/\.weight$/, '');
    const found = halves.get(module);
    if (found === undefined) return weights;
    halves.delete(module);
    const { A: a, B: b } = found;
    if (a === undefined || b === undefined)
      return damaged(
        file,
        `${file} holds one half of the change of ${module}, and lacks lora_${a === undefined ? 'A' : 'B'}.`,
      );
    const [rows = 0, columns = 0] = weights.tensor.dims;
    const wanted = (tensor: StoredTensor, dims: readonly number[]): void => {
      if (tensor.dims.join() !== dims.join())
        otherBase(`its ${tensor.name} is [${tensor.dims.join(', ')}], and here it must be [${dims.join(', ')}]`);
    };
    wanted(a, [rank, columns]);
    wanted(b, [rows, rank]);
    const delta: LowRank = { a, b, rank, scale };
    return { ...weights, delta };
  };
  const layers = plan.layers.map((layer) => ({
    ...layer,
    ...(Object.fromEntries(PRODUCTS.map((part) => [part, changed(layer[part])])) as Pick<
      LayerTensors,
      (typeof PRODUCTS)[number]
    >),
  }));
  const [stray] = halves.keys();
  if (stray !== undefined) otherBase(`it changes ${stray.slice(0, 100)}, and the model has no such product`);
  return { ...plan, layers };
}
