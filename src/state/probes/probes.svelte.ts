/** Every probe that can be read with or looked at: shipped, kept, and the one just trained. */
import { AppError } from '../../base/errors.ts';
import { TextStorage } from '../storage/text-storage.ts';
import type { Library } from './library.svelte.ts';
import type { ProbeOffer } from './probe-card.ts';
import { FIRST_PROBE } from './shipped.ts';

const KEY = 'flipside.probe';

/** The offers, and which one is read with. */
export class Probes {
  readonly shipped: readonly ProbeOffer[];
  readonly #library: Library;
  readonly #kept: TextStorage;
  #key = $state('');
  /** The probe just trained, until it is kept or another is trained. */
  trained = $state.raw<ProbeOffer | null>(null);

  constructor(shipped: readonly ProbeOffer[], library: Library, storage: Storage | null) {
    this.shipped = shipped;
    this.#library = library;
    this.#kept = new TextStorage(storage);
    this.#key = this.#kept.read(KEY) ?? FIRST_PROBE;
  }

  /** Shipped, kept, and then the one just trained. */
  readonly offers = $derived.by((): readonly ProbeOffer[] => [
    ...this.shipped,
    ...this.#library.offers,
    ...(this.trained === null ? [] : [this.trained]),
  ]);

  /** The probe that texts are read with: the reader's choice, or the first there is. */
  readonly chosen = $derived.by(
    (): ProbeOffer | null => this.offer(this.#key) ?? this.offer(FIRST_PROBE) ?? this.offers[0] ?? null,
  );

  /** An offer by its key. */
  offer(key: string): ProbeOffer | null {
    return this.offers.find((offer) => offer.key === key) ?? null;
  }

  /** Makes a probe the one that texts are read with. Only a shipped or kept one is remembered: another is gone next time. */
  choose(key: string): void {
    this.#key = key;
    if (this.offer(key)?.origin !== 'trained') this.#kept.write(KEY, key);
  }

  /** The chosen offer. Throws `probe-invalid` where there is none at all. */
  needChosen(): ProbeOffer {
    if (this.chosen === null)
      throw new AppError('probe-invalid', 'There is no probe to read with. Load the page again, or train one.');
    return this.chosen;
  }
}
