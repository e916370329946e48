/**
 * Caches in this process that stay where they are, for runtimes that compute where the caller's arrays lie (onnxruntime-node): room for
 * more tokens than there are is given to a pass as past and as present, and onnxruntime then writes the new tokens in place
 * (GroupQueryAttention with past and present in one buffer). Growing caches copy every key and value for every token.
 */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { boundTo, cacheNames } from '../../graph/cache-names.ts';
import type { DecoderShape } from '../../graph/decoder-shape.ts';
import type { CacheKeeper } from './cache-keeper.ts';
import { cutCache, Line, ownCache, StaticCache } from './cache-line.ts';

/** The arrays of one text, as tensors `[1, heads, tokens, size]` in the order of {@link cacheNames}. */
interface Room {
  readonly tokens: number;
  readonly tensors: readonly Tensor[];
}

type Numbers = Float32Array | Uint16Array;

/** Room grows by so many tokens: little is held that is not used, and moving what is there costs under 1 ms a token even in long texts. */
const STEP = 256;

/** The size of the smallest room that holds so many tokens. */
const roomFor = (tokens: number): number => STEP * Math.ceil(tokens / STEP);

/** A keeper of caches in this process. The arrays of the text that was forgotten last are kept for the next one. */
export function createStaticCpuCaches(TensorClass: TensorConstructor, shape: DecoderShape): CacheKeeper {
  const names = cacheNames(shape.layerCount);
  let spare: Room | null = null;

  const makeRoom = (tokens: number): Room => ({
    tokens,
    tensors: shape.cache.map(({ heads, size }) => {
      const count = heads * tokens * size;
      return new TensorClass(
        shape.activations,
        shape.activations === 'float32' ? new Float32Array(count) : new Uint16Array(count),
        [1, heads, tokens, size],
      );
    }),
  });

  function free(line: Line<Room>): void {
    spare = line.room;
  }

  function open(tokens: number): Line<Room> {
    // A pass takes longer in a larger room: 19 ms a token in one of 1,280 tokens, 12 in one of 256.
    const room = spare?.tokens === roomFor(tokens) ? spare : makeRoom(roomFor(tokens));
    spare = null;
    return new Line(room);
  }

  /** Gives a line a larger room; the first `used` tokens of each head move with it. */
  function grow(line: Line<Room>, tokens: number, used: number): void {
    const from = line.room;
    if (tokens <= from.tokens) return;
    const room = makeRoom(roomFor(tokens));
    for (const [index, { heads, size }] of shape.cache.entries()) {
      const [old, numbers] = [from.tensors[index]?.data, room.tensors[index]?.data] as [Numbers, Numbers];
      for (let head = 0; head < heads; head += 1)
        numbers.set(
          old.subarray(head * from.tokens * size, (head * from.tokens + used) * size),
          head * room.tokens * size,
        );
    }
    line.room = room;
  }

  return {
    async begin(past, tokens) {
      const before = past === null ? null : ownCache<Room>(past);
      const from = before?.length ?? 0;
      const line = before?.line ?? open(tokens);
      // The pass uses the line until it is over.
      line.users += 1;
      const over = (): void => {
        line.users -= 1;
        if (line.users === 0) free(line);
      };
      grow(line, from + tokens, from);
      return {
        feeds: boundTo(names, 'past', line.room.tensors),
        fetches: boundTo(names, 'present', line.room.tensors),
        keep(_, kept) {
          const cache = new StaticCache(line, from + kept, line.goOn(from), free);
          over();
          return cache;
        },
        abandon() {
          line.goOn(from);
          over();
        },
      };
    },
    cut: (cache, length) => cutCache<Room>(cache, length, free),
    dispose() {
      spare = null;
    },
  };
}
