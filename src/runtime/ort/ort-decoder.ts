/**
 * A decoder on onnxruntime, the same code for onnxruntime-node, WASM and WebGPU: builds the inputs of a pass, keeps the
 * key/value tensors wherever the provider left them, and fetches residuals and logits through a {@link Fetch}.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../core/errors.ts';
import { ATTENTION_BIAS_INPUT, SLOT_POSITIONS_INPUT } from '../../onnx/branching.ts';
import { LOGIT_ROWS_INPUT, type DecoderShape } from '../../onnx/decoder-taps.ts';
import { attentionLayout } from '../attention-layout.ts';
import type { Branches, Cache, Decoder, DecoderSizes, Pass } from '../decoder.ts';

/** Copies float32 tensors to the CPU, joined in order; disposes of nothing. */
export type Fetch = (tensors: readonly Tensor[]) => Promise<Float32Array>;

/** Fetch for providers whose outputs are on the CPU already. */
export const fetchFromCpu: Fetch = async (tensors) => {
  const out = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.size, 0));
  let at = 0;
  for (const tensor of tensors) {
    out.set(tensor.data as Float32Array, at);
    at += tensor.size;
  }
  return Promise.resolve(out);
};

/** Copies the first slots of key or value tensors `[1, heads, slots, size]` into tensors of their own; disposes of nothing. */
export type Trim = (tensors: readonly Tensor[], slots: number) => readonly Tensor[];

/** A {@link Trim} for tensors on the CPU. */
export function trimOnCpu(TensorClass: TensorConstructor): Trim {
  return (tensors, slots) => tensors.map((tensor) => {
    const [batch = 1, heads = 1, all = 0, size = 0] = tensor.dims;
    const from = tensor.data as Float32Array;
    const kept = new Float32Array(batch * heads * slots * size);
    for (let head = 0; head < batch * heads; head += 1) kept.set(from.subarray(head * all * size, (head * all + slots) * size), head * slots * size);
    return new TensorClass('float32', kept, [batch, heads, slots, size]);
  });
}

/** What {@link createOrtDecoder} needs. */
export interface OrtDecoderParts {
  readonly session: InferenceSession;
  readonly Tensor: TensorConstructor;
  readonly shape: DecoderShape;
  readonly sizes: DecoderSizes;
  /** Output names of the residual stream; empty for an untouched graph, which gives logits only. */
  readonly taps: readonly string[];
  /** Whether the graph takes branches. */
  readonly branching: boolean;
  readonly fetch: Fetch;
  readonly trim: Trim;
  /** Turns what a failed run threw into the error that the reader sees, e.g. a lost device. */
  readonly explain: (thrown: unknown) => Promise<AppError>;
  /** Frees what belongs to the fetch. */
  readonly onDispose?: () => void;
}

class OrtCache implements Cache {
  readonly length: number;
  /** Feeds by input name. */
  readonly tensors: ReadonlyMap<string, Tensor>;

  constructor(length: number, tensors: ReadonlyMap<string, Tensor>) {
    this.length = length;
    this.tensors = tensors;
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
  }
}

/** Wraps a session of a tapped (or untouched) decoder graph. The decoder owns the session. */
export function createOrtDecoder(parts: OrtDecoderParts): Decoder {
  const { session, Tensor: TensorClass, shape, sizes, taps } = parts;
  const names = Array.from({ length: shape.layerCount }, (_, layer) => ['key', 'value'].map((kind) => ({ past: `past_key_values.${layer}.${kind}`, present: `present.${layer}.${kind}` }))).flat();
  const emptyDims = [1, shape.kvHeads, 0, shape.headDim];
  const ones = growing(() => 1n);
  const inOneLine = growing(BigInt);
  const int64 = (values: readonly number[], dims: readonly number[]): Tensor => new TensorClass('int64', BigInt64Array.from(values, BigInt), dims);

  async function run(ids: readonly number[], past: Cache | null, branches?: Branches): Promise<Pass> {
    if (past !== null && !(past instanceof OrtCache)) throw new AppError('internal', 'The cache belongs to another engine.');
    const before = past?.length ?? 0;
    const total = before + ids.length;
    const kept = branches?.kept ?? ids.length;
    if (branches !== undefined && !parts.branching) throw new AppError('internal', 'This graph takes no branches.');
    const feeds: Record<string, Tensor> = {
      input_ids: int64(ids, [1, ids.length]),
      attention_mask: new TensorClass('int64', ones(total), [1, total]),
    };
    if (taps.length > 0) feeds[LOGIT_ROWS_INPUT] = int64([(kept > 0 ? kept : ids.length) - 1], [1]);
    if (parts.branching) {
      if (branches !== undefined && branches.parents.length !== ids.length) throw new AppError('internal', `${ids.length} tokens came with ${branches.parents.length} parents.`);
      const layout = branches && attentionLayout(before, branches.parents);
      feeds[SLOT_POSITIONS_INPUT] = layout ? int64(layout.positions, [total]) : new TensorClass('int64', inOneLine(total), [total]);
      feeds[ATTENTION_BIAS_INPUT] = new TensorClass('float32', layout?.bias ?? new Float32Array(ids.length * total), [1, 1, ids.length, total]);
    }
    for (const { past: name } of names) feeds[name] = past?.tensors.get(name) ?? new TensorClass('float32', new Float32Array(0), emptyDims);

    let outputs: InferenceSession.OnnxValueMapType;
    try {
      outputs = await session.run(feeds);
    } catch (thrown) {
      throw await parts.explain(thrown);
    }
    const output = (name: string): Tensor => {
      const value = outputs[name];
      if (!value) throw new AppError('internal', `The session gave no output "${name}".`);
      return value as Tensor;
    };
    const presents = names.map(({ present }) => output(present));
    const wanted = [...taps, 'logits'].map(output);
    try {
      assertSizes(wanted, taps.length, sizes);
      const values = await parts.fetch(wanted);
      const streamSize = taps.length * ids.length * sizes.hidden;
      const residuals = values.subarray(0, streamSize);
      assertFinite(residuals, before, ids.length, sizes.hidden);
      return { tokens: ids.length, residuals, logits: values.slice(values.length - sizes.vocabulary), cache: cacheAfter(presents, before, ids.length, kept) };
    } catch (thrown) {
      for (const tensor of presents) tensor.dispose();
      throw thrown instanceof AppError ? thrown : await parts.explain(thrown);
    } finally {
      for (const tensor of wanted) tensor.dispose();
    }
  }

  /** Tensors in the order of `names` as a cache. */
  const cacheOf = (tensors: readonly Tensor[], length: number): OrtCache => new OrtCache(length, new Map(tensors.map((tensor, index) => [names[index]?.past ?? '', tensor])));

  /** The cache after a pass, without the slots of tokens that do not stay. */
  function cacheAfter(presents: readonly Tensor[], before: number, tokens: number, kept: number): OrtCache {
    if (kept === tokens) return cacheOf(presents, before + tokens);
    const cache = kept === 0 ? cacheOf([], 0) : cacheOf(parts.trim(presents, before + kept), before + kept);
    for (const tensor of presents) tensor.dispose();
    return cache;
  }

  function cut(cache: Cache, length: number): Cache {
    if (!(cache instanceof OrtCache) || length < 1 || length > cache.length) throw new AppError('internal', `A cache of ${cache.length} tokens cannot be cut to ${length}.`);
    return cacheOf(parts.trim([...cache.tensors.values()], length), length);
  }

  return {
    sizes,
    branching: parts.branching,
    run,
    cut,
    dispose: async () => {
      parts.onDispose?.();
      await session.release();
    },
  };
}

/** Vectors that begin alike, as views of one that grows: to make one anew for every token would cost more than all other inputs. */
function growing(valueAt: (index: number) => bigint): (length: number) => BigInt64Array {
  let all = new BigInt64Array(0);
  return (length) => {
    if (length > all.length) all = BigInt64Array.from({ length: Math.max(length, 2 * all.length) }, (_, index) => valueAt(index));
    return all.subarray(0, length);
  };
}

/** `config.json` may belong to another model; a wrong width would shift every number without any error. */
function assertSizes(tensors: readonly Tensor[], tapCount: number, sizes: DecoderSizes): void {
  for (const [index, tensor] of tensors.entries()) {
    const [name, expected] = index < tapCount ? ['hidden_size', sizes.hidden] : ['vocab_size', sizes.vocabulary];
    const found = tensor.dims.at(-1);
    if (found !== expected) throw new AppError('model-manifest-invalid', `config.json says ${name} ${expected}, but the graph gives ${found ?? 'nothing'}. The files belong to different models: load the model again.`, { name, expected, found: found ?? null });
  }
}

/** One overflow poisons every later layer, so a reading with it must not be coloured at all. */
function assertFinite(residuals: Float32Array, firstPosition: number, tokens: number, hidden: number): void {
  const bad = residuals.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const layer = Math.floor(bad / (tokens * hidden));
  const position = firstPosition + (Math.floor(bad / hidden) % tokens);
  throw new AppError('numbers-not-finite', `The model gave a number that is not finite at layer ${layer}, token ${position}. This adapter computes this model wrongly: reload and choose the CPU.`, { layer, position });
}
