/** One story with two endings as a panel: the reading along both, and the chance range. Pure. */
import { type ForkedStory, leanOfEnding } from '../reading/fork.ts';
import type { TracePoint } from '../reading/trace.ts';
import type { FigurePanel, FigurePoint, FigureSeries } from './figure.ts';

/** The panel; `ends` names the two endings, `shared` what comes before. */
export function forkPanel(
  { a, b, shared, axis }: ForkedStory,
  words: { readonly title: string; readonly a: string; readonly b: string; readonly shared: string },
): FigurePanel {
  const opening = a.trace.filter(({ afterToken }) => afterToken < shared);
  const ending = (side: ForkedStory['a'], name: string): FigureSeries => ({
    name,
    as: 'line',
    tone: leanOfEnding(side, shared) > 0 ? 'positive' : 'negative',
    points: [...opening.slice(-1), ...side.trace.filter(({ afterToken }) => afterToken >= shared)].map(point),
  });
  return {
    title: words.title,
    x: { label: 'token of the story' },
    y: { label: `reading, sd of the training readings: up is ${axis.positive}, down is ${axis.negative}` },
    series: [
      {
        name: 'chance range: random directions, 5 to 95 %',
        as: 'line',
        tone: 'null',
        points: a.trace
          .filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
          .map(({ afterToken, low, high }): FigurePoint => ({ x: afterToken, y: (low + high) / 2, low, high })),
      },
      { name: words.shared, as: 'line', tone: 'first', points: opening.map(point) },
      ending(a, words.a),
      ending(b, words.b),
    ],
    lines: [{ at: 0, across: 'x', says: 'neutral text' }],
  };
}

function point({ afterToken, score }: TracePoint): FigurePoint {
  return { x: afterToken, y: score };
}
