/**
 * Several texts as one pass with branches: what texts begin with alike is there once, and texts that begin otherwise
 * stand side by side. Pure.
 */
import type { Branches } from './decoder.ts';

/** The place before a text's first token. */
const ROOT = -1;

/** More than any vocabulary holds. */
const IDS = 2 ** 32;

/** Grows by texts and by what hangs on them. */
export class Forest {
  readonly ids: number[] = [];
  readonly #parents: number[] = [];
  readonly #slots = new Map<number, number>();

  /** Puts tokens after slot `after`, or where a text begins, or finds them there; gives the slot of each. */
  grow(ids: readonly number[], after = ROOT): readonly number[] {
    let at = after;
    return ids.map((id) => {
      const key = keyOf(at, id);
      const known = this.#slots.get(key);
      const slot = known ?? this.ids.length;
      if (known === undefined) {
        this.ids.push(id);
        this.#parents.push(at);
        this.#slots.set(key, slot);
      }
      at = slot;
      return slot;
    });
  }

  /** Takes away what has grown since it had `size` tokens. */
  cut(size: number): void {
    while (this.ids.length > size) this.#slots.delete(keyOf(this.#parents.pop() ?? ROOT, this.ids.pop() ?? 0));
  }

  /** How the tokens hang together in a pass of their own, of which nothing stays. */
  get branches(): Branches {
    return { parents: this.#parents, kept: 0 };
  }
}

/** A token by the slot before it: nothing else stands there twice. */
function keyOf(after: number, id: number): number {
  return (after + 1) * IDS + id;
}
