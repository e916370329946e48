/** Whether the reader lets this page ask the hosts that its build names: asked once, remembered in this browser, taken back at any time. */
import { TextStorage } from '../storage/text-storage.ts';

const KEY = 'flipside.model-hosts';

/** The consent. It holds for exactly the hosts that it was given for: a build that names others asks again. */
export class HostConsent {
  /** The hosts that the build names. */
  readonly named: readonly string[];
  readonly #kept: TextStorage;
  #given = $state(false);

  constructor(named: readonly string[], storage: Storage | null) {
    this.named = named;
    this.#kept = new TextStorage(storage);
    const take = (stored: string | null): void => void (this.#given = named.length > 0 && stored === named.join(' '));
    take(this.#kept.read(KEY));
    this.#kept.hear(KEY, take);
  }

  get given(): boolean {
    return this.#given;
  }

  set given(yes: boolean) {
    this.#given = yes && this.named.length > 0;
    if (this.#given) this.#kept.write(KEY, this.named.join(' '));
    else this.#kept.drop(KEY);
  }

  /** The hosts that may be asked now: none before consent. */
  get hosts(): readonly string[] {
    return this.#given ? this.named : [];
  }
}
