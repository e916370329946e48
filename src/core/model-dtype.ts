/**
 * In which numbers a model's weights are kept, and when two models are one but for that. A name does not prove it: it only
 * says what is worth measuring (see `training/dtype-agreement.ts`).
 */
import type { ModelIdentity } from './probe-types.ts';

/** The variants that exporters write, as they name their graphs: `model_q4f16.onnx`; a graph without such an ending is float32. */
export const DTYPES = ['fp32', 'fp16', 'q8', 'q4', 'q4f16', 'int8', 'uint8', 'bnb4', 'quantized'] as const;

const ENDING = new RegExp(`[-_.](${[...DTYPES].sort((a, b) => b.length - a.length).join('|')})$`);

/** The variant of a graph by its file's name; null for a name that exporters do not give. */
export function dtypeOfGraph(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.onnx$/, '');
  if (name === 'model') return 'fp32';
  return ENDING.exec(name)?.[1] ?? null;
}

/** An identity with what its graph's name says of the weights, in a field of its own only where the id does not say the same already. */
export function withDtype(model: ModelIdentity, graphPath: string): ModelIdentity {
  const dtype = dtypeOfGraph(graphPath);
  return dtype === null || dtype === ENDING.exec(model.id)?.[1] ? model : { ...model, dtype };
}

/** The variant of a model: what its identity says, else the ending of its id; null where neither does. */
export function dtypeOf({ id, dtype }: Pick<ModelIdentity, 'id' | 'dtype'>): string | null {
  return dtype ?? ENDING.exec(id)?.[1] ?? null;
}

/** A model's id without its variant. */
export function baseOf({ id }: Pick<ModelIdentity, 'id'>): string {
  return id.replace(ENDING, '');
}

/**
 * The variants of two models that may be one in other numbers: equal ids but for the ending, equal sizes, and two variants
 * that are both known and differ. Null where they are the same weights, or where nothing speaks for it.
 */
export function otherDtype(own: ModelIdentity, model: ModelIdentity): { readonly from: string; readonly to: string } | null {
  const [from, to] = [dtypeOf(own), dtypeOf(model)];
  const sameSizes = own.hidden === model.hidden && own.layerCount === model.layerCount;
  if (from === null || to === null || from === to || !sameSizes || own.weightsSha256 === model.weightsSha256) return null;
  return baseOf(own) === baseOf(model) ? { from, to } : null;
}
