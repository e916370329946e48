/** The second engine: which chat models are configured, the one that is loaded, and the one thing that it does at a time. */
import { AppError } from '../../base/errors.ts';
import type { ChatLoadProgress, ChatModel, ConnectChatModel } from '../../chat/chat-model.ts';
import { type ChatModelRecord, modelListText, parseModelList } from '../../chat/model-list.ts';
import { forgetWebLlmFiles } from '../../second-engine/connect.ts';
import { TextStorage } from '../../state/storage/text-storage.ts';
import type { PickedFile } from '../../state/probes/library.svelte.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

/** Where the list is kept. */
const KEY = 'flipside.chat-models';

/** What the engine is about. */
export type ChatPhase =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly record: ChatModelRecord; readonly progress: ChatLoadProgress }
  | { readonly kind: 'ready' | 'busy'; readonly record: ChatModelRecord; readonly model: ChatModel };

/** The second engine of a page. Nothing of it is fetched before {@link load}. */
export class SecondEngine {
  readonly #connect: ConnectChatModel;
  readonly #session: Session;
  readonly #kept: TextStorage;
  #records = $state.raw<readonly ChatModelRecord[]>([]);
  #chosen = $state<string | null>(null);
  #phase = $state.raw<ChatPhase>({ kind: 'none' });
  #stop: AbortController | null = null;

  constructor({
    connect,
    session,
    storage,
  }: {
    readonly connect: ConnectChatModel;
    readonly session: Session;
    readonly storage: Storage | null;
  }) {
    this.#connect = connect;
    this.#session = session;
    this.#kept = new TextStorage(storage);
    const kept = this.#kept.read(KEY);
    try {
      if (kept !== null) this.#records = parseModelList(kept, 'list');
    } catch {
      // Kept by another version, or changed by hand: the reader configures it anew.
      this.#kept.drop(KEY);
    }
  }

  /** The models that are configured. */
  get records(): readonly ChatModelRecord[] {
    return this.#records;
  }

  get phase(): ChatPhase {
    return this.#phase;
  }

  /** The model that {@link load} would load. */
  readonly chosen = $derived.by(
    (): ChatModelRecord | null => this.#records.find(({ id }) => id === this.#chosen) ?? this.#records[0] ?? null,
  );

  /** The loaded model; null while there is none. */
  readonly model = $derived.by((): ChatModel | null =>
    this.#phase.kind === 'ready' || this.#phase.kind === 'busy' ? this.#phase.model : null,
  );

  get busy(): boolean {
    return this.#phase.kind === 'busy';
  }

  choose(id: string): void {
    this.#chosen = id;
  }

  /** Takes in a list of models; models of the same name are replaced. What is wrong with it is shown. */
  async import(file: PickedFile): Promise<void> {
    await this.#attempt(async () => this.#put(parseModelList(await file.text(), file.name)));
  }

  /** Adds one model. Whether it was taken; what is wrong with it is shown. */
  async add({ id, model, library }: Pick<ChatModelRecord, 'id' | 'model' | 'library'>): Promise<boolean> {
    return this.#attempt(async () =>
      this.#put(
        parseModelList(
          modelListText([{ id: id.trim(), model: model.trim(), library: library.trim(), overrides: {} }]),
          'fields',
        ),
      ),
    );
  }

  /** Takes a model off the list. */
  remove(id: string): void {
    this.#keep(this.#records.filter((record) => record.id !== id));
  }

  /** Deletes what the browser keeps of a model's files. */
  async forget(record: ChatModelRecord): Promise<void> {
    if (await this.#attempt(() => forgetWebLlmFiles(record))) this.#session.say(`Files of ${record.id} deleted.`);
  }

  /** Loads the chosen model in place of the one that is loaded. Stopped or failed, which is then shown, there is none. */
  async load(): Promise<void> {
    const record = this.chosen;
    if (record === null || this.#stop !== null) return;
    const { signal } = (this.#stop = new AbortController());
    const progress = (told: ChatLoadProgress): void => void (this.#phase = { kind: 'loading', record, progress: told });
    const before = this.model;
    progress({ share: 0, words: 'Starting' });
    try {
      await before?.unload();
      const model = await this.#connect(record, progress, signal);
      this.#phase = { kind: 'ready', record, model };
      this.#session.say(`${record.id} is loaded.`);
    } catch (error) {
      this.#phase = { kind: 'none' };
      this.#report(error);
    } finally {
      this.#stop = null;
    }
  }

  /** Does something with the loaded model, alone. Null where it was stopped or failed, which is then shown. */
  async run<T>(what: (model: ChatModel, signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const phase = this.#phase;
    if (phase.kind !== 'ready') return null;
    const { signal } = (this.#stop = new AbortController());
    this.#phase = { ...phase, kind: 'busy' };
    try {
      return await what(phase.model, signal);
    } catch (error) {
      this.#report(error);
      return null;
    } finally {
      this.#stop = null;
      this.#phase = phase;
    }
  }

  /** Stops the load or whatever the model does. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Frees the graphics card. */
  async unload(): Promise<void> {
    const { model } = this;
    if (model === null || this.#stop !== null) return;
    this.#phase = { kind: 'none' };
    await this.#attempt(() => model.unload());
  }

  #put(records: readonly ChatModelRecord[]): void {
    this.#keep([...this.#records.filter(({ id }) => !records.some((record) => record.id === id)), ...records]);
    this.#chosen = records[0]?.id ?? null;
  }

  #keep(records: readonly ChatModelRecord[]): void {
    this.#records = records;
    if (records.length === 0) this.#kept.drop(KEY);
    else this.#kept.write(KEY, modelListText(records));
  }

  async #attempt(what: () => Promise<void>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  #report(error: unknown): void {
    if (!(error instanceof AppError && error.code === 'cancelled')) this.#session.report(error);
  }
}
