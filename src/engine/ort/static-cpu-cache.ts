/**
 * Caches in this process that stay where they are: a pass is given room for more tokens than there are. Where the runtime computes in the
 * caller's arrays (onnxruntime-node) the room is past and present of a pass, and onnxruntime writes the new tokens in place
 * (GroupQueryAttention with past and present in one buffer). Where it copies (onnxruntime-web) a pass gives the new tokens alone,
 * which are put into the room. Growing caches would copy every key and value back for every token.
 */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { boundTo, cacheNames } from '../../graph/cache-names.ts';
import type { DecoderShape } from '../../graph/decoder-shape.ts';
import { writtenNames } from '../../graph/written-slots.ts';
import { AppError } from '../../base/errors.ts';
import type { CacheKeeper } from './cache-keeper.ts';
import { cutCache, Line, ownCache, StaticCache } from './cache-line.ts';
import { wordsOf } from './element.ts';

/** The arrays of one text, as tensors `[1, heads, tokens, size]` in the order of {@link cacheNames}. */
interface Room {
  readonly tokens: number;
  readonly tensors: readonly Tensor[];
}

/** How a runtime takes the room. */
export interface RoomUse {
  /**
   * Room grows by so many tokens: little is held that is not used, and moving what is there costs under 1 ms a token even in long
   * texts.
   */
  readonly step: number;
  /** Whether a pass writes into the room; else it gives what it wrote by the names of written-slots.ts. */
  readonly inPlace: boolean;
}

/** For a runtime that computes in the caller's arrays. */
export const IN_PLACE: RoomUse = { step: 256, inPlace: true };

/** For a runtime that copies the room of every pass, so that it must not be large. */
export const COPIED: RoomUse = { step: 64, inPlace: false };

/** A keeper of caches in this process. The arrays of the text that was forgotten last are used for the next one. */
export function createStaticCpuCaches(
  TensorClass: TensorConstructor,
  shape: DecoderShape,
  { step, inPlace }: RoomUse,
): CacheKeeper {
  const names = cacheNames(shape.layerCount);
  const written = writtenNames(shape.layerCount);
  /** The size of the smallest room that holds so many tokens. */
  const roomFor = (tokens: number): number => step * Math.ceil(tokens / step);
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
      const [before, after] = [from.tensors[index], room.tensors[index]];
      if (before === undefined || after === undefined) continue;
      const [old, numbers] = [wordsOf(before), wordsOf(after)];
      for (let head = 0; head < heads; head += 1)
        numbers.set(
          old.subarray(head * from.tokens * size, (head * from.tokens + used) * size),
          head * room.tokens * size,
        );
    }
    line.room = room;
  }

  /** Puts the first `count` tokens that a pass gave behind the first `from` of a line. */
  function take(line: Line<Room>, from: number, count: number, outputs: Readonly<Record<string, Tensor>>): void {
    for (const [index, { heads, size }] of shape.cache.entries()) {
      const given = outputs[written[index] ?? ''];
      const room = line.room.tensors[index];
      if (given === undefined || room === undefined)
        throw new AppError('internal', `The session gave no output "${written[index] ?? ''}".`);
      const numbers = wordsOf(given);
      const tokens = given.dims[2] ?? 0;
      for (let head = 0; head < heads; head += 1)
        wordsOf(room).set(
          numbers.subarray(head * tokens * size, (head * tokens + count) * size),
          (head * line.room.tokens + from) * size,
        );
    }
  }

  /** Frees what a pass gave. */
  function drop(outputs: Readonly<Record<string, Tensor>>): void {
    if (!inPlace) for (const name of written) outputs[name]?.dispose();
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
        fetches: inPlace
          ? boundTo(names, 'present', line.room.tensors)
          : Object.fromEntries(written.map((name) => [name, null])),
        keep(outputs, kept) {
          if (!inPlace) take(line, from, kept, outputs);
          drop(outputs);
          const cache = new StaticCache(line, from + kept, line.goOn(from), free);
          over();
          return cache;
        },
        abandon(outputs) {
          drop(outputs);
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
