/**
 * Caches on the GPU that stay where they are: one buffer a layer for keys and one for values, with room for more tokens
 * than there are, bound to a pass as past and as present. A pass writes its tokens behind those that are there and copies
 * nothing; forgetting is a smaller length.
 */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../../base/errors.ts';
import { boundTo, cacheNames } from '../../../graph/cache-names.ts';
import { cacheBytesPerToken, type DecoderShape } from '../../../graph/decoder-shape.ts';
import { ELEMENT } from '../../../graph/tensor-type.ts';
import type { Cache } from '../../decoder.ts';
import type { CacheKeeper } from '../cache-keeper.ts';
import { checkRoom, cutCache, Line, ownCache, roomFor, StaticCache } from '../cache-line.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';

/** The buffers of one text. */
interface Room {
  readonly tokens: number;
  readonly buffers: readonly GPUBuffer[];
  readonly tensors: readonly Tensor[];
}

/** A keeper that several sessions on the same device may share. */
export interface StaticCaches extends CacheKeeper {
  /**
   * Makes room for `tokens` after a cache and tells where its text lies: the tensors in the order of {@link
   * cacheNames}, and how many tokens fit.
   */
  lend(past: Cache, tokens: number): Promise<{ readonly tensors: readonly Tensor[]; readonly room: number }>;
  /** The cache after a pass of `tokens` that was run on what {@link lend} gave. */
  extended(past: Cache, tokens: number): Cache;
}

/** What {@link createStaticCaches} needs. */
export interface StaticCacheParts {
  readonly memory: GpuMemory;
  readonly Tensor: TensorConstructor & GpuTensorClass;
  readonly shape: DecoderShape;
  readonly contextTokens: number;
}

/** Caches on one device. The buffers of the text that was forgotten last are kept for the next one. */
export function createStaticCaches({
  memory,
  Tensor: TensorClass,
  shape,
  contextTokens,
}: StaticCacheParts): StaticCaches {
  const { device } = memory;
  const names = cacheNames(shape.layerCount);
  const elementBytes = ELEMENT[shape.activations].bytes;
  const lines = new Set<Line<Room>>();
  let spare: Room | null = null;

  async function makeRoom(tokens: number): Promise<Room> {
    const buffers = await memory.allocate(
      'cache',
      shape.cache.map(({ heads, size }) => heads * tokens * size * elementBytes),
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    );
    const tensors = shape.cache.flatMap(({ heads, size }, index) => {
      const buffer = buffers[index];
      return buffer === undefined ? [] : [tensorOn(TensorClass, buffer, shape.activations, [1, heads, tokens, size])];
    });
    return { tokens, buffers, tensors };
  }

  /** Room for so many tokens and as many again where there is that much, else for these alone. `has`: tokens that have room already. */
  async function roomThatFits(tokens: number, has: number): Promise<Room> {
    for (const wanted of new Set([roomFor(tokens, contextTokens), tokens])) {
      try {
        return await makeRoom(wanted);
      } catch (thrown) {
        if (!(thrown instanceof AppError && thrown.code === 'gpu-memory-refused')) throw thrown;
      }
    }
    const megabytes = Math.ceil((cacheBytesPerToken(shape) * tokens) / 1e6);
    const fits =
      has > 0
        ? `those of ${has} fit. Read a text of at most ${has} tokens`
        : 'nothing is held that could be given up. Read a shorter text';
    throw new AppError(
      'gpu-memory-refused',
      `The graphics processor has no room for the keys and values of ${tokens} tokens (${megabytes} MB); ${fits}, or close other tabs that use it.`,
      { tokens, megabytes, fits: has },
    );
  }

  const destroy = (room: Room): void => room.buffers.forEach((buffer) => buffer.destroy());

  function free(line: Line<Room>): void {
    lines.delete(line);
    if (spare) destroy(spare);
    spare = line.room;
  }

  async function open(tokens: number): Promise<Line<Room>> {
    const kept = spare;
    spare = null;
    const fits = kept !== null && kept.tokens >= tokens;
    if (kept && !fits) destroy(kept);
    const room = fits ? kept : await roomThatFits(tokens, 0);
    const line = new Line<Room>(room);
    lines.add(line);
    return line;
  }

  /** Gives a line a larger room; `used` tokens move with it. */
  async function grow(line: Line<Room>, tokens: number, used: number): Promise<void> {
    if (tokens <= line.room.tokens) return;
    const from = line.room;
    const room = await roomThatFits(tokens, from.tokens);
    const encoder = device.createCommandEncoder({ label: 'flipside cache growth' });
    for (const [index, { heads, size }] of shape.cache.entries()) {
      const [old, buffer] = [from.buffers[index], room.buffers[index]];
      const rowBytes = size * elementBytes;
      for (let head = 0; old && buffer && head < heads; head += 1)
        encoder.copyBufferToBuffer(
          old,
          head * from.tokens * rowBytes,
          buffer,
          head * room.tokens * rowBytes,
          used * rowBytes,
        );
    }
    device.queue.submit([encoder.finish()]);
    line.room = room;
    destroy(from);
  }

  const own = (cache: Cache): StaticCache<Room> => ownCache(cache);

  const after = (line: Line<Room>, from: number, kept: number): StaticCache<Room> =>
    new StaticCache(line, from + kept, line.goOn(from), free);

  return {
    async begin(past, tokens) {
      const before = past === null ? null : own(past);
      const from = before?.length ?? 0;
      const line = before?.line ?? (await open(tokens));
      // The pass uses the line until it is over: another user that gives it back meanwhile is not the last.
      line.users += 1;
      const over = (): void => {
        line.users -= 1;
        if (line.users === 0) free(line);
      };
      try {
        await grow(line, from + tokens, from);
      } catch (thrown) {
        over();
        throw thrown;
      }
      return {
        feeds: boundTo(names, 'past', line.room.tensors),
        fetches: boundTo(names, 'present', line.room.tensors),
        keep: (_, kept) => {
          const cache = after(line, from, kept);
          over();
          return cache;
        },
        abandon: () => {
          line.goOn(from);
          over();
        },
      };
    },
    cut: (cache, length) => cutCache<Room>(cache, length, free),
    async lend(past, tokens) {
      const { line, length } = own(past);
      checkRoom(length + tokens, contextTokens);
      await grow(line, length + tokens, length);
      return { tensors: line.room.tensors, room: line.room.tokens };
    },
    extended(past, tokens) {
      const { line, length } = own(past);
      return after(line, length, tokens);
    },
    dispose() {
      for (const { room } of lines) destroy(room);
      if (spare) destroy(spare);
      lines.clear();
      spare = null;
    },
  };
}
