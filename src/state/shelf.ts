/** Things with an id that outlive the page: in IndexedDB, or in memory where the browser refuses it. */

/** A place for things. */
export interface Shelf<T extends { readonly id: string }> {
  all(): Promise<readonly T[]>;
  put(item: T): Promise<void>;
  remove(id: string): Promise<void>;
  /** Whether what is put here is there on the next visit. */
  readonly lasts: boolean;
}

const DATABASE = 'flipside-library';
const STORE = 'probes';

/** A shelf that forgets with the page. */
export function memoryShelf<T extends { readonly id: string }>(): Shelf<T> {
  const kept = new Map<string, T>();
  return {
    lasts: false,
    all: () => Promise.resolve([...kept.values()]),
    put: (item) => Promise.resolve(void kept.set(item.id, item)),
    remove: (id) => Promise.resolve(void kept.delete(id)),
  };
}

/** The browser's shelf; in memory where IndexedDB is refused, as in some private windows. */
export async function browserShelf<T extends { readonly id: string }>(name = DATABASE): Promise<Shelf<T>> {
  try {
    const database = await open(name);
    const within = <R>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      return new Promise((resolve, reject) => {
        // Kept means written: a request can succeed in a transaction that then fails for want of room.
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error('The browser would not store it.'));
      });
    };
    return {
      lasts: true,
      all: () => within('readonly', (store) => store.getAll() as IDBRequest<T[]>),
      put: async (item) => void (await within('readwrite', (store) => store.put(item))),
      remove: async (id) => void (await within('readwrite', (store) => store.delete(id))),
    };
  } catch {
    return memoryShelf();
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser refuses to store anything.'));
  });
}
