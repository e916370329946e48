/** Marks around a point, as plotly.js draws them, so that a picture without a browser has the same. */
import type { MarkSymbol } from './plotly-figure.ts';

/** SVG path of a mark around 0, 0; `r` is half of Plotly's `size`. */
const PATHS = {
  circle: (r) =>
    `M${short(r)},0A${short(r)},${short(r)} 0 1,1 0,-${short(r)}A${short(r)},${short(r)} 0 0,1 ${short(r)},0Z`,
  square: (r) => `M${short(r)},${short(r)}H-${short(r)}V-${short(r)}H${short(r)}Z`,
  diamond: diamond,
  'diamond-open': diamond,
  'triangle-up': (r) => `M-${short(WIDE * r)},${short(r / 2)}H${short(WIDE * r)}L0,-${short(r)}Z`,
  'triangle-down': (r) => `M-${short(WIDE * r)},-${short(r / 2)}H${short(WIDE * r)}L0,${short(r)}Z`,
  'x-thin': (r) =>
    `M${short(r)},${short(r)}L-${short(r)},-${short(r)}M${short(r)},-${short(r)}L-${short(r)},${short(r)}`,
} as const satisfies Record<MarkSymbol, (r: number) => string>;

/** Half the width of a triangle, in halves of its size. */
const WIDE = 2 / Math.sqrt(3);

/** Marks that have an outline and no inside. */
const OUTLINES: ReadonlySet<MarkSymbol> = new Set<MarkSymbol>(['x-thin', 'diamond-open']);

/** The path of a mark around 0, 0; `size` in CSS pixels. */
export function markPath(symbol: MarkSymbol, size: number): string {
  return PATHS[symbol](size / 2);
}

/** Whether a mark is an outline, drawn with the stroke alone. */
export function isOutline(symbol: MarkSymbol): boolean {
  return OUTLINES.has(symbol);
}

/** A coordinate without more digits than a screen has. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

function diamond(r: number): string {
  const wide = short(1.3 * r);
  return `M${wide},0L0,${wide}L-${wide},0L0,-${wide}Z`;
}
