/** Where one was on each step of the browser's history: a new place begins at its top, and Back returns to where one was. */
import { tick } from 'svelte';
import { newId } from '../state/storage/new-id.ts';

/** A place that grows while its parts arrive is waited for this long. */
const PATIENCE_MS = 3000;

/** What a reader does who wants to scroll by hand. */
const BY_HAND = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

/** The places scrolled to, by step. Steps are told apart by a name in their state. */
export class ScrollMemory {
  readonly #places = new Map<string, number>();
  #here = '';
  #wait = new AbortController();

  /**
   * Follows the history until the returned function is called. Nothing is scrolled while `busy`: something else points
   * at a part of the page then.
   */
  follow(busy: () => boolean): () => void {
    const stop = new AbortController();
    const { signal } = stop;
    const before = history.scrollRestoration;
    history.scrollRestoration = 'manual';
    this.#here = named();
    // The first that is heard of a step: the place before is still drawn.
    addEventListener(
      'popstate',
      () => {
        if (stepOf(history.state) !== this.#here) this.#places.set(this.#here, scrollY);
      },
      { signal },
    );
    // The last: the new place is chosen, and about to be drawn.
    addEventListener(
      'hashchange',
      () => {
        const known = stepOf(history.state);
        if (known === this.#here) return;
        this.#here = named();
        if (!busy()) void this.#goTo(known === null ? 0 : (this.#places.get(known) ?? 0));
      },
      { signal },
    );
    return () => {
      stop.abort();
      this.#wait.abort();
      history.scrollRestoration = before;
    };
  }

  async #goTo(top: number): Promise<void> {
    this.#wait.abort();
    const wait = (this.#wait = new AbortController());
    const { signal } = wait;
    await tick();
    if (signal.aborted) return;
    const scroll = (): void => {
      scrollTo({ top, behavior: 'instant' });
      if (document.documentElement.scrollHeight - innerHeight >= top) wait.abort();
    };
    for (const kind of BY_HAND) addEventListener(kind, () => wait.abort(), { signal, passive: true });
    const observer = new ResizeObserver(scroll);
    const patience = setTimeout(() => wait.abort(), PATIENCE_MS);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      clearTimeout(patience);
    });
    scroll();
    if (!signal.aborted) observer.observe(document.documentElement);
  }
}

/** The name of the present step; it gets one where it has none. */
function named(): string {
  const known = stepOf(history.state);
  if (known !== null) return known;
  const step = newId();
  const state: unknown = history.state;
  history.replaceState({ ...(typeof state === 'object' ? state : {}), step }, '');
  return step;
}

function stepOf(state: unknown): string | null {
  return typeof state === 'object' && state !== null && 'step' in state && typeof state.step === 'string'
    ? state.step
    : null;
}
