/** Names at the ends of lines and series: where there is room for all of them they take the place of the key, and else none does. */
import { describe, expect, it } from 'vitest';
import { endLabels } from '../../../src/charts/end-labels.ts';
import type { FigurePanel, FigureSeries } from '../../../src/charts/figure.ts';
import { keyOf } from '../../../src/charts/key.ts';
import { panelFigure } from '../../../src/charts/panel.ts';

const series = (name: string, ys: readonly number[]): FigureSeries => ({
  name,
  as: 'line',
  tone: 'first',
  points: ys.map((y, x) => ({ x, y })),
});
const panel = (more: Partial<FigurePanel> = {}): FigurePanel => ({
  title: 'A figure',
  x: { label: 'layer' },
  y: { label: 'score', range: [0, 1] },
  series: [series('kind', [0.2, 0.9]), series('cruel', [0.3, 0.1])],
  lines: [{ at: 0.5, across: 'x', says: 'chance' }],
  ...more,
});
const wide = { theme: 'light', width: 700, ends: true } as const;
const texts = (figure: ReturnType<typeof panelFigure>): string[] =>
  (figure.layout.annotations ?? []).filter(({ xanchor, x }) => xanchor === 'left' && x === 1).map(({ text }) => text);

describe('names at the ends', () => {
  it('stand at the height of what they name, and leave the key empty', () => {
    const figure = panelFigure(panel(), wide);
    expect(texts(figure)).toEqual(['kind', 'cruel', 'chance']);
    expect(figure.layout.annotations!.filter(({ x }) => x === 1).map(({ y }) => y)).toEqual([0.9, 0.1, 0.5]);
    expect(keyOf(figure)).toEqual([]);
  });

  it('take their room from the plot', () => {
    const [bare, named] = [panelFigure(panel(), { theme: 'light', width: 700 }), panelFigure(panel(), wide)];
    expect(named.layout.margin.r).toBeGreaterThan(bare.layout.margin.r);
    expect(named.layout.width).toBe(bare.layout.width);
    expect(texts(bare)).toEqual([]);
    expect(keyOf(bare)).toHaveLength(3);
  });

  it.each([
    ['on a phone', panel(), 328],
    ['where two would touch', panel({ lines: [{ at: 0.88, across: 'x', says: 'chance' }] }), 700],
    [
      'where one would take most of the figure',
      panel({ lines: [{ at: 0.5, across: 'x', says: 'x'.repeat(60) }] }),
      700,
    ],
  ])('give way to the key %s', (_, one, width) => {
    const figure = panelFigure(one, { ...wide, width });
    expect(texts(figure)).toEqual([]);
    expect(keyOf(figure)).toHaveLength(3);
  });

  it('are those of the lines alone where a series is dots, which keep their key', () => {
    const dots = { ...series('one pair', [0.4, 0.4]), as: 'dots' as const };
    const figure = panelFigure(panel({ series: [series('mean', [0.2, 0.9]), dots] }), wide);
    expect(texts(figure)).toEqual(['chance']);
    expect(keyOf(figure).map(({ name }) => name)).toEqual(['mean', 'one pair']);
  });

  it('are of series by category where all of them reach the last one', () => {
    const of = (name: string, names: readonly string[], y: number): FigureSeries => ({
      ...series(name, []),
      points: names.map((x) => ({ x, y })),
    });
    const x = { label: '', categories: ['a', 'b'] };
    const found = (some: readonly FigureSeries[]) =>
      endLabels(panel({ x, series: some, lines: [] }), { width: 700, perValue: 260 }).labels.map(({ text }) => text);
    expect(found([of('one', ['a', 'b'], 0.2), of('two', ['a', 'b'], 0.8)])).toEqual(['one', 'two']);
    expect(found([of('one', ['a', 'b'], 0.2), of('two', ['a'], 0.8)])).toEqual([]);
  });
});
