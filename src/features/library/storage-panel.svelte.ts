/** Everything that the page keeps in this browser, with sizes, and how to delete it. */
import { AppError } from '../../base/errors.ts';
import type { StoredModel } from '../../models/engine-report.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import type { AppState } from '../../state/app.svelte.ts';
import { forgetKeys, storedKeys, type ShortKind } from '../../state/storage/stored-keys.ts';
import { TextStorage } from '../../state/storage/text-storage.ts';

/** What the browser says about its storage. */
export interface BrowserStorage {
  /** Bytes that this page uses, and may use; the browser rounds them. Null where it does not say. */
  readonly usedBytes: number | null;
  readonly mostBytes: number | null;
  /** Whether the browser keeps it until the reader deletes it; null where it does not say. */
  readonly persistent: boolean | null;
}

/** Sizes and deletions. */
export class StoragePanel {
  readonly #app: AppState;
  readonly #connect: () => EngineClient;
  #models = $state.raw<readonly StoredModel[] | null>(null);
  #browser = $state.raw<BrowserStorage>({ usedBytes: null, mostBytes: null, persistent: null });
  #short = $state.raw<ReturnType<typeof storedKeys>>([]);
  /** What the browser answered to {@link persist}; null before it was asked. */
  #asked = $state<'granted' | 'refused' | null>(null);

  /** `connect` starts a worker of its own: one that works on a text should not wait, nor be waited for. */
  constructor(app: AppState, connect: () => EngineClient) {
    this.#app = app;
    this.#connect = connect;
  }

  /** Kept models; null until they have been looked for. */
  get models(): readonly StoredModel[] | null {
    return this.#models;
  }

  get browser(): BrowserStorage {
    return this.#browser;
  }

  get asked(): 'granted' | 'refused' | null {
    return this.#asked;
  }

  readonly modelBytes = $derived.by(() =>
    (this.#models ?? []).flatMap(({ files }) => files).reduce((sum, { keptBytes }) => sum + keptBytes, 0),
  );

  readonly probeBytes = $derived.by(() =>
    this.#app.library.items.reduce(
      (sum, { json, tensors, reportJson }) => sum + json.length + tensors.byteLength + (reportJson?.length ?? 0),
      0,
    ),
  );

  /** Bytes of the short things of one kind. */
  bytesOf(kind: ShortKind): number {
    return this.#short.filter((entry) => entry.kind === kind).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Looks at everything anew. */
  async look(): Promise<void> {
    this.#short = storedKeys(this.#app.storage);
    await Promise.all([this.#lookAtBrowser(), this.#lookAtModels()]);
  }

  /** Deletes the kept files of every model. One that is loaded works on until the page is closed. */
  async deleteModels(): Promise<void> {
    await this.#ask((client) => client.deleteStored({ key: null }));
    this.#app.model.deleted(null, this.#app.session.status?.key ?? null);
    await this.look();
  }

  /** Forgets the short things of a kind. What stands on the page now stays there. */
  async forget(kind: ShortKind): Promise<void> {
    forgetKeys(this.#app.storage, new TextStorage(this.#app.storage), kind);
    await this.look();
  }

  /** Asks the browser to keep everything until the reader deletes it. */
  async persist(): Promise<void> {
    this.#asked = (await storageManager()?.persist?.()) === true ? 'granted' : 'refused';
    await this.#lookAtBrowser();
  }

  async #lookAtBrowser(): Promise<void> {
    const manager = storageManager();
    // Each may be missing or refused on its own: what the browser does not say is shown as not said.
    const [estimate, persistent] = await Promise.all([
      manager?.estimate?.().catch(() => null) ?? null,
      manager?.persisted?.().catch(() => null) ?? null,
    ]);
    this.#browser = { usedBytes: estimate?.usage ?? null, mostBytes: estimate?.quota ?? null, persistent };
  }

  async #lookAtModels(): Promise<void> {
    this.#models = await this.#ask((client) => client.listStored({}));
  }

  async #ask<T>(question: (client: EngineClient) => Promise<T>): Promise<T> {
    const client = this.#connect();
    const lost = new Promise<never>((_, reject) => client.onLost(reject));
    try {
      return await Promise.race([question(client), lost]);
    } catch (error) {
      throw new AppError(
        'storage-refused',
        `What is kept of the model could not be looked at (${AppError.from(error).message}). Load the page again.`,
        {},
        error,
      );
    } finally {
      client.dispose();
    }
  }
}

/** Missing on pages that are served without TLS. */
function storageManager(): Partial<StorageManager> | undefined {
  return (navigator as { readonly storage?: StorageManager }).storage;
}
