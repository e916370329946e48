/** A decoder as the graph builder takes it, whatever container it came in: sizes, and by role the tensors. */
import type { StoredTensor } from '../../models/checkpoint/stored-tensor.ts';

/** What stands between the two products of an MLP. */
export type Activation = 'silu' | 'gelu-tanh';

/** The weights of a product `[rows, columns]`; of queries and keys also in which order their rows are. */
export interface ProductWeights {
  readonly tensor: StoredTensor;
  /** The tensor `[rows]` that is added; null where there is none. */
  readonly bias: StoredTensor | null;
  /**
   * Heads whose rows lie in pairs, as llama.cpp rotates them, in place of two halves: the order that graphs rotate in
   * is made of it. Null where they lie as halves already.
   */
  readonly pairedHeads: number | null;
  /** What an adapter adds; left out where there is none. */
  readonly delta?: LowRank;
}

/** A change of weights `[rows, columns]` by two small matrices: scale · b · a. */
export interface LowRank {
  /** `[rank, columns]`. */
  readonly a: StoredTensor;
  /** `[rows, rank]`. */
  readonly b: StoredTensor;
  readonly rank: number;
  readonly scale: number;
}

/** The tensors of a layer by their role; null where the family has none. */
export interface LayerTensors {
  /** Null where attention reads the stream as it is; then the MLP does too. */
  readonly attentionNorm: StoredTensor | null;
  readonly query: ProductWeights;
  readonly key: ProductWeights;
  readonly value: ProductWeights;
  readonly output: ProductWeights;
  /** As wide as a head, each of which is normed by itself, or as all heads together. */
  readonly queryNorm: StoredTensor | null;
  readonly keyNorm: StoredTensor | null;
  /** What the result of attention, and that of the MLP, is normed with before it is added to the stream. */
  readonly afterAttentionNorm: StoredTensor | null;
  readonly mlpNorm: StoredTensor | null;
  readonly gate: ProductWeights;
  readonly up: ProductWeights;
  readonly down: ProductWeights;
  readonly afterMlpNorm: StoredTensor | null;
}

/** How a layer attends. */
export interface LayerKind {
  /** Which rotary table it has, by its place in {@link DecoderPlan.rotations}; null for none. */
  readonly rotation: number | null;
  /** Over how many tokens it looks back, itself included; null for all. */
  readonly window: number | null;
}

/** Everything that a graph is built from. */
export interface DecoderPlan {
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly contextTokens: number;
  readonly epsilon: number;
  readonly attentionScale: number;
  /** Scores of attention are cap · tanh(score / cap); null where they are as they are. */
  readonly attentionCap: number | null;
  readonly activation: Activation;
  /** What embeddings are multiplied by; 1 for nothing. */
  readonly embeddingScale: number;
  /** What the results of attention and MLP are multiplied by before they are added to the stream; 1 for nothing. */
  readonly branchScale: number;
  /** What logits are multiplied by; 1 for nothing. */
  readonly logitScale: number;
  /** The same of logits. */
  readonly logitCap: number | null;
  /** What is added to the weights of every norm: 1 where a checkpoint has them around zero. */
  readonly normOffset: number;
  /** Inverse frequencies `[headSize / 2]` of each rotary table, by place. */
  readonly rotations: readonly Float32Array[];
  readonly layers: readonly (LayerKind & LayerTensors)[];
  readonly embedding: StoredTensor;
  readonly finalNorm: StoredTensor;
  /** Weights of the head; null where it has those of the embedding. */
  readonly head: StoredTensor | null;
}
