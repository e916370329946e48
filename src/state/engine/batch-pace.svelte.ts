/** How long one reading of the neutral stories takes here: what every estimate of a measurement rests on. */
import type { EngineStatus } from '../../models/engine-report.ts';
import { TextStorage } from '../storage/text-storage.ts';

const KEY = 'flipside.steer.ms-a-batch';

/** Remembered by what the model runs on: a processor is no guide to a graphics card. */
export class BatchPace {
  readonly #kept: TextStorage;
  readonly #status: () => EngineStatus | null;
  readonly #clock: () => number;
  #pace = $state.raw<Readonly<Record<string, number>>>({});

  constructor({
    storage,
    status,
    clock = () => performance.now(),
  }: {
    readonly storage: Storage | null;
    readonly status: () => EngineStatus | null;
    readonly clock?: () => number;
  }) {
    this.#kept = new TextStorage(storage);
    this.#status = status;
    this.#clock = clock;
    this.#pace = paceIn(this.#kept.read(KEY));
  }

  /** Milliseconds a batch on what the model runs on now; null where none was measured. */
  readonly msABatch = $derived.by((): number | null => this.#pace[this.#name] ?? null);

  /** Starts the clock; what it gives back stops it, after so many batches. */
  begin(): (batches: number) => void {
    const started = this.#clock();
    const name = this.#name;
    return (batches) => {
      if (batches <= 0) return;
      this.#pace = { ...this.#pace, [name]: (this.#clock() - started) / batches };
      this.#kept.write(KEY, JSON.stringify(this.#pace));
    };
  }

  get #name(): string {
    const status = this.#status();
    const { vendor = '', architecture = '' } = status?.adapter ?? {};
    return status === null ? '' : [status.backend, vendor, architecture].filter((part) => part !== '').join(' ');
  }
}

function paceIn(stored: string | null): Readonly<Record<string, number>> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0),
    );
  } catch {
    // Written by hand or cut off: measured anew.
    return {};
  }
}
