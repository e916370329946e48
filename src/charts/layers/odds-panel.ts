/** Scores as odds: what was predicted against what was so, as a panel. Pure. */
import type { FigurePanel } from '../figure.ts';

/** Readings of about one predicted share. */
export interface OddsBin {
  readonly predicted: number;
  readonly observed: number;
  readonly n: number;
}

/** The panel: a point a bin that holds readings, and the line on which what is predicted comes true. */
export function oddsPanel(bins: readonly OddsBin[], pole: string): FigurePanel {
  return {
    title: 'Scores as odds',
    x: { label: `predicted share of ${pole}` },
    y: { label: `observed share of ${pole}`, range: [0, 1] },
    series: [
      {
        name: 'held-out readings',
        as: 'dots',
        tone: 'first',
        points: bins
          .filter(({ n }) => n > 0)
          .map(({ predicted, observed, n }) => ({ x: predicted, y: observed, label: `n = ${n}` })),
      },
      {
        name: 'what is predicted comes true',
        as: 'line',
        tone: 'null',
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      },
    ],
  };
}
