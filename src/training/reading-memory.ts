/** Readings kept while the worker lives, so that a second training on the same texts need not read them again. */
import type { ReadingStore } from './remembered.ts';

/** Room for the readings of about 250 texts of four sentences at four taps, 31 layers of 576 numbers. */
export const READING_MEMORY_BYTES = 250_000_000;

/** A store of at most `limit` bytes of numbers; what was asked for longest ago goes first. */
export function createReadingMemory(limit = READING_MEMORY_BYTES): ReadingStore & { readonly bytes: number } {
  // A Map remembers the order of insertion: the first entry is the oldest.
  const kept = new Map<string, Float32Array>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.byteLength ?? 0;
    kept.delete(key);
  };
  return {
    get bytes() {
      return bytes;
    },
    async get(key) {
      const values = kept.get(key);
      if (values === undefined) return undefined;
      kept.delete(key);
      kept.set(key, values);
      return values;
    },
    async set(key, values) {
      drop(key);
      if (values.byteLength > limit) return;
      kept.set(key, values);
      bytes += values.byteLength;
      for (const oldest of kept.keys()) {
        if (bytes <= limit) break;
        drop(oldest);
      }
    },
  };
}
