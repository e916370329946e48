/** Marks around a point, as plotly.js draws them, so that a picture without a browser has the same. */
import type { MarkSymbol } from './plotly-figure.ts';
import { coordinate } from './svg.ts';

/** SVG path of a mark around 0, 0; `r` is half of Plotly's `size`. */
const PATHS = {
  circle: (r) =>
    `M${coordinate(r)},0A${coordinate(r)},${coordinate(r)} 0 1,1 0,-${coordinate(r)}A${coordinate(r)},${coordinate(r)} 0 0,1 ${coordinate(r)},0Z`,
  square: (r) => `M${coordinate(r)},${coordinate(r)}H-${coordinate(r)}V-${coordinate(r)}H${coordinate(r)}Z`,
  diamond: diamond,
  'diamond-open': diamond,
  'triangle-up': (r) => `M-${coordinate(WIDE * r)},${coordinate(r / 2)}H${coordinate(WIDE * r)}L0,-${coordinate(r)}Z`,
  'triangle-down': (r) => `M-${coordinate(WIDE * r)},-${coordinate(r / 2)}H${coordinate(WIDE * r)}L0,${coordinate(r)}Z`,
  'x-thin': (r) =>
    `M${coordinate(r)},${coordinate(r)}L-${coordinate(r)},-${coordinate(r)}M${coordinate(r)},-${coordinate(r)}L-${coordinate(r)},${coordinate(r)}`,
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

function diamond(r: number): string {
  const wide = coordinate(1.3 * r);
  return `M${wide},0L0,${wide}L-${wide},0L0,-${wide}Z`;
}
