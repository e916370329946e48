/**
 * A reader that remembers: what a model read once it need not read again, for another probe or another way to fit.
 * Where the readings are kept is the caller's: a map in the page, a folder for the command.
 */
import type { SegmentReader, TapRead } from './reader.ts';

/** Keeps vectors by name. Names are as long as the text they stand for. */
export interface ReadingStore {
  get(key: string): Promise<Float32Array | undefined>;
  set(key: string, values: Float32Array): Promise<void>;
}

/**
 * Wraps a reader so that tap readings come from `store` where it has them. Requests with `keepTokens` are always read
 * anew: all residuals of a text take hundreds of times the room of its taps.
 */
export function rememberReadings(reader: SegmentReader, store: ReadingStore): SegmentReader {
  return {
    model: reader.model,
    async readSegments(segments, options, signal) {
      if (options.keepTokens) return reader.readSegments(segments, options, signal);
      const places = options.tapAfter.map((index) => keysOf(reader.model.weightsSha256, segments.slice(0, index + 1), options.taps));
      const known = await Promise.all(places.map((keys) => recall(store, keys)));
      if (known.every((tap) => tap !== undefined)) return { taps: known };
      const reading = await reader.readSegments(segments, options, signal);
      await Promise.all(places.map((keys, place) => keep(store, keys, reading.taps[place])));
      return reading;
    },
    async readAnswer(chat, signal) {
      const key = JSON.stringify([reader.model.weightsSha256, 'answer', chat.system, chat.user, chat.assistant]);
      const known = await store.get(key);
      if (known !== undefined) return known;
      const read = await reader.readAnswer(chat, signal);
      await store.set(key, read);
      return read;
    },
    hasChatForm: reader.hasChatForm,
    async readReply({ user, assistant }, taps, signal) {
      const keys = taps.map((tap) => JSON.stringify([reader.model.weightsSha256, 'reply', user, assistant, tap]));
      const known = await Promise.all(keys.map((key) => store.get(key)));
      const found = known.filter((mean) => mean !== undefined);
      if (found.length === taps.length) return found;
      const read = await reader.readReply({ user, assistant }, taps, signal);
      await Promise.all(read.map((mean, tap) => store.set(keys[tap] ?? '', mean)));
      return read;
    },
  };
}

interface PlaceKeys {
  readonly length: string;
  readonly own: string;
  readonly taps: readonly string[];
}

function keysOf(weights: string, segments: readonly string[], taps: readonly string[]): PlaceKeys {
  const place = JSON.stringify([weights, segments]);
  return { length: `${place} length`, own: `${place} own`, taps: taps.map((tap) => `${place} ${JSON.stringify(tap)}`) };
}

async function recall(store: ReadingStore, keys: PlaceKeys): Promise<TapRead | undefined> {
  const [length, own, ...means] = await Promise.all([keys.length, keys.own, ...keys.taps].map((key) => store.get(key)));
  const tokensBefore = length?.[0];
  if (tokensBefore === undefined || own === undefined) return undefined;
  const known = means.filter((mean) => mean !== undefined);
  return known.length === keys.taps.length ? { tokensBefore, own, means: known } : undefined;
}

async function keep(store: ReadingStore, keys: PlaceKeys, tap: TapRead | undefined): Promise<void> {
  if (tap === undefined) return;
  await store.set(keys.length, Float32Array.of(tap.tokensBefore));
  await store.set(keys.own, tap.own);
  await Promise.all(tap.means.map((mean, index) => store.set(keys.taps[index] ?? '', mean)));
}
