/** The short things that the page keeps in `localStorage`, by what they are to the reader. */
import type { Kept } from './kept.ts';

/** What a key holds. */
export type ShortKind = 'texts' | 'sets' | 'preferences';

/** Every key begins like this. */
const PREFIX = 'flipside.';

/** What a key of the page holds. What is not a text or a set of the reader's is a preference. */
export function kindOf(key: string): ShortKind {
  if (key.startsWith('flipside.draft') || key === 'flipside.write') return 'texts';
  return key.startsWith('flipside.sets') ? 'sets' : 'preferences';
}

/** The page's keys in a storage, with the bytes of each with its value (two a character). */
export function keptKeys(storage: Storage | null): readonly { readonly key: string; readonly kind: ShortKind; readonly bytes: number }[] {
  try {
    if (storage === null) return [];
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at)).filter((key) => key?.startsWith(PREFIX) === true);
    return keys.map((key) => ({ key: key ?? '', kind: kindOf(key ?? ''), bytes: 2 * ((key ?? '').length + (storage.getItem(key ?? '') ?? '').length) }));
  } catch {
    // Access can be refused at any time by the browser's settings: then nothing is kept there.
    return [];
  }
}

/** Forgets every key of a kind. */
export function forgetKeys(storage: Storage | null, kept: Kept, kind: ShortKind): void {
  for (const entry of keptKeys(storage)) if (entry.kind === kind) kept.drop(entry.key);
}
