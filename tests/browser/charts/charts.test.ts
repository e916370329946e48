/**
 * Plotly is the judge of our figures: every builder's figure is valid by Plotly's own schema, and what our renderer draws without
 * a browser lies where plotly.js draws it.
 */
import plotly from 'plotly.js-cartesian-dist-min';
import { afterEach, describe, expect, it } from 'vitest';
import { doseResponseFigure } from '../../../src/charts/dose.ts';
import { divergenceFigure } from '../../../src/charts/divergence.ts';
import type { Figure, Trace } from '../../../src/charts/plotly-figure.ts';
import { lensFigure } from '../../../src/formats/figures/lens-figure.ts';
import { patchFigure } from '../../../src/charts/grids/patch-figure.ts';
import { panelFigure } from '../../../src/charts/panel.ts';
import { readingFigure } from '../../../src/charts/readings.ts';
import { renderSvg } from '../../../src/charts/render-svg.ts';
import { trajectoryFigure } from '../../../src/charts/trajectory.ts';
import { twoRunsFigure } from '../../../src/charts/two-runs.ts';
import type { FigurePanel } from '../../../src/charts/figure.ts';
import { experimentFigureJson } from '../../../src/formats/figures/experiment-figure.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';
import { madeUpLens } from '../pages/support/sample-lens.ts';
import { sampleExperiment } from '../../fixtures/experiments/experiment-sample.ts';

const [byLayer, byMeasure] = sampleExperiment.figure.panels as [FigurePanel, FigurePanel];
const wave = (length: number, height = 3): number[] =>
  Array.from({ length }, (_, token) => (token === 7 ? NaN : height * Math.sin(token / 3)));
const dose: FigurePanel = {
  title: 'By dose',
  x: { label: 'KL', log: true },
  y: { label: 'effect' },
  series: (['positive', 'negative', 'fourth'] as const).map((tone, index) => ({
    name: tone,
    as: 'intervals',
    tone,
    points: [0.25, 0.5, 1, 2].map((x) => ({ x, y: index * x, low: index * x - 0.5, high: index * x + 1 })),
  })),
  lines: [{ at: 0.7, across: 'y', says: 'the bound' }],
};
const readings = [3, 9, 14, 22].map((afterToken, index) => ({
  afterToken,
  score: 2 - index,
  low: -1,
  high: 1,
  inside: index === 2,
  from: 0,
  stand: index % 2 === 0 ? ('sentence' as const) : ('clause' as const),
}));
const along = { range: { from: -0.5, to: 29.5 }, head: 'difference', theme: 'light' } as const;

/** One figure of every builder. */
const FIGURES: Readonly<Record<string, Figure<Trace>>> = {
  'lines over bands': panelFigure(byLayer, { theme: 'light', width: 460 }),
  categories: panelFigure(byMeasure, { theme: 'dark', width: 640 }),
  'slanted categories': panelFigure(byMeasure, { theme: 'light', width: 300 }),
  logarithms: panelFigure(dose, { theme: 'light', width: 460 }),
  'a dose–response': doseResponseFigure(sampleDose, { theme: 'light', width: 620 }),
  'a dose–response on a phone': doseResponseFigure(sampleDose, { theme: 'dark', width: 320 }),
  'nothing at all': panelFigure({ ...byLayer, series: [] }, { theme: 'light', width: 460 }),
  'several panels': JSON.parse(experimentFigureJson(sampleExperiment.figure, 'light')) as Figure,
  'no panel': JSON.parse(experimentFigureJson({ caption: 'c', panels: [] }, 'light')) as Figure,
  trajectory: trajectoryFigure({
    ...along,
    trace: null,
    raw: null,
    series: wave(30),
    alone: wave(30, 5),
    wordless: wave(30, 1),
    lines: { low: -4, high: 4 },
    readouts: readings,
    domain: 3,
  }),
  readings: readingFigure({ ...along, trace: readings, raw: wave(30) }),
  'two runs': twoRunsFigure({
    a: wave(30),
    b: wave(30, 1),
    readoutsA: [{ x: 4, y: 1 }],
    readoutsB: [{ x: 6, y: -1 }],
    difference: {
      series: wave(30, 2),
      readouts: [{ x: 9, y: 0.5 }],
      mean: 0.3,
      interval: { low: 0.1, high: 0.6 },
      from: 3,
    },
    parting: 3,
    domain: 3,
    unit: 'column',
    head: 'positive',
    theme: 'dark',
  }),
  'two runs by sentence': twoRunsFigure({
    a: wave(6),
    b: wave(6, 1),
    readoutsA: [{ x: 1, y: 1 }],
    readoutsB: [],
    difference: null,
    parting: null,
    domain: 3,
    unit: 'sentence',
    head: 'difference',
    theme: 'light',
  }),
  divergence: divergenceFigure({
    ab: wave(30).map(Math.abs),
    ba: wave(30, 2).map(Math.abs),
    meanAb: 1,
    meanBa: 0.8,
    parting: 4,
    first: 6,
    theme: 'light',
  }),
  'the lens': lensFigure(
    madeUpLens(
      Array.from({ length: 20 }, (_, id) => ({ id, text: ` word${id}` })),
      5,
      [],
    ),
    { token: 9, lowest: 15, theme: 'light' },
  ),
  patches: patchFigure(
    {
      model: { id: 'toy', weightsSha256: 'f'.repeat(64) },
      a: { tokens: ['She', ' fed', ' it'], odds: 2 },
      b: { tokens: ['She', ' kicked', ' it'], odds: -2 },
      words: [' kind', ' cruel'],
      wordTokens: [1, 1],
      pairs: [
        { a: 1, b: 1 },
        { a: 2, b: 2 },
      ],
      streams: [4, 8, 12],
      odds: Float32Array.of(-2, 0, 2, NaN, -3, 1),
      placebos: [],
    },
    { column: 0, theme: 'dark' },
  ),
};

const holders: HTMLElement[] = [];
function holder(figure: Figure<Trace>): HTMLElement {
  const node = document.createElement('div');
  node.style.cssText = `position: absolute; top: 0; left: 0; inline-size: ${figure.layout.width}px`;
  document.body.append(node);
  holders.push(node);
  return node;
}
afterEach(() => holders.splice(0).forEach((node) => node.remove()));

async function byPlotly(figure: Figure<Trace>): Promise<HTMLElement> {
  const node = holder(figure);
  await plotly.react(node, structuredClone(figure.data), structuredClone(figure.layout), { staticPlot: true });
  return node;
}

function byRenderer(figure: Figure<Trace>): HTMLElement {
  const node = holder(figure);
  const { width, height } = figure.layout;
  node.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${renderSvg(figure).markup.join('')}</svg>`;
  return node;
}

interface Mark {
  readonly d: string;
  readonly x: number;
  readonly y: number;
}

const MATRIX = /translate\(([-\d.]+)[ ,]([-\d.]+)\)/;
/** Marks from left to right, each by its shape and its middle on the screen. */
const marksOf = (node: HTMLElement, selector: string): Mark[] =>
  [...node.querySelectorAll<SVGPathElement>(selector)]
    .filter((path) => MATRIX.test(path.getAttribute('transform') ?? '') && path.style.display !== 'none')
    .map((path) => {
      const own = path.getScreenCTM()!;
      return { d: path.getAttribute('d')!, x: own.e, y: own.f };
    })
    .sort((a, b) => a.x - b.x || a.y - b.y);

describe.each(Object.entries(FIGURES))('the figure of %s', (_, figure) => {
  it('is valid by Plotly’s own schema, attribute by attribute', () => {
    const notes = plotly.validate(structuredClone(figure.data), structuredClone(figure.layout)) ?? [];
    // `unused` and `invisible` are no faults: a trace without points, and what it would have looked like.
    expect(notes.filter(({ code }) => code !== 'unused' && code !== 'invisible')).toEqual([]);
  });

  it('has its marks where plotly.js has them, in the same shapes', async () => {
    const theirs = marksOf(await byPlotly(figure), '.scatterlayer .point');
    const ours = marksOf(byRenderer(figure), 'path[transform]');
    expect(ours.map(({ d }) => d).sort()).toEqual(theirs.map(({ d }) => d).sort());
    ours.forEach(({ x, y }, index) => {
      expect(x).toBeCloseTo(theirs[index]!.x, 0);
      expect(y).toBeCloseTo(theirs[index]!.y, 0);
    });
  });

  it('has the texts of its cells where plotly.js has them', async () => {
    const middles = (node: HTMLElement, selector: string): [string, number, number][] =>
      [...node.querySelectorAll(selector)].map((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return [text.textContent, (left + right) / 2, (top + bottom) / 2];
      });
    const theirs = middles(await byPlotly(figure), '.heatmap-label');
    const cells = figure.data.flatMap((trace) => (trace.type === 'heatmap' ? (trace.text?.flat() ?? []) : []));
    expect(theirs).toHaveLength(cells.filter((text) => text !== '').length);
    const ours = middles(byRenderer(figure), 'svg > text:not([transform])');
    for (const [text, x, y] of theirs)
      expect(
        ours.some(([own, left, top]) => own === text && Math.abs(left - x) < 2 && Math.abs(top - y) < 3),
        `${text} at ${x} ${y}`,
      ).toBe(true);
  });

  it('has its lines, intervals and shapes where plotly.js has them', async () => {
    const box = (paths: Iterable<Element>): number[] => {
      const all = [...paths].map((path) => path.getBoundingClientRect());
      return [
        Math.min(...all.map(({ left }) => left)),
        Math.max(...all.map(({ right }) => right)),
        Math.min(...all.map(({ top }) => top)),
        Math.max(...all.map(({ bottom }) => bottom)),
      ].map(Math.round);
    };
    const [theirs, ours] = [await byPlotly(figure), byRenderer(figure)];
    // Plotly has a path for every stretch of a line, and we have one for all of it.
    const lines = [...theirs.querySelectorAll('.scatterlayer .trace')].map((trace) =>
      trace.querySelectorAll('.js-line'),
    );
    const others = [...theirs.querySelectorAll('.js-fill, .yerror, .shapelayer path')].map((path) => [path]);
    const drawn = [...ours.querySelectorAll('path:not([transform]), rect')].map((path) => box([path]));
    const stroked = [...lines, ...others]
      .filter(({ length }) => length > 0)
      .map(box)
      .filter(([left, right, top, bottom]) => right! > left! || bottom! > top!);
    for (const one of stroked)
      expect(
        drawn.some((own) => own.every((value, index) => Math.abs(value - one[index]!) <= 2)),
        `${one.join(' ')} of ${drawn.map((own) => own.join(' ')).join('; ')}`,
      ).toBe(true);
  });
});

describe('Plotly’s schema', () => {
  it('finds what is no part of it', () => {
    const { data, layout } = FIGURES['lines over bands']!;
    const wrong = [{ ...data[0], says: 'a note of ours' }];
    expect(plotly.validate(wrong, structuredClone(layout))?.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('says'),
    ]);
  });
});
