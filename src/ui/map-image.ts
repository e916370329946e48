/**
 * The layer map as an image of one pixel a cell, kept between draws: a growing text adds columns, scrolling and marks
 * only copy. Drawing it enlarges it without smoothing.
 */
import { scaleRgb } from '../core/colour.ts';
import type { Theme } from '../core/colour.ts';
import type { Head } from '../core/heads.ts';

/** As in LayerMap.svelte. */
interface Source {
  readonly key: unknown;
  readonly head: Head;
  readonly tokens: number;
  readonly layers: number;
  t(token: number, layer: number): number;
}

/** The part of the map that can be seen, in CSS pixels. */
export interface MapWindow {
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly cell: number;
}

/** For cells without a value: a grey that is no step of the scale. */
const MISSING = [0x99, 0x99, 0x99] as const;
const STEPS = 64;

/** The image behind a layer map. */
export class MapImage {
  #canvas = document.createElement('canvas');
  #key: unknown = null;
  #theme: Theme | null = null;
  #head: Head | null = null;
  #painted = 0;
  readonly #tables = new Map<string, readonly (readonly [number, number, number])[]>();

  /** Paints what is new since the last call, or all of it when the key, the way of reading or the theme has changed. */
  update(source: Source, theme: Theme): void {
    const { tokens, layers, key, head } = source;
    if (key !== this.#key || theme !== this.#theme || head !== this.#head || tokens < this.#painted || this.#canvas.height !== layers) this.#painted = 0;
    if (tokens > this.#canvas.width || this.#canvas.height !== layers) {
      this.#canvas = document.createElement('canvas');
      this.#canvas.width = Math.max(256, 2 ** Math.ceil(Math.log2(Math.max(1, tokens))));
      this.#canvas.height = layers;
      this.#painted = 0;
    }
    this.#key = key;
    this.#theme = theme;
    this.#head = head;
    if (tokens === this.#painted) return;
    const image = new ImageData(tokens - this.#painted, layers);
    const table = this.#table(theme, head);
    for (let column = 0; column < image.width; column += 1) {
      for (let layer = 0; layer < layers; layer += 1) {
        const t = source.t(this.#painted + column, layer);
        const colour = Number.isFinite(t) ? (table[Math.round(Math.max(-1, Math.min(1, t)) * STEPS) + STEPS] ?? MISSING) : MISSING;
        image.data.set([...colour, 255], ((layers - 1 - layer) * image.width + column) * 4);
      }
    }
    this.#canvas.getContext('2d')?.putImageData(image, this.#painted, 0);
    this.#painted = tokens;
  }

  /** Draws the window onto the map, the sink hatched. */
  draw(context: CanvasRenderingContext2D, { left, width, height, cell }: MapWindow): void {
    if (this.#painted === 0) return;
    const first = Math.floor(left / cell);
    const count = Math.min(this.#painted - first, Math.ceil(width / cell) + 1);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#canvas, first, 0, count, this.#canvas.height, first * cell - left, 0, count * cell, height);
    if (left < cell) hatch(context, -left, Math.max(cell, 3), height);
  }

  #table(theme: Theme, head: Head): readonly (readonly [number, number, number])[] {
    const name = `${theme} ${head}`;
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = Array.from({ length: 2 * STEPS + 1 }, (_, step) => scaleRgb(step / STEPS - 1, theme, head));
      this.#tables.set(name, table);
    }
    return table;
  }
}

/** Position 0 is no score: diagonal lines, as on the strip. */
function hatch(context: CanvasRenderingContext2D, x: number, width: number, height: number): void {
  context.save();
  context.beginPath();
  context.rect(x, 0, width, height);
  context.clip();
  context.clearRect(x, 0, width, height);
  context.strokeStyle = '#999';
  context.beginPath();
  for (let y = -width; y < height + width; y += 4) {
    context.moveTo(x, y + width);
    context.lineTo(x + width, y);
  }
  context.stroke();
  context.restore();
}
