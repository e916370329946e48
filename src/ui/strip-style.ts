/** How a token's place on the scale becomes paint: a ground from the scale and a bar above (+) or below (−) the words. */
import { scaleCss } from '../core/colour.ts';
import type { Head } from '../core/heads.ts';
import type { StripCell } from '../core/strip-cell.ts';

/** Length of the bar at the end of the scale, in CSS pixels: half of the space that the line height leaves. */
const BAR_PX = 7;

/** Inline style of one token. A border is used for the bar because it survives print and forced colours. */
export function cellStyle(cell: StripCell, head: Head): string {
  if (cell.state === 'sink' || cell.state === 'missing') return '';
  const bar = Math.abs(cell.t) * BAR_PX;
  const ground = `background-color:${scaleCss(cell.t, head)}`;
  if (bar < 0.5) return ground;
  return `${ground};border-${cell.t > 0 ? 'top' : 'bottom'}-width:${bar.toFixed(1)}px`;
}
