/**
 * `localStorage` that may be missing, full or refused. Keeping something is a service, never a condition: a failure to
 * keep is not shown, because the value still lives in the page.
 */
export class TextStorage {
  readonly #storage: Storage | null;

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  /** The stored value, or null. */
  read(key: string): string | null {
    try {
      return this.#storage?.getItem(key) ?? null;
    } catch {
      // Access can be refused at any time by the browser's settings; nothing stored is the right answer then.
      return null;
    }
  }

  /** Stores a value; false when the browser refused. */
  write(key: string, value: string): boolean {
    try {
      this.#storage?.setItem(key, value);
      return this.#storage !== null;
    } catch {
      // Full or refused: see the header.
      return false;
    }
  }

  /**
   * Calls back when another tab has changed a value, with the value it has now; null where it was forgotten. Lasts as
   * long as the page.
   */
  hear(key: string, callback: (value: string | null) => void): void {
    globalThis.addEventListener('storage', (event) => {
      if (event.storageArea === this.#storage && this.#storage !== null && event.key === key) callback(event.newValue);
    });
  }

  /** Forgets a value. */
  drop(key: string): void {
    try {
      this.#storage?.removeItem(key);
    } catch {
      // Refused: there is nothing to forget.
    }
  }
}

/** The browser's storage, or null where even looking at it throws. */
export function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    // Chromium throws on access when site data are blocked.
    return null;
  }
}
