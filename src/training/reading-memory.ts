/**
 * Readings kept while the worker lives, so that a second training on the same texts need not read them again, and how much
 * memory all readings may take: those of the running training and the remembered ones share one budget, so that with what
 * fits and the words of stories need, up to 200 MB, a training stays under 500 MB beside the model (`npm run bench` measures it).
 */
import type { PackedReadings } from '../probe/training-plan.ts';
import type { ReadingStore } from './remembered.ts';

/** Bytes that readings may take in all; a training that needs more by itself is refused. */
export const READING_BUDGET_BYTES = 300_000_000;
/**
 * Bytes that are remembered at most, however little a training needs: about 250 texts of four sentences at four control texts,
 * 31 layers of 576 numbers.
 */
const READING_MEMORY_BYTES = 250_000_000;

/** A store with a limit. */
export interface ReadingMemory extends ReadingStore {
  /** Bytes of numbers that it holds. */
  readonly bytes: number;
  /** A training begins that takes so many bytes itself: what would not fit into the budget beside them is forgotten. */
  makeRoom(bytes: number): void;
  /** All that it holds, for the memory of another worker; it is empty then. */
  pack(): PackedReadings;
  /** Takes what another has packed, as far as there is room. */
  unpack(packed: PackedReadings): void;
}

/**
 * A store of at most `limit` bytes of numbers, and of what `budget` leaves beside a training. What was asked for longest ago goes
 * first; but nothing that this training has asked for goes for the sake of something new: a training reads its texts in
 * the same order each time, and would otherwise forget each just before it is wanted again.
 */
export function createReadingMemory(limit = READING_MEMORY_BYTES, budget = READING_BUDGET_BYTES): ReadingMemory {
  // A Map remembers the order of insertion: the first entry is the oldest.
  const kept = new Map<string, { readonly values: Float32Array; readonly training: number }>();
  let bytes = 0;
  let room = limit;
  let training = 0;
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.values.byteLength ?? 0;
    kept.delete(key);
  };
  /** Forgets the oldest until so much is free, those of this training only where `all`; whether there is room now. */
  const free = (wanted: number, all: boolean): boolean => {
    for (const [key, entry] of kept) {
      if (bytes + wanted <= room || (!all && entry.training === training)) break;
      drop(key);
    }
    return bytes + wanted <= room;
  };
  const set = (key: string, values: Float32Array): void => {
    drop(key);
    if (!free(values.byteLength, false)) return;
    kept.set(key, { values, training });
    bytes += values.byteLength;
  };
  return {
    get bytes() {
      return bytes;
    },
    makeRoom(needed) {
      training += 1;
      room = Math.max(0, Math.min(limit, budget - needed));
      free(0, true);
    },
    async get(key) {
      const entry = kept.get(key);
      if (entry === undefined) return undefined;
      kept.delete(key);
      kept.set(key, { values: entry.values, training });
      return entry.values;
    },
    async set(key, values) {
      set(key, values);
    },
    pack() {
      const keys = [...kept.keys()];
      const lengths = [...kept.values()].map(({ values }) => values.length);
      const values = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      for (const key of keys) {
        const one = kept.get(key)?.values ?? new Float32Array(0);
        values.set(one, at);
        at += one.length;
        // One by one, so that two copies of all never stand side by side for longer than they must.
        drop(key);
      }
      return { keys, lengths, values };
    },
    unpack({ keys, lengths, values }) {
      let at = 0;
      keys.forEach((key, index) => {
        const end = at + (lengths[index] ?? 0);
        set(key, values.slice(at, end));
        at = end;
      });
    },
  };
}
