/**
 * The page's one database in this browser: things with an id, in named stores, that outlive the page. In memory where
 * the browser refuses it, as in some private windows.
 */

/** The stores; every thing in them has an `id`. */
export const STORES = ['probes', 'runs', 'run-files', 'experiment-parts', 'experiment-reports'] as const;

/** Name of a store. */
export type StoreName = (typeof STORES)[number];

/** Anything that is kept. */
export interface Keepable {
  readonly id: string;
}

/** One change to a store. */
export type Change = { readonly store: StoreName; readonly put: Keepable } | { readonly store: StoreName; readonly remove: string };

/** A place for things. */
export interface Database {
  /** Whether what is put here is there on the next visit. */
  readonly lasts: boolean;
  /** Why nothing lasts, as the browser says it; null where it lasts. */
  readonly refusal: string | null;
  all<T extends Keepable>(store: StoreName): Promise<readonly T[]>;
  /** Those whose id begins like this. */
  under<T extends Keepable>(store: StoreName, prefix: string): Promise<readonly T[]>;
  /** The ids alone that begin like this. */
  ids(store: StoreName, prefix: string): Promise<readonly string[]>;
  get<T extends Keepable>(store: StoreName, id: string): Promise<T | null>;
  /** Makes all changes or none; throws what the browser says where it has no room or refuses. */
  write(changes: readonly Change[]): Promise<void>;
}

const NAME = 'flipside-library';
/** Version 1 had probes only, version 2 no experiments. */
const VERSION = 3;

/** A database that forgets with the page. */
export function memoryDatabase(refusal = 'This page keeps nothing.'): Database {
  const stores = new Map(STORES.map((name) => [name, new Map<string, Keepable>()]));
  const store = (name: StoreName): Map<string, Keepable> => stores.get(name) ?? new Map<string, Keepable>();
  return {
    lasts: false,
    refusal,
    all: <T extends Keepable>(name: StoreName) => Promise.resolve([...store(name).values()] as T[]),
    under: <T extends Keepable>(name: StoreName, prefix: string) => Promise.resolve([...store(name).values()].filter(({ id }) => id.startsWith(prefix)) as T[]),
    ids: (name, prefix) => Promise.resolve([...store(name).keys()].filter((id) => id.startsWith(prefix))),
    get: <T extends Keepable>(name: StoreName, id: string) => Promise.resolve((store(name).get(id) as T | undefined) ?? null),
    write: async (changes) => {
      for (const change of changes) {
        if ('put' in change) store(change.store).set(change.put.id, change.put);
        else store(change.store).delete(change.remove);
      }
    },
  };
}

/** The browser's database; in memory where IndexedDB is refused. */
export async function browserDatabase(name = NAME): Promise<Database> {
  try {
    return overIndexedDb(await open(name));
  } catch (error) {
    return memoryDatabase(error instanceof Error && error.message !== '' ? error.message : String(error));
  }
}

function overIndexedDb(database: IDBDatabase): Database {
  const ask = <R>(store: StoreName, question: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> => {
    const request = question(database.transaction(store, 'readonly').objectStore(store));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('The browser would not read what it keeps.'));
    });
  };
  return {
    lasts: true,
    refusal: null,
    all: <T extends Keepable>(store: StoreName) => ask(store, (kept) => kept.getAll() as IDBRequest<T[]>),
    under: <T extends Keepable>(store: StoreName, prefix: string) => ask(store, (kept) => kept.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)) as IDBRequest<T[]>),
    ids: async (store, prefix) => (await ask(store, (kept) => kept.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
    get: async <T extends Keepable>(store: StoreName, id: string) => (await ask(store, (kept) => kept.get(id) as IDBRequest<T | undefined>)) ?? null,
    write: async (changes) => {
      if (changes.length === 0) return;
      const transaction = database.transaction([...new Set(changes.map(({ store }) => store))], 'readwrite');
      const done = new Promise<void>((resolve, reject) => {
        // Kept means written: a request can succeed in a transaction that then fails for want of room.
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('The browser would not store it.'));
      });
      for (const change of changes) {
        const store = transaction.objectStore(change.store);
        if ('put' in change) store.put(change.put);
        else store.delete(change.remove);
      }
      await done;
    },
  };
}

async function open(name: string): Promise<IDBDatabase> {
  const database = await request(name, VERSION).catch((error: unknown) => {
    // A newer version of the page has been here: its database has what this one knows, and more.
    if (error instanceof DOMException && error.name === 'VersionError') return request(name);
    throw error;
  });
  // Another tab with a newer page wants to change it: this one lets go, and says so when it is next asked to store.
  database.onversionchange = () => database.close();
  return database;
}

function request(name: string, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => {
      for (const store of STORES) if (!opening.result.objectStoreNames.contains(store)) opening.result.createObjectStore(store, { keyPath: 'id' });
    };
    let given = false;
    opening.onsuccess = () => {
      // Whoever waited has gone on without it: held open, it would stand in another tab's way.
      if (given) opening.result.close();
      else resolve(opening.result);
    };
    opening.onerror = () => reject(opening.error ?? new Error('The browser refuses to store anything.'));
    opening.onblocked = () => {
      given = true;
      reject(new Error('Another tab holds it with an older version of this page. Close that tab and load this one again.'));
    };
  });
}
