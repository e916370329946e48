/** The reader's own sets: imported, or copies of shipped ones that were changed. Kept in this browser as they are typed. */
import type { SetSource } from '../core/training-plan.ts';
import { Kept } from './kept.ts';

const KEY = 'flipside.sets';

/** A set of the reader's. */
export interface OwnSet {
  readonly source: SetSource;
  /** The shipped set that it is a changed copy of, or null. */
  readonly base: string | null;
}

/** Own sets by name. */
export class OwnSets {
  readonly #kept: Kept;
  #sets = $state.raw<readonly OwnSet[]>([]);
  #stored = $state(true);

  constructor(storage: Storage | null) {
    this.#kept = new Kept(storage);
    this.#sets = setsIn(this.#kept.read(KEY));
  }

  get sets(): readonly OwnSet[] {
    return this.#sets;
  }

  /** Whether the browser took the last change; if not, it lives only as long as the page. */
  get stored(): boolean {
    return this.#stored;
  }

  /** The changed copy of a shipped set. */
  copyOf(base: string): OwnSet | null {
    return this.#sets.find((set) => set.base === base) ?? null;
  }

  /** Puts a set in the place of the one of its name, or at the end. */
  put(set: OwnSet): void {
    const known = this.#sets.some((own) => own.source.name === set.source.name);
    this.#keep(known ? this.#sets.map((own) => (own.source.name === set.source.name ? set : own)) : [...this.#sets, set]);
  }

  /** Forgets a set; what it was, so that it can be put back. */
  remove(name: string): OwnSet | null {
    const removed = this.#sets.find((own) => own.source.name === name) ?? null;
    if (removed !== null) this.#keep(this.#sets.filter((own) => own !== removed));
    return removed;
  }

  /** A name that no own set has: `wanted`, or with a number. */
  freeName(wanted: string): string {
    const taken = new Set(this.#sets.map((own) => own.source.name));
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      if (!taken.has(name)) return name;
    }
  }

  #keep(sets: readonly OwnSet[]): void {
    this.#sets = sets;
    this.#stored = this.#kept.write(KEY, JSON.stringify(sets));
  }
}

function setsIn(stored: string | null): readonly OwnSet[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter(isOwnSet) : [];
  } catch {
    // Written by hand or cut off: there is nothing to bring back.
    return [];
  }
}

function isOwnSet(value: unknown): value is OwnSet {
  const { source, base } = (value ?? {}) as { source?: Partial<Record<keyof SetSource, unknown>>; base?: unknown };
  return [source?.name, source?.header, source?.rows].every((part) => typeof part === 'string') && (base === null || typeof base === 'string');
}
