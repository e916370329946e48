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
export type Change =
  { readonly store: StoreName; readonly put: Keepable } | { readonly store: StoreName; readonly remove: string };

/** Changes that depend on what is there: nobody else, no other tab either, writes between the reading and the changes. */
export interface Decision {
  /** The store that is read whole. */
  readonly reads: StoreName;
  /** Every store that the changes may touch. */
  readonly stores: readonly StoreName[];
  /** The changes, from all that the store holds. */
  readonly decide: (all: readonly Keepable[]) => readonly Change[];
}

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
  write(changes: readonly Change[] | Decision): Promise<void>;
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
    under: <T extends Keepable>(name: StoreName, prefix: string) =>
      Promise.resolve([...store(name).values()].filter(({ id }) => id.startsWith(prefix)) as T[]),
    ids: (name, prefix) => Promise.resolve([...store(name).keys()].filter((id) => id.startsWith(prefix))),
    get: <T extends Keepable>(name: StoreName, id: string) =>
      Promise.resolve((store(name).get(id) as T | undefined) ?? null),
    write: async (changes) => {
      for (const change of isDecision(changes) ? changes.decide([...store(changes.reads).values()]) : changes) {
        if ('put' in change) store(change.store).set(change.put.id, change.put);
        else store(change.store).delete(change.remove);
      }
    },
  };
}

/** The browser's database; in memory where IndexedDB is refused. */
export async function browserDatabase(name = NAME): Promise<Database> {
  try {
    const connection = lastingConnection(name);
    await connection((database) => database.name);
    return overIndexedDb(connection);
  } catch (error) {
    return memoryDatabase(reasonOf(error));
  }
}

/** Asks the open database, which it opens anew where it was closed under the page. */
type Connection = <R>(ask: (database: IDBDatabase) => R) => Promise<R>;

/**
 * A connection that heals. A database is closed under an open tab where its site data are cleared, where its disk fails, and where a
 * newer page changes it; it is then opened again by the next question. Throws what the browser says where it refuses.
 */
function lastingConnection(name: string): Connection {
  let opened: Promise<IDBDatabase> | null = null;
  const connect = (): Promise<IDBDatabase> => {
    const mine = open(name, () => {
      if (opened === mine) opened = null;
    });
    opened = mine;
    // Refused now is not refused for ever.
    mine.catch(() => (opened === mine ? (opened = null) : null));
    return mine;
  };
  return async (ask) => {
    const database = await (opened ?? connect());
    try {
      return ask(database);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
      // It is closing, and nobody has said so yet.
      opened = null;
      return ask(await connect());
    }
  };
}

const UNREAD = 'The browser would not read what it keeps.';

function overIndexedDb(connection: Connection): Database {
  const ask = async <R>(store: StoreName, question: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> => {
    const transaction = await connection((database) => database.transaction(store, 'readonly'));
    const request = question(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error(UNREAD));
      // A database that is closed by force ends its transactions, and not always their requests.
      transaction.onabort = () => reject(transaction.error ?? new Error(UNREAD));
    });
  };
  return {
    lasts: true,
    refusal: null,
    all: <T extends Keepable>(store: StoreName) => ask(store, (kept) => kept.getAll() as IDBRequest<T[]>),
    under: <T extends Keepable>(store: StoreName, prefix: string) =>
      ask(store, (kept) => kept.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)) as IDBRequest<T[]>),
    ids: async (store, prefix) =>
      (await ask(store, (kept) => kept.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
    get: async <T extends Keepable>(store: StoreName, id: string) =>
      (await ask(store, (kept) => kept.get(id) as IDBRequest<T | undefined>)) ?? null,
    write: async (changes) => {
      if (!isDecision(changes) && changes.length === 0) return;
      const stores = isDecision(changes) ? changes.stores : [...new Set(changes.map(({ store }) => store))];
      const transaction = await connection((database) => database.transaction(stores, 'readwrite'));
      let failure: Error | null = null;
      const done = new Promise<void>((resolve, reject) => {
        // Kept means written: a request can succeed in a transaction that then fails for want of room.
        transaction.oncomplete = () => resolve();
        transaction.onabort = () =>
          reject(failure ?? transaction.error ?? new Error('The browser would not store it.'));
      });
      if (isDecision(changes)) {
        const request = transaction.objectStore(changes.reads).getAll() as IDBRequest<Keepable[]>;
        request.onsuccess = () => {
          try {
            make(transaction, changes.decide(request.result));
          } catch (error) {
            failure = error instanceof Error ? error : new Error(String(error));
            transaction.abort();
          }
        };
      } else make(transaction, changes);
      await done;
    },
  };
}

function make(transaction: IDBTransaction, changes: readonly Change[]): void {
  for (const change of changes) {
    const store = transaction.objectStore(change.store);
    if ('put' in change) store.put(change.put);
    else store.delete(change.remove);
  }
}

function isDecision(changes: readonly Change[] | Decision): changes is Decision {
  return 'decide' in changes;
}

/** Why the browser refused, in its words or, where it has none, by the name of the error: a full disk often says nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}

/** `closed` is called once it is closed by somebody else. */
async function open(name: string, closed: () => void): Promise<IDBDatabase> {
  const database = await request(name, VERSION).catch((error: unknown) => {
    // A newer version of the page has been here: its database has what this one knows, and more.
    if (error instanceof DOMException && error.name === 'VersionError') return request(name);
    throw error;
  });
  // Another tab with a newer page wants to change it: this one lets go, and opens it again when it next needs it.
  database.onversionchange = () => {
    database.close();
    closed();
  };
  // Its site data were cleared, or the disk failed.
  database.onclose = closed;
  return database;
}

function request(name: string, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => {
      for (const store of STORES)
        if (!opening.result.objectStoreNames.contains(store))
          opening.result.createObjectStore(store, { keyPath: 'id' });
    };
    let given = false;
    opening.onsuccess = () => {
      // The caller has gone on without it: held open, it would stand in another tab's way.
      if (given) opening.result.close();
      else resolve(opening.result);
    };
    opening.onerror = () => reject(opening.error ?? new Error('The browser refuses to store anything.'));
    opening.onblocked = () => {
      given = true;
      reject(
        new Error('Another tab holds it with an older version of this page. Close that tab and load this one again.'),
      );
    };
  });
}
