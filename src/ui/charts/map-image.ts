/**
 * The layer map as an image of one pixel a cell, kept between draws: a growing text adds columns, and scrolling only
 * copies. Drawing it enlarges it without smoothing and adds the marks that are not colours.
 */
import { INK, scaleRgb } from '../../charts/colour.ts';
import type { Theme } from '../../charts/colour.ts';
import { firstChanged } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';

/** What the map draws: a place on the colour scale for every token and layer. */
export interface MapSource {
  /** Another text or grain: the map then begins at its start. */
  readonly key: unknown;
  /** Changes whenever older columns change within one key: readings come in any order. */
  readonly version?: number;
  /** Tokens from this one on wait for their reading: without a value, and nothing failed. Infinity where tokens show their own scores. */
  readonly waitsFrom?: number;
  /** Which end of the scale has its hue. */
  readonly head: Head;
  readonly tokens: number;
  readonly layers: number;
  /** First tokens of the words or sentences whose value each column shows; none where every column stands for itself. */
  readonly starts: readonly number[];
  /** Places of the tokens `[from, to)` at all layers `[to - from, layers]`; beyond ±1 is beyond the scale, NaN has no value. */
  shades(from: number, to: number): Float32Array;
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

/** What a cell has besides its colour. */
const PLAIN = 0;
const ABOVE = 1;
const BELOW = 2;
const NO_VALUE = 3;

/** The image behind a layer map. */
export class MapImage {
  #canvas = document.createElement('canvas');
  /** One of the four above, `[tokens, layers]`. */
  #marks = new Uint8Array();
  #key: unknown = null;
  #version: number | undefined;
  /** Whether the first column is the sink, which has no score of its own. */
  #sink = true;
  #theme: Theme | null = null;
  #head: Head | null = null;
  #starts: readonly number[] = [];
  #painted = 0;
  #columns = 0;
  readonly #tables = new Map<string, readonly (readonly [number, number, number])[]>();

  /** Columns painted since the image was made: what a new token costs can be counted. */
  get columnsPainted(): number {
    return this.#columns;
  }

  /** Paints what has changed since the last call: new columns, and all of them when the key, the way of reading or the theme is another. */
  update(source: MapSource, theme: Theme): void {
    const { tokens, layers, key, head, version, waitsFrom = Number.POSITIVE_INFINITY } = source;
    if (
      key !== this.#key ||
      version !== this.#version ||
      theme !== this.#theme ||
      head !== this.#head ||
      this.#canvas.height !== layers ||
      tokens < this.#painted
    )
      this.#painted = 0;
    this.#painted = Math.min(this.#painted, firstChanged(this.#starts, source.starts));
    if (tokens > this.#canvas.width || this.#canvas.height !== layers) this.#enlarge(tokens, layers);
    this.#key = key;
    this.#version = version;
    this.#sink = waitsFrom === Number.POSITIVE_INFINITY;
    this.#theme = theme;
    this.#head = head;
    this.#starts = source.starts;
    if (tokens === this.#painted) return;
    const image = new ImageData(tokens - this.#painted, layers);
    const { data, width } = image;
    const table = this.#table(theme, head);
    const shades = source.shades(this.#painted, tokens);
    for (let column = 0; column < width; column += 1) {
      for (let layer = 0; layer < layers; layer += 1) {
        const t = shades[column * layers + layer] ?? Number.NaN;
        const known = Number.isFinite(t);
        const waits = this.#painted + column >= waitsFrom;
        const colour = waits
          ? (table[STEPS] ?? MISSING)
          : ((known ? table[Math.round(Math.max(-1, Math.min(1, t)) * STEPS) + STEPS] : undefined) ?? MISSING);
        const at = ((layers - 1 - layer) * width + column) * 4;
        data[at] = colour[0];
        data[at + 1] = colour[1];
        data[at + 2] = colour[2];
        data[at + 3] = 255;
        this.#marks[(this.#painted + column) * layers + layer] = waits
          ? PLAIN
          : known
            ? t > 1
              ? ABOVE
              : t < -1
                ? BELOW
                : PLAIN
            : NO_VALUE;
      }
    }
    this.#canvas.getContext('2d')?.putImageData(image, this.#painted, 0);
    this.#columns += width;
    this.#painted = tokens;
  }

  /** Draws the window onto the map, with a tick at cells beyond the scale and hatching where there is no value. */
  draw(context: CanvasRenderingContext2D, { left, width, height, cell }: MapWindow): void {
    if (this.#painted === 0 || this.#theme === null) return;
    const layers = this.#canvas.height;
    const row = height / layers;
    const first = Math.floor(left / cell);
    const count = Math.min(this.#painted - first, Math.ceil(width / cell) + 1);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#canvas, first, 0, count, layers, first * cell - left, 0, count * cell, height);
    const ticks = new Path2D();
    const side = Math.max(1.5, Math.min(3, cell));
    for (let token = Math.max(this.#sink ? 1 : 0, first); token < first + count; token += 1) {
      for (let layer = 0; layer < layers; layer += 1) {
        const mark = this.#marks[token * layers + layer];
        if (mark === PLAIN) continue;
        const [x, top] = [token * cell - left, (layers - 1 - layer) * row];
        if (mark === NO_VALUE) hatch(context, x, top, cell, row, true);
        else ticks.rect(x + cell - side, mark === ABOVE ? top : top + row - 2, side, 2);
      }
    }
    context.fillStyle = INK[this.#theme];
    context.fill(ticks);
    if (this.#sink && left < cell) hatch(context, -left, 0, Math.max(cell, 3), height, false);
  }

  #enlarge(tokens: number, layers: number): void {
    const old = this.#canvas;
    const kept = old.height === layers ? this.#painted : 0;
    this.#canvas = document.createElement('canvas');
    this.#canvas.width = Math.max(256, 2 ** Math.ceil(Math.log2(Math.max(1, tokens))));
    this.#canvas.height = layers;
    const marks = new Uint8Array(this.#canvas.width * layers);
    marks.set(this.#marks.subarray(0, kept * layers));
    if (kept > 0) this.#canvas.getContext('2d')?.drawImage(old, 0, 0);
    this.#marks = marks;
    this.#painted = kept;
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

/** Diagonal lines for the start of the text, crossed ones for a failed number, as on the strip. */
function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  top: number,
  width: number,
  height: number,
  crossed: boolean,
): void {
  context.save();
  context.beginPath();
  context.rect(x, top, width, height);
  context.clip();
  context.clearRect(x, top, width, height);
  context.strokeStyle = '#999';
  context.beginPath();
  for (let y = top - width; y < top + height + width; y += 4) {
    context.moveTo(x, y + width);
    context.lineTo(x + width, y);
    if (!crossed) continue;
    context.moveTo(x, y);
    context.lineTo(x + width, y + width);
  }
  context.stroke();
  context.restore();
}
