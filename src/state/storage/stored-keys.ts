/** The short things that the page keeps in `localStorage`, by what they are to the reader. */
import type { TextStorage } from './text-storage.ts';

/** What a key holds. */
export type ShortKind = 'texts' | 'sets' | 'measured' | 'preferences';

/** Every key begins like this. */
const PREFIX = 'flipside.';

/** What a key of the page holds. What is not a text, a set of the reader's or a measurement is a preference. */
function kindOf(key: string): ShortKind {
  if (key.startsWith('flipside.draft') || key === 'flipside.write' || key === 'flipside.steer') return 'texts';
  if (key.startsWith('flipside.dose.') || key === 'flipside.matched') return 'measured';
  return key.startsWith('flipside.sets') ? 'sets' : 'preferences';
}

/** The page's keys in a storage, with the bytes of each with its value (two a character). */
export function storedKeys(
  storage: Storage | null,
): readonly { readonly key: string; readonly kind: ShortKind; readonly bytes: number }[] {
  try {
    if (storage === null) return [];
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at)).filter(
      (key) => key?.startsWith(PREFIX) === true,
    );
    return keys.map((key) => ({
      key: key ?? '',
      kind: kindOf(key ?? ''),
      bytes: 2 * ((key ?? '').length + (storage.getItem(key ?? '') ?? '').length),
    }));
  } catch {
    // Access can be refused at any time by the browser's settings: then nothing is kept there.
    return [];
  }
}

/** Forgets every key of a kind. */
export function forgetKeys(storage: Storage | null, kept: TextStorage, kind: ShortKind): void {
  for (const entry of storedKeys(storage)) if (entry.kind === kind) kept.drop(entry.key);
}
