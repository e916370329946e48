/** A value that follows another at a steady pace: what is dear to make is not made for every word that arrives. */

/** Milliseconds between two looks. */
const PACE_MS = 120;

/** Holds the last value that was made. `make` runs when asked for the first time, then once for all changes within the pace. */
export class SteadyPace<T> {
  #shown: T;
  readonly #make: () => T;
  #last = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(make: () => T) {
    this.#make = make;
    this.#shown = $state.raw(make());
  }

  /** The value as it was made last. */
  get shown(): T {
    return this.#shown;
  }

  /** Something has changed: soon the value is made again. */
  touch(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#last = performance.now();
        this.#shown = this.#make();
      },
      Math.max(0, this.#last + PACE_MS - performance.now()),
    );
  }

  /** No more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
