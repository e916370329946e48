/** The window through which the layer map is seen. The trajectory above shows the same tokens. */

/** The tokens that can be seen, as positions on a continuous axis: token 3 reaches from 2.5 to 3.5. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A narrower column could not be pointed at. */
const LEAST_CELL_PX = 1.5;

/** Width and place of the window, in CSS pixels, and what follows from them. */
export class MapWindow {
  readonly #tokens: () => number;
  width = $state(0);
  /** As the scrolling element said it last; see {@link left}. */
  scrolled = $state(0);

  constructor(tokens: () => number) {
    this.#tokens = tokens;
  }

  /** Width of one token: all of them fill the window, unless they are too many for it. */
  readonly cell = $derived.by(() => {
    const tokens = this.#tokens();
    return tokens === 0 ? 1 : Math.max(LEAST_CELL_PX, this.width / tokens);
  });

  /** What lies to the left of the window. Never more than there is, while a shorter text has not scrolled yet. */
  readonly left = $derived.by(() => Math.min(this.scrolled, Math.max(0, this.#tokens() * this.cell - this.width)));

  /** The tokens in the window; all of them while there is no map. */
  readonly range = $derived.by((): TokenRange =>
    this.width === 0
      ? { from: -0.5, to: Math.max(1, this.#tokens()) - 0.5 }
      : { from: this.left / this.cell - 0.5, to: (this.left + this.width) / this.cell - 0.5 },
  );
}
