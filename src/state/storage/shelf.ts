/** Things of one kind that outlive the page: one store of the page's database. */
import { type Database, type Keepable, memoryDatabase, type StoreName } from './database.ts';

/** A place for things. */
export interface Shelf<T extends Keepable> {
  all(): Promise<readonly T[]>;
  put(item: T): Promise<void>;
  remove(id: string): Promise<void>;
  /** Whether what is put here is there on the next visit. */
  readonly lasts: boolean;
}

/** The shelf that is a store of a database. */
export function shelfIn<T extends Keepable>(database: Database, store: StoreName): Shelf<T> {
  return {
    lasts: database.lasts,
    all: () => database.all<T>(store),
    put: (item) => database.write([{ store, put: item }]),
    remove: (id) => database.write([{ store, remove: id }]),
  };
}

/** A shelf that forgets with the page. */
export function memoryShelf<T extends Keepable>(): Shelf<T> {
  return shelfIn(memoryDatabase(), 'probes');
}
