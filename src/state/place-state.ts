/** State that only one place of the page needs, so that a first view neither fetches nor makes it. */
import type { AppState } from './app.svelte.ts';
import { outliving } from './outliving.svelte.ts';

/**
 * A function that gives the state of a place: made by `make` when it is first asked for, and the same from then on, so that
 * what goes on in it goes on when the reader leaves the place. Only lazily loaded views may call it, or its code is theirs no more.
 */
export function placeState<T extends object>(make: (app: AppState) => T): (app: AppState) => T {
  const states = new WeakMap<AppState, T>();
  return (app) => {
    const state = states.get(app) ?? outliving(() => make(app));
    states.set(app, state);
    return state;
  };
}
