/**
 * When the one shared tip shows and when it goes (WCAG 1.4.13): it waits before the first token, then moves without
 * closing, stays while the pointer is on it, and leaves a moment after.
 */
const OPEN_MS = 150;
const CLOSE_MS = 80;

/** The target that has the tip, after the waits. */
export class TipTimer<T> {
  #shown = $state.raw<T | null>(null);
  #pending: ReturnType<typeof setTimeout> | undefined;

  /** What the tip is about, or null. */
  get shown(): T | null {
    return this.#shown;
  }

  /** The pointer is on a target: soon if there is no tip yet, at once if there is. */
  want(target: T): void {
    clearTimeout(this.#pending);
    if (this.#shown === null) this.#pending = setTimeout(() => (this.#shown = target), OPEN_MS);
    else this.#shown = target;
  }

  /** Shows without waiting: for a click and for the keyboard. */
  now(target: T): void {
    clearTimeout(this.#pending);
    this.#shown = target;
  }

  /** The pointer has come onto the tip itself. */
  keep(): void {
    clearTimeout(this.#pending);
  }

  /** The pointer or the focus has gone. */
  leave(): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => (this.#shown = null), CLOSE_MS);
  }

  /** Away with it, now. */
  drop(): void {
    clearTimeout(this.#pending);
    this.#shown = null;
  }
}
