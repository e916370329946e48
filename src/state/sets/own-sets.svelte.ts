/** The reader's own sets: imported, or copies of shipped ones that were changed. Kept in this browser as they are typed. */
import type { SetSource } from '../../probe/training-plan.ts';
import { TextStorage } from '../storage/text-storage.ts';
import { renamedHeader } from './set-rows.ts';

const KEY = 'flipside.sets';

/** A set of the reader's. */
export interface OwnSet {
  readonly source: SetSource;
  /** The shipped set that it is a changed copy of, or null. */
  readonly base: string | null;
}

/** Own sets by name. */
export class OwnSets {
  readonly #kept: TextStorage;
  #sets = $state.raw<readonly OwnSet[]>([]);
  #stored = $state(true);
  /** What this tab last saw in storage: what differs there now, another tab has changed. */
  #seen: readonly OwnSet[];
  #parted = $state.raw<readonly string[]>([]);
  /** Called after another tab's changes were taken over, with the names of the sets that are others now. */
  onelsewhere: (names: readonly string[]) => void = () => undefined;

  constructor(storage: Storage | null) {
    this.#kept = new TextStorage(storage);
    this.#seen = setsIn(this.#kept.read(KEY));
    this.#sets = this.#seen;
    this.#kept.hear(KEY, () => this.#takeOver());
  }

  /** Names under which another tab's version of a set was kept beside this tab's, until {@link forgetParted}. */
  get parted(): readonly string[] {
    return this.#parted;
  }

  forgetParted(): void {
    this.#parted = [];
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
    this.#keep(
      known ? this.#sets.map((own) => (own.source.name === set.source.name ? set : own)) : [...this.#sets, set],
    );
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
    const before = this.#sets;
    this.#sets = this.#merged(sets);
    this.#seen = this.#sets;
    this.#stored = this.#kept.write(KEY, JSON.stringify(this.#sets));
    this.#tell(before, sets);
  }

  /** Another tab has written: its changes hold here too, and nothing of this tab's is lost. */
  #takeOver(): void {
    const before = this.#sets;
    this.#sets = this.#merged(before);
    this.#seen = setsIn(this.#kept.read(KEY));
    this.#tell(before, before);
  }

  /**
   * This tab's sets with what another tab has changed in storage since: the other's version where this tab has left a set
   * alone, and both, the other's under a name of its own, where both have changed it.
   */
  #merged(mine: readonly OwnSet[]): readonly OwnSet[] {
    const theirs = setsIn(this.#kept.read(KEY));
    const of = (sets: readonly OwnSet[], name: string): OwnSet | undefined =>
      sets.find((set) => set.source.name === name);
    const same = (a: OwnSet | undefined, b: OwnSet | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
    const merged: OwnSet[] = [];
    for (const name of new Set([...mine, ...theirs].map((set) => set.source.name))) {
      const [here, there, before] = [of(mine, name), of(theirs, name), of(this.#seen, name)];
      const chosen = same(here, before) ? there : here;
      if (chosen !== undefined) merged.push(chosen);
      if (same(here, before) || same(there, before) || same(here, there) || here === undefined || there === undefined)
        continue;
      const freed = nameBeside(name, [...mine, ...theirs]);
      merged.push({
        ...there,
        source: { ...there.source, name: freed, header: renamedHeader(there.source.header, freed) },
        base: null,
      });
      this.#parted = [...this.#parted, freed];
    }
    return merged;
  }

  #tell(before: readonly OwnSet[], mine: readonly OwnSet[]): void {
    const changed = this.#sets
      .filter((set) => !before.includes(set) && !mine.includes(set))
      .map((set) => set.source.name);
    if (changed.length > 0) this.onelsewhere(changed);
  }
}

/** The name of another tab's version of a set. */
function nameBeside(name: string, sets: readonly OwnSet[]): string {
  for (let number = 1; ; number += 1) {
    const wanted = `${name.slice(0, 60)}-other-tab${number === 1 ? '' : `-${number}`}`;
    if (!sets.some((set) => set.source.name === wanted)) return wanted;
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
  return (
    [source?.name, source?.header, source?.rows].every((part) => typeof part === 'string') &&
    (base === null || typeof base === 'string')
  );
}
