/**
 * Small decoders whose weights are made and not fetched: to find out what a device computes, and how fast, before a model is. The
 * nodes are those of a real decoder; the weights follow from a formula that anyone can compute again
 * (tests/fixtures/reference/trial/make_trial_fixture.py).
 */
import { STORED_TYPES, type StoredTensor, type StoredType } from '../../models/checkpoint/stored-tensor.ts';
import { buildDecoder, type BuiltDecoder } from './build-decoder.ts';
import type { DecoderPlan, LayerKind, LayerTensors, ProductWeights } from './decoder-config.ts';
import { inverseFrequencies } from './rotary.ts';

/** Sizes of such a decoder. */
export interface TrialSizes {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Width of the MLP inside. */
  readonly inner: number;
}

/** Size of a head; the stream has `heads` times as many numbers. */
const HEAD_SIZE = 64;

/** Tokens that the embedding has, and tokens of a text at most. */
export const TRIAL_VOCABULARY = 32;
export const TRIAL_CONTEXT = 64;

/** The scale of every block of 32 weights: 0.02 in float16. */
const SCALE = [0x1f, 0x25];

/** Numbers of the stream. */
export const trialHidden = ({ heads }: TrialSizes): number => heads * HEAD_SIZE;

/** Weights of the products of all layers, the head left out. */
export function trialWeights({ layers, heads, kvHeads, inner }: TrialSizes): number {
  const hidden = heads * HEAD_SIZE;
  return layers * hidden * (2 * hidden + 2 * kvHeads * HEAD_SIZE + 3 * inner);
}

/** A decoder in 4 bits (llama.cpp's Q4_0) with the nodes of Llama's family; its head is its embedding. */
export function trialDecoder(sizes: TrialSizes): BuiltDecoder {
  const { layers, heads, kvHeads, inner } = sizes;
  const hidden = heads * HEAD_SIZE;
  let end = 0;
  const tensor = (name: string, type: StoredType, dims: readonly number[]): StoredTensor => {
    const count = dims.reduce((product, size) => product * size, 1);
    const bytes = (count / STORED_TYPES[type].numbers) * STORED_TYPES[type].bytes;
    const offset = end;
    end += bytes;
    return { name, type, dims, file: 'trial', offset, bytes };
  };
  const product = (name: string, rows: number, columns: number): ProductWeights => ({
    tensor: tensor(name, 'Q4_0', [rows, columns]),
    bias: null,
    pairedHeads: null,
  });
  const norm = (name: string): StoredTensor => tensor(name, 'F32', [hidden]);
  const embedding = tensor('embedding', 'Q4_0', [TRIAL_VOCABULARY, hidden]);
  const plan: DecoderPlan = {
    hidden,
    heads,
    kvHeads,
    headSize: HEAD_SIZE,
    vocabulary: TRIAL_VOCABULARY,
    contextTokens: TRIAL_CONTEXT,
    epsilon: 1e-5,
    attentionScale: HEAD_SIZE ** -0.5,
    attentionCap: null,
    activation: 'silu',
    embeddingScale: 1,
    branchScale: 1,
    logitScale: 1,
    logitCap: null,
    normOffset: 0,
    rotations: [inverseFrequencies(HEAD_SIZE, 10_000)],
    layers: Array.from({ length: layers }, (_, index): LayerKind & LayerTensors => ({
      rotation: 0,
      window: null,
      attentionNorm: norm(`${index}.attention_norm`),
      query: product(`${index}.query`, hidden, hidden),
      key: product(`${index}.key`, kvHeads * HEAD_SIZE, hidden),
      value: product(`${index}.value`, kvHeads * HEAD_SIZE, hidden),
      output: product(`${index}.output`, hidden, hidden),
      queryNorm: null,
      keyNorm: null,
      afterAttentionNorm: null,
      mlpNorm: norm(`${index}.mlp_norm`),
      gate: product(`${index}.gate`, inner, hidden),
      up: product(`${index}.up`, inner, hidden),
      down: product(`${index}.down`, hidden, inner),
      afterMlpNorm: null,
    })),
    embedding,
    finalNorm: norm('final_norm'),
    head: null,
  };
  return buildDecoder(plan, bytesOf);
}

/** The bytes of a tensor from `from` up to `to`: as if all tensors lay in one file, and only these were made. */
function bytesOf({ type, offset, bytes }: StoredTensor, from = 0, to = bytes): Uint8Array {
  const out = new Uint8Array(to - from);
  if (type === 'F32') {
    // Norms: 0.5 to 1.5.
    const floats = new Float32Array(out.buffer);
    for (let i = 0; i < floats.length; i += 1) floats[i] = 0.5 + hashed(offset + from + 4 * i) / 256;
    return out;
  }
  const block = STORED_TYPES.Q4_0.bytes;
  for (let i = 0; i < out.length; i += 1) {
    const within = (from + i) % block;
    out[i] = SCALE[within] ?? hashed(offset + from + i);
  }
  return out;
}

/** A byte of a place in the file: the mixing steps of MurmurHash3 (Appleby, public domain). */
function hashed(place: number): number {
  let x = Math.imul(place + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) & 255;
}
