/** Which model is loaded when one is: the embedded one, or another that the reader chose; remembered in this browser. */
import { EMBEDDED_MODEL, loadLabel } from '../../content/status.ts';
import type { EngineStatus } from '../../models/engine-report.ts';
import type { ModelSource } from '../../models/model-source.ts';
import { TextStorage } from '../storage/text-storage.ts';

const KEY = 'flipside.model';

/** Another model than the embedded one. */
export interface OtherModel {
  readonly title: string;
  readonly bytes: number;
  /** Where its files come from that are not kept here, in words; null for files of the reader's. */
  readonly host: string | null;
  readonly source: ModelSource;
}

/** The choice. */
export class ModelChoice {
  readonly #kept: TextStorage;
  readonly #embedded: ModelSource;
  #other = $state.raw<OtherModel | null>(null);
  #failed = $state.raw<OtherModel | null>(null);

  /** `manifestUrl` is the embedded model's. */
  constructor(storage: Storage | null, manifestUrl: string) {
    this.#kept = new TextStorage(storage);
    this.#embedded = { kind: 'site', manifestUrl };
    this.#other = remembered(this.#kept.read(KEY));
  }

  /** The chosen model; null for the embedded one. */
  get other(): OtherModel | null {
    return this.#other;
  }

  /** One that was chosen last and did not load, until something else is chosen or loaded. */
  get failed(): OtherModel | null {
    return this.#failed;
  }

  readonly name = $derived.by(() => this.#other?.title ?? EMBEDDED_MODEL.name);

  /** Bytes of its files. */
  readonly bytes = $derived.by(() => this.#other?.bytes ?? EMBEDDED_MODEL.downloadBytes);

  /** What a button says that loads it. */
  readonly label = $derived.by(() => loadLabel(this.bytes));

  /** What to load. */
  get source(): ModelSource {
    return this.#other?.source ?? this.#embedded;
  }

  /** Chooses another model; it is remembered once it has been loaded. */
  choose(other: OtherModel): void {
    this.#failed = null;
    this.#other = other;
  }

  /** Goes back to the one before (null: the embedded one) from one that did not load; what was remembered is that one still. */
  giveWay(before: OtherModel | null): void {
    this.#failed = this.#other;
    this.#other = before;
  }

  /** Chooses the embedded model again. */
  embed(): void {
    this.#failed = null;
    this.#other = null;
    this.#kept.drop(KEY);
  }

  /** Remembers what has just been loaded. */
  loaded({ key }: Pick<EngineStatus, 'key'>): void {
    const other = this.#other;
    this.#failed = null;
    if (other === null) return;
    const { title, bytes, host } = other;
    this.#kept.write(KEY, JSON.stringify({ key, title, bytes, host }));
  }

  /**
   * Forgets a model whose files were deleted (of every model, where `key` is null). One that is in use works on until
   * the page is closed.
   */
  deleted(key: string | null, inUse: string | null): void {
    const mine = remembered(this.#kept.read(KEY))?.source ?? this.#other?.source;
    if (mine?.kind !== 'kept' || (key !== null && mine.key !== key)) return;
    if (mine.key === inUse) this.#kept.drop(KEY);
    else this.embed();
  }
}

/** What was remembered; null where it is not what this program writes. */
function remembered(text: string | null): OtherModel | null {
  try {
    const { key, title, bytes, host } = JSON.parse(text ?? 'null') as Record<string, unknown>;
    if (
      typeof key !== 'string' ||
      typeof title !== 'string' ||
      typeof bytes !== 'number' ||
      (typeof host !== 'string' && host !== null)
    )
      return null;
    return { title: title.slice(0, 200), bytes, host, source: { kind: 'kept', key } };
  } catch {
    // Nothing remembered, or by another version: the embedded model is always there.
    return null;
  }
}
