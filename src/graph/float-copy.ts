/**
 * The weights of an export as float32, under the names that transformers gives them in a model of the Llama kind. Exports of the
 * onnxruntime-genai model builder alone: their weights have names that tell what they are. Whatever has another name is refused.
 */
import { AppError } from '../base/errors.ts';
import { intAttributeOf } from './attributes.ts';
import { type ModelGraph, weightSource } from './graph.ts';
import { packedProducts } from './products/packed-product.ts';
import { unpack } from './products/unpack.ts';
import { FLOAT32 } from './tensor-type.ts';

/** One tensor; its numbers are made when they are asked for, since all of them together may not fit the memory. */
export interface FloatWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly make: () => Float32Array;
}

const PRODUCT = /^model\.layers\.(\d+)\.(attn|mlp)\.(\w+_proj)\.MatMul\.(weight|bias)/;
const NORM =
  /^model\.layers\.(\d+)\.(input_layernorm|post_attention_layernorm|attn\.[qk]_norm)\.(?:layernorm\.)?weight$/;
const LAST_NORM = /^model\.layers\.\d+\.final_norm_layernorm\.weight$/;

/** Parts of weights and what is computed at reading, which have no name in a checkpoint. */
const NO_WEIGHT = /_cache$|_scales$|_zp$|_zero_points?$|^\/model\/|^\/lm_head\//;

/** The name in a checkpoint; null for what is none. Throws `model-node-missing` for a name that is not known. */
function nameOf(weight: string): string | null {
  const product = PRODUCT.exec(weight);
  if (product !== null) {
    const [, layer, part, projection, kind] = product;
    if (NO_WEIGHT.test(weight)) return null;
    return `model.layers.${layer}.${part === 'attn' ? 'self_attn' : 'mlp'}.${projection}.${kind}`;
  }
  const norm = NORM.exec(weight);
  if (norm !== null) return `model.layers.${norm[1]}.${norm[2]?.replace('attn.', 'self_attn.')}.weight`;
  if (LAST_NORM.test(weight)) return 'model.norm.weight';
  if (weight === 'model.embed_tokens.weight') return weight;
  if (NO_WEIGHT.test(weight)) return null;
  if (weight.startsWith('lm_head.MatMul.weight')) return 'lm_head.weight';
  throw refused(weight);
}

/**
 * Every weight, in the order of the graph; the head also as the embedding where the graph has no embedding of its own.
 * Throws `model-node-missing` for a weight that it cannot name or read.
 */
export function floatCopy(model: ModelGraph, files: ReadonlyMap<string, Uint8Array>): readonly FloatWeight[] {
  const packed = new Map(packedProducts(model, files).map((product) => [product.node.inputs[1], product]));
  const products = new Set(model.nodes.filter(({ opType }) => opType === 'MatMul').map(({ inputs }) => inputs[1]));
  const found = model.weights.flatMap((weight): FloatWeight[] => {
    const name = nameOf(weight.name);
    if (name === null) return [];
    const product = packed.get(weight.name);
    // Products hold their weights by column, checkpoints by row.
    if (product !== undefined) {
      const { rows, columns } = product;
      return [{ name, shape: [rows, columns], make: () => transposed(unpack(product), columns, rows) }];
    }
    const source = weight.elemType === FLOAT32 ? weightSource(weight, files) : null;
    if (source === null) throw refused(weight.name);
    const read = (): Float32Array => new Float32Array(new Uint8Array(source.read(0, source.bytes)).buffer);
    const [columns = 0, rows = 0] = weight.dims;
    return products.has(weight.name)
      ? [{ name, shape: [rows, columns], make: () => transposed(read(), columns, rows) }]
      : [{ name, shape: weight.dims, make: read }];
  });
  const named = found.flatMap((weight) => apart(weight, model));
  const [head, embedding] = ['lm_head.weight', 'model.embed_tokens.weight'].map((name) =>
    named.find((weight) => weight.name === name),
  );
  if (head !== undefined && embedding === undefined) return [...named, { ...head, name: 'model.embed_tokens.weight' }];
  return named;
}

/** Queries, keys and values apart, where an export has them as one product: its rows are those of all query heads first. */
function apart(weight: FloatWeight, { nodes }: ModelGraph): readonly FloatWeight[] {
  if (!weight.name.includes('.qkv_proj.')) return [weight];
  const attention = nodes.find(({ opType }) => opType === 'GroupQueryAttention');
  const heads = (name: string): number => (attention && intAttributeOf(attention, name)) ?? 0;
  const [queries, keys] = [heads('num_heads'), heads('kv_num_heads')];
  const [rows = 0, ...columns] = weight.shape;
  const head = rows / (queries + 2 * keys);
  if (!Number.isInteger(head)) throw refused(weight.name);
  const width = columns.reduce((product, length) => product * length, 1);
  let from = 0;
  return [queries, keys, keys].map((count, index) => {
    const [begin, end] = [from * width, (from += count * head) * width];
    return {
      name: weight.name.replace('qkv_proj', ['q_proj', 'k_proj', 'v_proj'][index] ?? ''),
      shape: [count * head, ...columns],
      make: () => weight.make().subarray(begin, end),
    };
  });
}

/** `[columns, rows]` as `[rows, columns]`. */
function transposed(values: Float32Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      out[row * columns + column] = values[column * rows + row] as number;
  return out;
}

const refused = (weight: string): AppError =>
  new AppError(
    'model-node-missing',
    `The weight ${JSON.stringify(weight.slice(0, 80))} has no known place in a checkpoint. Copies are made of exports of the onnxruntime-genai model builder, in float32, 4 or 8 bits.`,
    { weight },
  );
