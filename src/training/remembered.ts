/**
 * A reader that remembers: what a model read once it need not read again, for another probe or another way to fit.
 * Where the readings are kept is the caller's: a map in the page, a folder for the command.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { Passage, SegmentReader, PassageReading, ReadoutPass } from './reader.ts';

/** Keeps vectors by name. Names are as long as the text they stand for. */
export interface ReadingStore {
  get(key: string): Promise<Float32Array | undefined>;
  set(key: string, values: Float32Array): Promise<void>;
}

/**
 * Wraps a reader so that readouts come from `store` where it has them; of a group only what is missing is read. Groups
 * are those of the reader, whatever is remembered. Passages with `keepTokens` are always read anew: all residuals of a
 * text take hundreds of times the room of its control texts.
 */
export function rememberReadings(reader: SegmentReader, store: ReadingStore): SegmentReader {
  const made = madeWith(reader.model);
  return {
    model: reader.model,
    unreadable: (passage) => reader.unreadable(passage),
    groups: (passages) => reader.groups(passages),
    async read(passages, signal) {
      const known = await Promise.all(passages.map((passage) => recall(store, made, passage)));
      const missing = passages.filter((_, index) => known[index] === undefined);
      const read = missing.length === 0 ? [] : await reader.read(missing, signal);
      // One after another: two passages that begin alike keep the same vectors under the same names.
      for (const [index, passage] of missing.entries()) await keep(store, made, passage, read[index]);
      const next = read[Symbol.iterator]();
      return known.flatMap((reading) => reading ?? next.next().value ?? []);
    },
  };
}

/** What a reading hangs on besides its text: the weights, the token that texts begin with, and the day that a chat form prints. */
function madeWith({ weightsSha256, startToken, chatDate }: ModelIdentity): string {
  return [
    weightsSha256,
    ...(startToken === undefined ? [] : [`start ${startToken}`]),
    ...(chatDate === undefined ? [] : [`day ${chatDate}`]),
  ].join(' ');
}

interface PlaceKeys {
  readonly length: string;
  readonly own: string;
  /** Only of a passage that asks for it. */
  readonly last: string | null;
  readonly readouts: readonly string[];
}

/** Names of what is read after each place. Of segments only those up to the place have a say. */
function keysOf(weights: string, { text, readoutTexts, readoutAfter, lastTokens }: Passage): readonly PlaceKeys[] {
  return readoutAfter.map((index) => {
    const place = JSON.stringify(
      'user' in text
        ? [weights, 'exchange', text.system ?? null, text.user, text.assistant, index]
        : [weights, text.slice(0, index + 1)],
    );
    return {
      length: `${place} length`,
      own: `${place} own`,
      last: lastTokens === true ? `${place} last` : null,
      readouts: readoutTexts.map((readoutText) => `${place} ${JSON.stringify(readoutText)}`),
    };
  });
}

async function recall(store: ReadingStore, weights: string, passage: Passage): Promise<PassageReading | undefined> {
  if (passage.keepTokens === true) return undefined;
  const places = await Promise.all(keysOf(weights, passage).map((keys) => recallPlace(store, keys)));
  const readouts = places.filter((place) => place !== undefined);
  return readouts.length === places.length ? { readouts } : undefined;
}

async function recallPlace(store: ReadingStore, keys: PlaceKeys): Promise<ReadoutPass | undefined> {
  const [length, own, ...means] = await Promise.all(
    [keys.length, keys.own, ...keys.readouts].map((key) => store.get(key)),
  );
  const last = keys.last === null ? undefined : await store.get(keys.last);
  const tokensBefore = length?.[0];
  if (tokensBefore === undefined || own === undefined || (keys.last !== null && last === undefined)) return undefined;
  const known = means.filter((mean) => mean !== undefined);
  return known.length === keys.readouts.length
    ? { tokensBefore, own, means: known, ...(last === undefined ? {} : { last }) }
    : undefined;
}

async function keep(
  store: ReadingStore,
  weights: string,
  passage: Passage,
  reading: PassageReading | undefined,
): Promise<void> {
  if (passage.keepTokens === true) return;
  await Promise.all(keysOf(weights, passage).map((keys, place) => keepPlace(store, keys, reading?.readouts[place])));
}

async function keepPlace(store: ReadingStore, keys: PlaceKeys, readout: ReadoutPass | undefined): Promise<void> {
  if (readout === undefined) return;
  await store.set(keys.length, Float32Array.of(readout.tokensBefore));
  await store.set(keys.own, readout.own);
  if (keys.last !== null && readout.last !== undefined) await store.set(keys.last, readout.last);
  await Promise.all(readout.means.map((mean, index) => store.set(keys.readouts[index] ?? '', mean)));
}
