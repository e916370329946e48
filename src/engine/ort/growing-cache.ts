/**
 * Caches of a graph that was not rewritten: every pass gives new tensors, longer than those before, and the old ones stay as they are.
 * Slow, and only used to compare numbers.
 */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../base/errors.ts';
import { cacheNames } from '../../graph/cache-names.ts';
import type { DecoderShape } from '../../graph/decoder-shape.ts';
import type { Cache } from '../decoder.ts';
import type { CacheKeeper } from './cache-keeper.ts';
import { wordsOf } from './element.ts';

class GrowingCache implements Cache {
  readonly length: number;
  /** In the order of the names; none for an empty cache. */
  readonly tensors: readonly Tensor[];

  constructor(length: number, tensors: readonly Tensor[]) {
    this.length = length;
    this.tensors = tensors;
  }

  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
  }
}

/** A keeper whose tensors lie wherever the runtime puts them. Cutting copies, and so needs them on the CPU. */
export function createGrowingCache(TensorClass: TensorConstructor, shape: DecoderShape): CacheKeeper {
  const names = cacheNames(shape.layerCount);
  const { activations } = shape;
  const empty = (index: number): Tensor => {
    const { heads, size } = shape.cache[index] ?? { heads: 0, size: 0 };
    return new TensorClass(activations, activations === 'float32' ? new Float32Array(0) : new Uint16Array(0), [
      1,
      heads,
      0,
      size,
    ]);
  };

  /** The first slots of key or value tensors `[1, heads, slots, size]` as tensors of their own. */
  const trim = (tensors: readonly Tensor[], slots: number): readonly Tensor[] =>
    tensors.map((tensor) => {
      const [batch = 1, heads = 1, all = 0, size = 0] = tensor.dims;
      const from = wordsOf(tensor);
      const kept =
        from instanceof Float32Array
          ? new Float32Array(batch * heads * slots * size)
          : new Uint16Array(batch * heads * slots * size);
      for (let head = 0; head < batch * heads; head += 1)
        kept.set(from.subarray(head * all * size, (head * all + slots) * size), head * slots * size);
      return new TensorClass(activations, kept, [batch, heads, slots, size]);
    });

  const own = (cache: Cache): GrowingCache => {
    if (!(cache instanceof GrowingCache)) throw new AppError('internal', 'The cache belongs to another engine.');
    return cache;
  };

  return {
    async begin(past, tokens) {
      const before = past === null ? null : own(past);
      const length = before?.length ?? 0;
      const presents = (outputs: Readonly<Record<string, Tensor>>): readonly Tensor[] =>
        names.flatMap(({ present }) => outputs[present] ?? []);
      const abandon = (outputs: Readonly<Record<string, Tensor>>): void =>
        presents(outputs).forEach((tensor) => tensor.dispose());
      return {
        feeds: Object.fromEntries(names.map(({ past: name }, index) => [name, before?.tensors[index] ?? empty(index)])),
        fetches: Object.fromEntries(names.map(({ present }) => [present, null])),
        keep(outputs, kept) {
          if (kept === tokens) return new GrowingCache(length + tokens, presents(outputs));
          const cache =
            kept === 0
              ? new GrowingCache(0, [])
              : new GrowingCache(length + kept, trim(presents(outputs), length + kept));
          abandon(outputs);
          return cache;
        },
        abandon,
      };
    },
    cut(cache, length) {
      if (length < 1 || length > cache.length)
        throw new AppError('internal', `A cache of ${cache.length} tokens cannot be cut to ${length}.`);
      return new GrowingCache(length, trim(own(cache).tensors, length));
    },
    dispose: () => undefined,
  };
}
