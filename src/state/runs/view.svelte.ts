/**
 * Where the reader looks: the way of reading, the layer, the token, whether it is held, and the span that is measured.
 * Shared by strip, map and trajectory.
 */
import type { Head } from '../../probe/heads.ts';
import { spanBetween } from '../../text/token-span.ts';
import type { TokenSpan } from '../../text/token-span.ts';

/** The cursor of the instrument. */
export class View {
  /** The chosen way of reading; a reading that lacks it shows the difference. */
  head = $state<Head>('difference');
  #layer = $state(16);
  #single = $state(false);
  /** The token that has the one tab stop of the strip. */
  at = $state(0);
  /** The token under the pointer. */
  preview = $state<number | null>(null);
  /** Whether `at` stays shown when the pointer leaves. */
  locked = $state(false);
  /** The tokens whose mean is shown; null for none. It stays until Esc, another span or another text. */
  span = $state.raw<TokenSpan | null>(null);
  /** Whether the text is shown as prose or as a table of its numbers. */
  face = $state<'text' | 'table'>('text');
  /** Whether the keyboard is in the strip or the map. */
  focused = $state(false);

  /** The layer that is marked. Choosing one shows the reading at that layer {@link single}. */
  get layer(): number {
    return this.#layer;
  }

  set layer(layer: number) {
    this.#layer = layer;
    this.#single = true;
  }

  /** Whether the reading is shown at {@link layer} alone, and not over the layers that the probe reads at. */
  get single(): boolean {
    return this.#single;
  }

  /** Back to the reading over the probe's layers; `layer` is the one that stays marked. */
  together(layer: number): void {
    this.#layer = layer;
    this.#single = false;
  }

  /** The token that every part of the instrument marks; null when nothing is pointed at. */
  readonly current = $derived(this.preview ?? (this.locked || this.focused ? this.at : null));

  /** Holds a token: a click or Enter. A second time on the same token lets it go. */
  toggleLock(token: number): void {
    const release = this.locked && this.at === token;
    this.at = token;
    this.locked = !release;
  }

  /** Chooses the tokens between two, in either order, within a text of `tokens`. */
  brush(one: number, other: number, tokens: number): void {
    const span = spanBetween(one, other, tokens);
    if (span?.from !== this.span?.from || span?.to !== this.span?.to) this.span = span;
  }

  /**
   * Moves to a token and takes the span along: its other end stays, if the keyboard stands at one, else the span begins
   * where the keyboard was.
   */
  extend(token: number, tokens: number): void {
    const { span, at } = this;
    const anchor = span?.to === at ? span.from : span?.from === at ? span.to : at;
    this.preview = null;
    this.at = Math.max(0, Math.min(tokens - 1, token));
    this.brush(anchor, this.at, tokens);
  }

  /** Lets the token go. */
  unlock(): void {
    this.locked = false;
  }

  /** Back to a place where one looked before. */
  goTo({
    layer,
    single,
    at,
    locked,
  }: {
    readonly layer: number;
    readonly single: boolean;
    readonly at: number;
    readonly locked: boolean;
  }): void {
    this.reset(layer, single);
    this.at = at;
    this.locked = locked;
  }

  /** A new text: back to its start. The way of reading stays. */
  reset(layer: number, single = false): void {
    this.#layer = layer;
    this.#single = single;
    this.at = 0;
    this.preview = null;
    this.locked = false;
    this.span = null;
  }
}
