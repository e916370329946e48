/**
 * Builds the graph of a decoder from its sizes and tensors, in the style of the onnxruntime-genai model builder: what opens its exports
 * opens this (control texts, branches, steering, captures). Numbers are computed in float32; weights stay in the numbers that they are
 * stored in where onnxruntime multiplies with these (stored-blocks.ts).
 */
import {
  QUANTISED_BLOCK,
  TABLE_BITS,
  type KeptBits,
  type QuantisedBits,
  type WeightRounding,
} from '../../models/checkpoint/kept-weights.ts';
import { cannotKeep } from '../../models/checkpoint/refusal.ts';
import type { ReadTensor, StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import type { MadeWeights } from '../products/made-weights.ts';
import { SOFTCAP } from '../attention-node.ts';
import { FLOAT32, INT32, INT64 } from '../tensor-type.ts';
import type { DecoderPlan, LayerKind, LayerTensors, ProductWeights } from './decoder-config.ts';
import { GraphWriter } from './graph-writer.ts';
import { rowsOf, vectorWeight } from './made-tensors.ts';
import { ProductWriter, tensorName, type Quantising } from './products.ts';
import { RoundingLog } from './quantise.ts';
import { rotaryTable } from './rotary.ts';
import { isPacked } from './stored-blocks.ts';

/** A graph with the files that its weights are made in. */
export interface BuiltDecoder {
  readonly graph: Uint8Array;
  readonly files: readonly MadeWeights[];
  /** What quantising changed in the weights that were read until now; null where none was, or nothing is quantised. */
  readonly rounding: () => WeightRounding | null;
}

/**
 * Builds the graph, plain weights of products kept in so many bits. Tensors are read when a file of weights is, not before. Throws
 * `model-checkpoint-unknown` where a product's columns are no whole blocks to quantise, naming its tensor.
 */
export function buildDecoder(plan: DecoderPlan, read: ReadTensor, kept: KeptBits = 32): BuiltDecoder {
  if (kept === 32) return { ...new DecoderWriter(plan, read, null).write(), rounding: () => null };
  assertBlocks(plan, kept);
  const log = new RoundingLog(kept);
  const bitsOf = (tensor: StoredTensor): QuantisedBits => quantisedBitsOf(plan, tensor, kept);
  return { ...new DecoderWriter(plan, read, { bitsOf, log }).write(), rounding: () => log.summary() };
}

/** Bits that plain numbers of a tensor are kept in: vectors are not quantised. */
export function keptBitsOf(plan: DecoderPlan, tensor: StoredTensor, kept: KeptBits): KeptBits {
  return kept === 32 || tensor.dims.length !== 2 ? 32 : quantisedBitsOf(plan, tensor, kept);
}

/** Embedding and head keep more bits than layers. */
function quantisedBitsOf({ embedding, head }: DecoderPlan, { name }: StoredTensor, kept: QuantisedBits): QuantisedBits {
  return name === embedding.name || name === head?.name ? TABLE_BITS : kept;
}

/** Every product of a plan has plain weights in whole blocks. Throws `model-checkpoint-unknown`, naming the tensor that has not. */
function assertBlocks({ embedding, head, layers }: DecoderPlan, bits: QuantisedBits): void {
  const products = layers.flatMap(({ query, key, value, output, gate, up, down }) =>
    [query, key, value, output, gate, up, down].map(({ tensor }) => tensor),
  );
  for (const { name, file, type, dims } of [embedding, ...(head === null ? [] : [head]), ...products]) {
    const columns = dims[1] ?? 1;
    if (isPacked(type)) cannotKeep(file, `${file} holds ${name} in ${type}, which is not quantised again.`);
    if (columns % QUANTISED_BLOCK !== 0)
      cannotKeep(
        file,
        `${file} ${name} has ${columns} columns, and weights in ${bits} bits lie in blocks of ${QUANTISED_BLOCK}.`,
      );
  }
}

/** Lengths of a pass, as inputs of attention. */
interface Lengths {
  readonly last: string;
  readonly total: string;
}

class DecoderWriter {
  readonly #plan: DecoderPlan;
  readonly #read: ReadTensor;
  readonly #graph = new GraphWriter();
  readonly #products: ProductWriter;

  constructor(plan: DecoderPlan, read: ReadTensor, quantising: Quantising | null) {
    this.#plan = plan;
    this.#read = read;
    this.#products = new ProductWriter(this.#graph, read, quantising);
  }

  write(): Pick<BuiltDecoder, 'graph' | 'files'> {
    const { layers, embedding, head, finalNorm } = this.#plan;
    this.#inputs();
    const lengths = this.#lengths();
    const tables = this.#rotaryTables();
    const table = { tensor: embedding, bias: null, pairedHeads: null };
    let stream = this.#scaled(this.#products.lookup('/model/embed_tokens', table));
    let branch: string | null = null;
    for (const [index, layer] of layers.entries()) {
      const name = `/model/layers.${index}`;
      const [normed, before] = this.#addAndNorm(`${name}/input_layernorm`, stream, branch, layer.attentionNorm);
      const attended = this.#attention(index, layer, normed, lengths, tables);
      const added = this.#afterNorm(`${name}/after_attention_norm`, attended, layer.afterAttentionNorm);
      const [ready, middle] = this.#addAndNorm(`${name}/post_attention_layernorm`, before, added, layer.mlpNorm);
      branch = this.#afterNorm(`${name}/after_mlp_norm`, this.#mlp(`${name}/mlp`, layer, ready), layer.afterMlpNorm);
      stream = middle;
    }
    // The head is a product without a bias, so what multiplies the norm's weights multiplies the logits.
    const [normed] = this.#addAndNorm(
      `/model/layers.${layers.length}/final_norm_layernorm`,
      stream,
      branch,
      finalNorm,
      this.#plan.logitScale,
    );
    this.#head(normed, { ...table, tensor: head ?? embedding });
    return this.#graph.finish();
  }

  #inputs(): void {
    const { layers, kvHeads, headSize, vocabulary } = this.#plan;
    this.#graph.input('input_ids', INT64, ['batch_size', 'sequence_length']);
    this.#graph.input('attention_mask', INT64, ['batch_size', 'total_sequence_length']);
    this.#graph.output('logits', FLOAT32, ['batch_size', 'sequence_length', vocabulary]);
    for (const layer of layers.keys())
      for (const kind of ['key', 'value']) {
        const dims = (length: string): (number | string)[] => ['batch_size', kvHeads, length, headSize];
        this.#graph.input(`past_key_values.${layer}.${kind}`, FLOAT32, dims('past_sequence_length'));
        this.#graph.output(`present.${layer}.${kind}`, FLOAT32, dims('total_sequence_length'));
      }
  }

  /** The index of the last slot that holds a token, and the number of slots, as the mask says. */
  #lengths(): Lengths {
    const graph = this.#graph;
    const name = '/model/attn_mask_reformat';
    const one = graph.integers([1]);
    const sum = graph.node('ReduceSum', `${name}/ReduceSum`, ['attention_mask', one], { keepdims: 0 });
    const last = graph.node('Sub', `${name}/Sub`, [sum, one]);
    const shape = graph.node('Shape', `${name}/Shape`, ['attention_mask']);
    const total = graph.node('Gather', `${name}/Gather`, [shape, graph.integers(1)], { axis: 0 });
    return {
      last: graph.node('Cast', `${name}/Sub/Cast`, [last], { to: INT32 }),
      total: graph.node('Cast', `${name}/Gather/Cast`, [total], { to: INT32 }),
    };
  }

  /** Cosines and sines of each rotation, `[contextTokens, headSize / 2]`. */
  #rotaryTables(): readonly (readonly [cos: string, sin: string])[] {
    const { rotations, contextTokens, headSize } = this.#plan;
    return rotations.map((frequencies, place) => {
      const table = (kind: 'cos' | 'sin'): string =>
        this.#graph.weight({
          name: `${kind}_cache${place === 0 ? '' : `_${place}`}`,
          elemType: FLOAT32,
          dims: [contextTokens, headSize / 2],
          bytes: 2 * contextTokens * headSize,
          make: () => new Uint8Array(rotaryTable(kind, frequencies, contextTokens).buffer),
        });
      return [table('cos'), table('sin')] as const;
    });
  }

  #head(normed: string, weights: ProductWeights): void {
    const { logitCap } = this.#plan;
    const plain = this.#products.product('/lm_head', normed, weights, logitCap === null ? 'logits' : undefined);
    if (logitCap === null) return;
    const [graph, name] = [this.#graph, '/lm_head/cap'];
    const cap = graph.float(logitCap);
    const bent = graph.node('Tanh', `${name}/Tanh`, [graph.node('Div', `${name}/Div`, [plain, cap])]);
    graph.node('Mul', `${name}/Mul`, [bent, cap], {}, ['logits']);
  }

  #scaled(embedding: string): string {
    const { embeddingScale } = this.#plan;
    if (embeddingScale === 1) return embedding;
    return this.#graph.node('Mul', '/model/embed_tokens/Mul', [embedding, this.#graph.float(embeddingScale)]);
  }

  #norm(name: string, input: string, tensor: StoredTensor, scale = 1): string {
    return this.#graph.node(
      'SimplifiedLayerNormalization',
      `${name}/LayerNorm`,
      [input, this.#normWeight(name, tensor, scale)],
      {
        epsilon: { real: this.#plan.epsilon },
        axis: 2,
        stash_type: 1,
      },
    );
  }

  /** Adds a branch to the stream and norms the sum, if anything does: what the norm gives, times `scale`, and the stream. */
  #addAndNorm(
    name: string,
    stream: string,
    branch: string | null,
    tensor: StoredTensor | null,
    scale = 1,
  ): readonly [string, string] {
    // The norm that adds first needs one that does not beside it: the lens reads any layer with that (lens-graph.ts).
    const isPlain = tensor === null || this.#plan.layers[0]?.attentionNorm === null;
    if (branch === null || isPlain) {
      const sum = branch === null ? stream : this.#graph.node('Add', `${name}/Add`, [stream, branch]);
      return [tensor === null ? sum : this.#norm(name, sum, tensor, scale), sum];
    }
    const outputs = [`${name}/output_0`, '', '', `${name}/output_3`];
    const normed = this.#graph.node(
      'SkipSimplifiedLayerNormalization',
      `${name}/SkipLayerNorm`,
      [stream, branch, this.#normWeight(name, tensor, scale)],
      { epsilon: { real: this.#plan.epsilon } },
      outputs,
    );
    return [normed, `${name}/output_3`];
  }

  /** What is added to the stream of the result of attention or MLP. */
  #afterNorm(name: string, branch: string, tensor: StoredTensor | null): string {
    const { branchScale } = this.#plan;
    const normed = tensor === null ? branch : this.#norm(name, branch, tensor);
    return branchScale === 1
      ? normed
      : this.#graph.node('Mul', `${name}/Mul`, [normed, this.#graph.float(branchScale)]);
  }

  #normWeight(name: string, tensor: StoredTensor, scale = 1): string {
    const { normOffset } = this.#plan;
    return this.#graph.weight(
      vectorWeight(`${tensorName(name)}.weight`, rowsOf(tensor), this.#read, { offset: normOffset, scale }),
    );
  }

  #attention(
    index: number,
    layer: LayerKind & LayerTensors,
    normed: string,
    { last, total }: Lengths,
    tables: readonly (readonly [cos: string, sin: string])[],
  ): string {
    const { heads, kvHeads, attentionScale, attentionCap } = this.#plan;
    const name = `/model/layers.${index}/attn`;
    const product = (kind: 'query' | 'key' | 'value'): string =>
      this.#products.product(`${name}/${kind.charAt(0)}_proj`, normed, layer[kind]);
    const query = this.#headNorm(`${name}/q_norm`, product('query'), heads, layer.queryNorm);
    const key = this.#headNorm(`${name}/k_norm`, product('key'), kvHeads, layer.keyNorm);
    const [cos, sin] = layer.rotation === null ? [] : (tables[layer.rotation] ?? []);
    const rotary = cos === undefined || sin === undefined ? [] : [cos, sin];
    const attended = this.#graph.node(
      'GroupQueryAttention',
      `${name}/GroupQueryAttention`,
      [
        query,
        key,
        product('value'),
        `past_key_values.${index}.key`,
        `past_key_values.${index}.value`,
        last,
        total,
        ...rotary,
      ],
      {
        num_heads: heads,
        kv_num_heads: kvHeads,
        scale: { real: attentionScale },
        ...(attentionCap === null ? {} : { [SOFTCAP]: { real: attentionCap } }),
        do_rotary: rotary.length === 0 ? 0 : 1,
        rotary_interleaved: 0,
        ...(layer.window === null ? {} : { local_window_size: layer.window }),
      },
      [`${name}/GroupQueryAttention/output_0`, `present.${index}.key`, `present.${index}.value`],
    );
    return this.#products.product(`${name}/o_proj`, attended, layer.output);
  }

  /** Norms each head by itself, or all as one where the norm is as wide. */
  #headNorm(name: string, input: string, heads: number, tensor: StoredTensor | null): string {
    if (tensor === null) return input;
    const { headSize, epsilon } = this.#plan;
    if (tensor.dims[0] !== headSize) return this.#norm(name, input, tensor);
    const graph = this.#graph;
    // [batch, tokens · heads, headSize]: three dimensions, as kernels of graphics cards have it fastest.
    const split = graph.node('Reshape', `${name}/Reshape_1`, [input, graph.integers([0, -1, headSize])]);
    const normed = graph.node(
      'SimplifiedLayerNormalization',
      `${name}/SimplifiedLayerNormalization`,
      [split, this.#normWeight(name, tensor)],
      { epsilon: { real: epsilon }, axis: 2, stash_type: 1 },
    );
    return graph.node('Reshape', `${name}/Reshape_2`, [normed, graph.integers([0, -1, heads * headSize])]);
  }

  #mlp(name: string, { gate, up, down }: LayerTensors, input: string): string {
    const graph = this.#graph;
    const gated = this.#products.product(`${name}/gate_proj`, input, gate);
    const risen = this.#products.product(`${name}/up_proj`, input, up);
    const active = ACTIVATIONS[this.#plan.activation](graph, `${name}/act_fn`, gated);
    return this.#products.product(`${name}/down_proj`, graph.node('Mul', `${name}/Mul`, [active, risen]), down);
  }
}

const ACTIVATIONS = {
  silu: (graph: GraphWriter, name: string, input: string): string =>
    graph.node('Mul', `${name}/Mul`, [input, graph.node('Sigmoid', `${name}/Sigmoid`, [input])]),
  'gelu-tanh': (graph: GraphWriter, name: string, input: string): string =>
    graph.node('Gelu', `${name}/Gelu`, [input], { approximate: 'tanh' }),
} satisfies Record<DecoderPlan['activation'], (graph: GraphWriter, name: string, input: string) => string>;
