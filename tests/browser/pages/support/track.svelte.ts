import { flushSync } from 'svelte';

/** Runs a reaction outside of any component, first at once and then whenever what it read changes; returns its end. */
export function track(reaction: () => void): () => void {
  const stop = $effect.root(() => {
    $effect(reaction);
  });
  flushSync();
  return stop;
}
