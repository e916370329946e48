/** Keeps a claim that is shown up to date, for the components that show it. */
import { useApp } from '../../state/app.svelte.ts';
import type { Claim } from './experiments-state.ts';

/** Fetches its report, and looks for what is stored of it whenever another model is loaded. To be called while a component begins. */
export function keepSettled(claim: () => Claim): void {
  const app = useApp();
  $effect(() => {
    const { card } = claim();
    void app.attempt(() => card.settle());
  });
  $effect(() => {
    // What is stored is stored by model and engine.
    void app.session.status;
    void claim().bench.settle();
  });
}
