/** Puts the tensors of a checkpoint into their roles, and holds their shapes to the sizes. */
import type { StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import type { DecoderPlan, LayerKind, LayerTensors, ProductWeights } from './decoder-config.ts';

/** The sizes of a model, and what of its family the tensors must fit. */
export interface Sizes extends Omit<DecoderPlan, 'layers' | 'embedding' | 'finalNorm' | 'head' | 'vocabulary'> {
  /** The file, for messages. */
  readonly file: string;
  readonly inner: number;
  /** Null where the embedding alone says it. */
  readonly vocabulary: number | null;
  /** What of queries and keys is normed: each head by itself, all heads as one, or nothing. */
  readonly headNorms: 'each' | 'all' | null;
  /** Whether attention and MLP read the stream through a norm. */
  readonly beforeNorms: boolean;
  /** Whether the results of attention and MLP are normed before they are added. */
  readonly afterNorms: boolean;
  readonly kinds: readonly LayerKind[];
  /** Whether rows of queries and keys lie in pairs, as llama.cpp rotates them, and not in halves. */
  readonly paired: boolean;
  /** Whether queries, keys and values must have a bias; where it is not said, any product may. */
  readonly biased: boolean;
}

/** Names of tensors by role, without `.weight`. */
export interface TensorNames {
  readonly embedding: string;
  readonly finalNorm: string;
  readonly head: string;
  readonly layer: (index: number, part: string) => string;
  readonly parts: Readonly<Record<keyof LayerTensors, string>>;
}

/** No table of rotary embeddings is longer: longer texts take more memory than there is. */
const LONGEST_CONTEXT = 131_072;

/**
 * The plan. Throws `model-checkpoint-invalid` where a tensor is missing or has another shape, and `model-checkpoint-unknown` where one is
 * left over.
 */
export function planOf(sizes: Sizes, names: TensorNames, tensors: readonly StoredTensor[]): DecoderPlan {
  const {
    file,
    hidden,
    heads,
    kvHeads,
    headSize,
    inner,
    headNorms,
    beforeNorms,
    afterNorms,
    kinds,
    paired,
    biased,
    ...rest
  } = sizes;
  const left = new Map<string, StoredTensor>();
  for (const tensor of tensors) {
    if (left.has(tensor.name)) damaged(file, `${file} holds two tensors of the name ${JSON.stringify(tensor.name)}.`);
    left.set(tensor.name, tensor);
  }
  if (heads % kvHeads !== 0 || headSize % 2 !== 0)
    damaged(
      file,
      `${file} claims ${heads} heads of ${headSize} numbers over ${kvHeads} heads of keys, which do not fit together.`,
    );
  const optional = (name: string, dims: readonly number[]): StoredTensor | null => {
    const tensor = left.get(name);
    if (tensor === undefined) return null;
    left.delete(name);
    if (dims.length !== tensor.dims.length || dims.some((size, at) => size !== tensor.dims[at]))
      damaged(
        file,
        `${file} ${name} is [${tensor.dims.join(', ')}], and by the sizes of the model it must be [${dims.join(', ')}].`,
      );
    return tensor;
  };
  const needed = (name: string, dims: readonly number[]): StoredTensor =>
    optional(name, dims) ?? damaged(file, `${file} holds no tensor ${name}, which every model of its family has.`);
  const product = (name: string, rows: number, columns: number, pairedHeads: number | null = null): ProductWeights => ({
    tensor: needed(`${name}.weight`, [rows, columns]),
    bias: optional(`${name}.bias`, [rows]),
    pairedHeads,
  });
  const ofAttention = (name: string, rows: number, pairedHeads: number | null = null): ProductWeights => {
    const found = product(name, rows, hidden, pairedHeads);
    if (biased && found.bias === null)
      damaged(file, `${file} holds no tensor ${name}.bias, which every model of its family has.`);
    return found;
  };
  const vocabulary = rest.vocabulary ?? left.get(`${names.embedding}.weight`)?.dims[0] ?? 0;
  const embedding = needed(`${names.embedding}.weight`, [vocabulary, hidden]);
  const layers = kinds.map((kind, index): LayerKind & LayerTensors => {
    const named = (part: keyof LayerTensors): string => names.layer(index, names.parts[part]);
    const norm = (part: keyof LayerTensors, size = hidden): StoredTensor => needed(`${named(part)}.weight`, [size]);
    return {
      ...kind,
      attentionNorm: beforeNorms ? norm('attentionNorm') : null,
      query: ofAttention(named('query'), heads * headSize, paired ? heads : null),
      key: ofAttention(named('key'), kvHeads * headSize, paired ? kvHeads : null),
      value: ofAttention(named('value'), kvHeads * headSize),
      output: product(named('output'), hidden, heads * headSize),
      queryNorm: headNorms === null ? null : norm('queryNorm', headNorms === 'each' ? headSize : heads * headSize),
      keyNorm: headNorms === null ? null : norm('keyNorm', headNorms === 'each' ? headSize : kvHeads * headSize),
      afterAttentionNorm: afterNorms ? norm('afterAttentionNorm') : null,
      mlpNorm: beforeNorms ? norm('mlpNorm') : null,
      gate: product(named('gate'), inner, hidden),
      up: product(named('up'), inner, hidden),
      down: product(named('down'), hidden, inner),
      afterMlpNorm: afterNorms ? norm('afterMlpNorm') : null,
    };
  });
  const finalNorm = needed(`${names.finalNorm}.weight`, [hidden]);
  const head = optional(`${names.head}.weight`, [vocabulary, hidden]);
  const [stray] = left.keys();
  if (stray !== undefined)
    notRead(
      file,
      `${file} holds a tensor ${JSON.stringify(stray.slice(0, 100))}, which no model that is read has in this place.`,
    );
  return {
    ...rest,
    contextTokens: Math.min(rest.contextTokens, LONGEST_CONTEXT),
    hidden,
    heads,
    kvHeads,
    headSize,
    vocabulary,
    layers,
    embedding,
    finalNorm,
    head,
  };
}
