/** Names at the right end of what they name, in place of a key, where there is room for all of them. Pure. */
import { CHARACTER } from './across.ts';
import type { FigurePanel } from './figure.ts';

/** A name, the value at whose height it stands, and the index of its series, or null for a line across the plot. */
export interface EndLabel {
  readonly text: string;
  readonly at: number;
  readonly series: number | null;
}

/** Narrower figures keep their key. In CSS pixels. */
const LEAST_WIDTH = 520;
/** At most this share of a figure is for names. */
const MOST_SHARE = 0.36;
/** Names closer than this, from middle to middle, would touch. */
const APART = 15;

/** Names for the right end of a panel `width` wide, and the room that they take; none where they would not fit. */
export function endLabels(
  panel: FigurePanel,
  {
    width,
    perValue,
  }: { readonly width: number; /** CSS pixels of one unit of the upright axis. */ readonly perValue: number },
): { readonly labels: readonly EndLabel[]; readonly room: number } {
  const none = { labels: [], room: 0 };
  if (width < LEAST_WIDTH) return none;
  const labels = [...seriesLabels(panel), ...lineLabels(panel)];
  const room = Math.ceil(Math.max(0, ...labels.map(({ text }) => text.length)) * CHARACTER) + 10;
  const heights = labels.map(({ at }) => at * perValue).sort((a, b) => a - b);
  const touch = heights.some((height, index) => index > 0 && height - (heights[index - 1] ?? 0) < APART);
  return labels.length === 0 || touch || room > width * MOST_SHARE ? none : { labels, room };
}

function lineLabels({ lines = [] }: FigurePanel): readonly EndLabel[] {
  return lines.flatMap(({ at, across, says }) => (across === 'x' ? [{ text: says, at, series: null }] : []));
}

/** Of several series that all reach the right end; one alone is named by the title of its panel. */
function seriesLabels({ series, x: { categories } }: FigurePanel): readonly EndLabel[] {
  if (series.length < 2) return [];
  const last = categories?.at(-1) ?? Math.max(...series.flatMap(({ points }) => points.map(({ x }) => Number(x))));
  const ends = series.map(({ as, name, points }, index) => {
    const end = points.find(({ x }) => x === last);
    return as === 'dots' || points.length < 2 || end === undefined ? null : { text: name, at: end.y, series: index };
  });
  return ends.every((end) => end !== null) ? ends : [];
}
