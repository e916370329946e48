/**
 * In which numbers a model's weights are kept, and when two models are one but for that. A name does not prove it: it only
 * says what is worth measuring (see `training/carry-over.ts`).
 */
import { nameOf } from '../base/file-path.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import { CONTAINERS, type Container } from './checkpoint/checkpoint-file.ts';

/** The variants that exporters write, as they name them: `model_q4f16.onnx`, or a model's id that ends in `-q4f16`. */
export const DTYPES = ['fp32', 'fp16', 'q8', 'q4', 'q4f16', 'int8', 'uint8', 'bnb4', 'quantized'] as const;

/** Containers as variants are called by. */
const IN_WORDS = { gguf: 'in GGUF', safetensors: 'in safetensors' } as const satisfies Record<Container, string>;

/** What the name of a variant ends in where an adapter is merged into its weights. */
const ADAPTED = ' with an adapter';

/** What a variant can be called: its numbers, its container where that is no ONNX graph, and whether it has an adapter. */
export const VARIANTS: readonly string[] = DTYPES.flatMap((dtype) => [
  dtype,
  ...CONTAINERS.flatMap((container) => [
    `${dtype} ${IN_WORDS[container]}`,
    `${dtype} ${IN_WORDS[container]}${ADAPTED}`,
  ]),
]);

const ENDING = new RegExp(`[-_.](${[...DTYPES].sort((a, b) => b.length - a.length).join('|')})$`);

const GRAPH = /^(?:decoder_)?model(?:_merged)?(?:_([a-z0-9]{1,20}))?\.onnx$/;

/** The name of a graph that says nothing of its numbers: that of one that is built from a checkpoint, whose weights tell them. */
export const BUILT_GRAPH = 'model.onnx';

/** A variant by the one name that it has here: exporters call the graph of `q8` by `model_quantized.onnx`. */
export function dtypeNamed(name: string): string {
  return name === 'quantized' ? 'q8' : name;
}

/**
 * The variant of a decoder's graph by its file's name, as {@link dtypeNamed}, `fp32` where the name says nothing; null
 * for a file that is no such graph.
 */
export function dtypeOfGraph(path: string): string | null {
  const named = GRAPH.exec(nameOf(path));
  return named === null ? null : dtypeNamed(named[1] ?? 'fp32');
}

/**
 * The variant that the graph's own weights show, where its file's name says nothing (`model.onnx`); else what the name
 * says, null for a file that is no such graph.
 */
export function dtypeFrom(graphPath: string, inside: string): string | null {
  const named = GRAPH.exec(nameOf(graphPath));
  return named === null ? null : dtypeNamed(named[1] ?? inside);
}

/**
 * An identity with what its graph says of the weights, by its name or else by its weights, in a field of its own only
 * where the id does not say the same
 * already, and only for a variant in {@link DTYPES}.
 */
export function withDtype(model: ModelIdentity, graphPath: string, inside = 'fp32'): ModelIdentity {
  const dtype = dtypeFrom(graphPath, inside);
  const known = DTYPES.some((one) => one === dtype);
  return dtype === null || !known || dtype === endingOf(model.id) ? model : { ...model, dtype };
}

/** The numbers of a model, as {@link dtypeNamed}: what its identity says, else the ending of its id; null where neither does. */
export function dtypeOf({ id, dtype }: Pick<ModelIdentity, 'id' | 'dtype'>): string | null {
  return dtype === undefined ? endingOf(id) : dtypeNamed(dtype);
}

/** What a checkpoint is called by at the end of its name beside {@link DTYPES}: ggml's formats, and what it is kept in. */
const STORED_ENDING = /[-_.](?:i?q\d\w*|b?f16|f32|gguf|safetensors)$/;

/** A model's id without its variant, in small letters. */
export function baseOf({ id }: Pick<ModelIdentity, 'id'>): string {
  const small = id.toLowerCase();
  return small.replace(ENDING, '').replace(STORED_ENDING, '');
}

/** Its numbers with its container; null where the numbers are not known. */
function variantOf(model: ModelIdentity): string | null {
  const dtype = dtypeOf(model);
  if (dtype === null || model.container === undefined) return dtype;
  return `${dtype} ${IN_WORDS[model.container]}${model.adapter === undefined ? '' : ADAPTED}`;
}

/**
 * The variants of two models that may be one in other numbers, in another container, or with an adapter: equal ids but for the
 * ending, equal sizes, and two variants that are both known and differ. Null where they are the same weights, or where nothing
 * speaks for it.
 */
export function otherDtype(
  own: ModelIdentity,
  model: ModelIdentity,
): { readonly from: string; readonly to: string } | null {
  const [from, to] = [variantOf(own), variantOf(model)];
  const sameSizes = own.hidden === model.hidden && own.layerCount === model.layerCount;
  if (from === null || to === null || from === to || !sameSizes || own.weightsSha256 === model.weightsSha256)
    return null;
  return baseOf(own) === baseOf(model) ? { from, to } : null;
}

function endingOf(id: string): string | null {
  const named = ENDING.exec(id)?.[1];
  return named === undefined ? null : dtypeNamed(named);
}
