/** Every chart of the page as a picture that stands alone, as Plotly's figure and as a table. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { windowAround } from '../../../src/charts/grids/grid-axis.ts';
import { lensFigure } from '../../../src/formats/figures/lens-figure.ts';
import { patchFigure } from '../../../src/charts/grids/patch-figure.ts';
import { forkPanel } from '../../../src/charts/fork-panel.ts';
import { layerPanel } from '../../../src/charts/layers/layer-panel.ts';
import { oddsPanel } from '../../../src/charts/layers/odds-panel.ts';
import { waysHex } from '../../../src/charts/grids/two-ways.ts';
import type { Figure, HeatmapTrace } from '../../../src/charts/plotly-figure.ts';
import {
  chartCsv,
  chartJson,
  type ChartPicture,
  chartSvg,
  panelPicture,
} from '../../../src/formats/figures/chart-picture.ts';
import { parseLens } from '../../../src/formats/runs/lens-json.ts';
import { patchDomain, type PatchReport } from '../../../src/steering/patching.ts';
import { sureFrom } from '../../../src/lens/sure-from.ts';
import { cellOf } from '../../../src/lens/lens-cell.ts';
import { markupFaults } from '../../fixtures/closed-markup.ts';

const { lens } = parseLens(readFileSync('public/recordings/lens.json', 'utf8'));
const HOSTILE = '<script>alert("&")</script>';
const patches: PatchReport = {
  model: { id: 'toy', weightsSha256: 'f'.repeat(64) },
  a: { tokens: ['She', ' fed', ' it'], odds: 2 },
  b: { tokens: ['She', HOSTILE, ' it'], odds: -2 },
  words: [' kind', ' cruel'],
  wordTokens: [1, 1],
  pairs: [
    { a: 1, b: 1 },
    { a: 2, b: 2 },
  ],
  streams: [4, 8],
  odds: Float32Array.of(-2, 0, 2, NaN),
  placebos: [],
};
const texts = (svg: string): string[] => [...svg.matchAll(/<t(?:ext|span)[^>]*>([^<]*)</g)].map(([, text]) => text!);

describe('a panel', () => {
  const chart = panelPicture(
    'auroc',
    layerPanel(
      {
        curves: [
          { name: HOSTILE, values: [0.5, NaN, 0.9], low: [0.4, null, 0.8], high: [0.6, null, 1] },
          { name: 'other', values: [0.6, 0.7, 0.8] },
        ],
        chance: { name: 'chance', values: [0.6, 0.6, 0.6] },
        band: { name: 'random', low: [0.4, 0.4, 0.4], high: [0.6, 0.7, 0.8] },
        rival: { name: 'words alone', value: 0.75 },
        range: [0.3, 1],
        layer: 2,
      },
      { title: HOSTILE, up: 'AUROC' },
    ),
    'What is seen.',
  );

  it('is a picture with title, key and caption in which nothing becomes markup', () => {
    for (const theme of ['light', 'dark'] as const) {
      const svg = chartSvg(chart, theme);
      expect(markupFaults(svg)).toEqual([]);
      expect(svg).not.toContain('<script');
      for (const part of ['What is seen.', 'chance', 'random', 'other']) expect(texts(svg).join(' ')).toContain(part);
    }
  });

  it('has every point in its table, and none where there is no number', () => {
    const lines = chartCsv(chart).trimEnd().split('\n');
    expect(lines[0]).toBe('panel,series,x,y,low,high,what');
    expect(lines).toHaveLength(1 + 3 + 2 + 3 + 3);
    expect(chartCsv(chart)).toContain('random,1,0.55,0.4,0.7');
  });

  it('is Plotly’s figure with its caption', () => {
    const { data, layout } = JSON.parse(chartJson(chart, 'light')) as Figure;
    expect(data.some(({ y }) => y.includes(0.9))).toBe(true);
    expect(layout.meta?.['caption']).toContain('What is seen.');
  });
});

it('scores as odds leave out bins without readings', () => {
  const { series } = oddsPanel(
    [
      { predicted: 0.1, observed: 0.2, n: 4 },
      { predicted: 0.5, observed: 0, n: 0 },
    ],
    'kind',
  );
  expect(series[0]!.points).toEqual([{ x: 0.1, y: 0.2, label: 'n = 4' }]);
});

it('a story with two endings parts from the last reading that both share, each ending in the hue of its pole', () => {
  const point = (afterToken: number, score: number) =>
    ({ afterToken, score, low: -1, high: 1, inside: false, from: 0, stand: 'sentence' }) as const;
  const side = (id: string, ...trace: ReturnType<typeof point>[]) => ({ id, pieces: [], trace });
  const { series } = forkPanel(
    {
      axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
      shared: 5,
      a: side('a', point(2, 0.5), point(7, -2)),
      b: side('b', point(2, 0.5), point(8, 2)),
    },
    { title: 'Two endings', a: 'she betrays', b: 'she does not', shared: 'both' },
  );
  expect(series.map(({ name, tone, points }) => [name, tone, points.map(({ x, y }) => [x, y])])).toEqual([
    ['chance range: random directions, 5 to 95 %', 'null', [[2, 0], [7, 0]]], // prettier-ignore
    ['both', 'first', [[2, 0.5]]],
    ['she betrays', 'negative', [[2, 0.5], [7, -2]]], // prettier-ignore
    ['she does not', 'positive', [[2, 0.5], [8, 2]]], // prettier-ignore
  ]);
});

/** The value of a cell, of whichever trace has it. */
const valueAt = (
  { data }: Figure<HeatmapTrace>,
  row: number,
  column: number,
): [trace: number, value: number | null] => {
  const trace = data.findIndex(({ z }) => z[row]![column] !== null);
  return [trace, data[trace]?.z[row]?.[column] ?? null];
};

describe('the grid of the lens', () => {
  it('has the tokens around one, its probabilities, and gold from where the final word is first', () => {
    const token = lens.tokens.length - 1;
    const lowest = lens.layers.length - 10;
    const figure = lensFigure(lens, { token, lowest, theme: 'light' });
    const columns = figure.data[0]!.x.length;
    expect(columns).toBe(Math.min(12, lens.tokens.length));
    expect(figure.data[0]!.y).toHaveLength(10);
    for (let column = 0; column < columns; column += 1)
      for (let row = 0; row < 10; row += 1) {
        const [trace, value] = valueAt(figure, row, column);
        const own = token - columns + 1 + column;
        expect(value).toBeCloseTo(cellOf(lens, own, lowest + row).probability, 9);
        expect(trace).toBe(lowest + row >= sureFrom(lens, own) ? 1 : 0);
      }
  });
});

it.each([
  [0, 30, { first: 0, end: 12 }],
  [15, 30, { first: 9, end: 21 }],
  [29, 30, { first: 18, end: 30 }],
  [2, 5, { first: 0, end: 5 }],
])('a window around %i of %i is as wide as it may be', (place, count, window) => {
  expect(windowAround(place, count, 12)).toEqual(window);
});

describe('the grid of patches', () => {
  const figure = patchFigure(patches, { column: 0, theme: 'light' });
  const chart: ChartPicture = {
    name: 'patches',
    title: 'Patches',
    caption: 'c',
    figure: () => figure,
    header: ['layer'],
    rows: [[4]],
  };

  it('has the effect of each patch, and nothing where there is none', () => {
    expect(figure.data[0]!.z).toEqual([
      [0, 2],
      [4, null],
    ]);
    expect([figure.data[0]!.zmin, figure.data[0]!.zmax]).toEqual([-patchDomain(patches), 4]);
    expect(figure.data[0]!.text![1]![0]).toBe('100');
  });

  it('is drawn in the colours of its scale', () => {
    const svg = chartSvg(chart, 'light');
    expect(markupFaults(svg)).toEqual([]);
    expect(svg).not.toContain('<script');
    const fills = [...svg.matchAll(/<rect[^>]*fill="(#[0-9a-f]{6})"/g)].map(([, fill]) => fill);
    expect(fills).toContain(waysHex(1, 'light'));
    expect(fills).toContain(waysHex(0.5, 'light'));
  });
});

it('what ends of the colours of patches are, is the whole way, or what moves most where there is none', () => {
  expect(patchDomain(patches)).toBe(4);
  expect(patchDomain({ ...patches, a: { ...patches.a, odds: -2 }, odds: Float32Array.of(-2, 1) })).toBe(3);
  expect(patchDomain({ ...patches, a: { ...patches.a, odds: -2 }, odds: Float32Array.of() })).toBe(0.1);
});
