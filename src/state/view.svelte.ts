/** Where the reader looks: the way of reading, the layer, the token, and whether it is held. Shared by strip, map and trajectory. */
import type { Head } from '../core/heads.ts';

/** The cursor of the instrument. */
export class View {
  /** The chosen way of reading; a reading that lacks it shows the difference. */
  head = $state<Head>('difference');
  /** The chosen layer. */
  layer = $state(16);
  /** The token that has the one tab stop of the strip. */
  at = $state(0);
  /** The token under the pointer. */
  preview = $state<number | null>(null);
  /** Whether `at` stays shown when the pointer leaves. */
  locked = $state(false);
  /** Whether the keyboard is in the strip or the map. */
  focused = $state(false);

  /** The token that every part of the instrument marks; null when nothing is pointed at. */
  readonly current = $derived(this.preview ?? (this.locked || this.focused ? this.at : null));

  /** Holds a token: a click or Enter. A second time on the same token lets it go. */
  toggleLock(token: number): void {
    const release = this.locked && this.at === token;
    this.at = token;
    this.locked = !release;
  }

  /** Lets the token go. */
  unlock(): void {
    this.locked = false;
  }

  /** Back to a place where one looked before. */
  goTo({ layer, at, locked }: { readonly layer: number; readonly at: number; readonly locked: boolean }): void {
    this.reset(layer);
    this.at = at;
    this.locked = locked;
  }

  /** A new text: back to its start. The way of reading stays. */
  reset(layer: number): void {
    this.layer = layer;
    this.at = 0;
    this.preview = null;
    this.locked = false;
  }
}
