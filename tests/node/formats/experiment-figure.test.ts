/** The figure and the card of an experiment say what its report says, and let nothing of a file become markup. */
import { describe, expect, it } from 'vitest';
import type { ExperimentFigure, FigurePanel } from '../../../src/charts/figure.ts';
import { panelFigure } from '../../../src/charts/panel.ts';
import { assertDrawable } from '../../../src/charts/attributes.ts';
import type { Figure } from '../../../src/charts/plotly-figure.ts';
import { renderSvg } from '../../../src/charts/render-svg.ts';
import { linesOf, plotlyText } from '../../../src/charts/text.ts';
import { figureNumber, logTicksBetween, ticksBetween } from '../../../src/charts/figure-scale.ts';
import { figureRows, pointWords } from '../../../src/charts/figure-words.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { experimentFigureJson, experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { markupFaults } from '../../fixtures/closed-markup.ts';
import { quickExperiment, sampleExperiment } from '../../fixtures/experiments/experiment-sample.ts';

const { figure } = sampleExperiment;
const [byLayer, byMeasure] = figure.panels as [FigurePanel, FigurePanel];
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const figureOf = (...panels: FigurePanel[]): ExperimentFigure => ({ caption: 'c', panels });
const one = (panel: Partial<FigurePanel>): FigurePanel => ({
  title: 't',
  x: { label: 'x' },
  y: { label: 'y' },
  series: [],
  ...panel,
});

describe('the axes of a figure', () => {
  it('have round numbers within their range, zero among them where it lies inside', () => {
    expect(ticksBetween(-0.31, 1.02, 6)).toEqual([0, 0.5, 1]);
    expect(ticksBetween(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticksBetween(0, 7e-5, 6)).toEqual([0, 0.00002, 0.00004, 0.00006]);
    expect(logTicksBetween(0.25, 4, 8)).toEqual([0.5, 1, 2]);
    expect(logTicksBetween(1, 1e6, 8)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
  });

  it.each([
    [-0.5, '−0.5'],
    [0, '0'],
    [1234.5678, '1235'],
    [2.5e-7, '2.5e−7'],
    [1e12, '1e12'],
    [0.30000000000000004, '0.3'],
  ])('write %d as %s', (value, text) => {
    expect(figureNumber(value)).toBe(text);
  });
});

/** Where a value of the upright axis lies, in pixels above the lower end of the plot. */
const heights = ({ layout: { height, margin, yaxis } }: Figure): number =>
  (height - margin.t - margin.b) / (yaxis.range[1] - yaxis.range[0]);
/** Where a place on the lower axis lies, in pixels from the left end of the plot. */
const across = ({ layout: { width, margin, xaxis } }: Figure, x: number): number => {
  const [from, to] = xaxis.range;
  return (((xaxis.type === 'log' ? Math.log10(x) : x) - from) / (to - from)) * (width - margin.l - margin.r);
};
const draw = (panel: FigurePanel, width: number): Figure => panelFigure(panel, { theme: 'light', width });

describe('a panel as a Plotly figure', () => {
  it('has its numbers as they are, their intervals as lengths, and a logarithm where it is asked for', () => {
    const points = [1, 2, 4, 8].map((x) => ({ x, y: 10 * x, low: 10 * x - 5, high: 10 * x + 7 }));
    const panel = one({
      x: { label: 'x', log: true },
      y: { label: 'y', range: [0, 100] },
      series: [
        { name: 's', as: 'dots', tone: 'first', points },
        { name: 't', as: 'line', tone: 'second', points },
      ],
    });
    const figure = draw(panel, 500);
    const [dots, band, line] = figure.data;
    expect(figure.layout.xaxis.type).toBe('log');
    expect([dots!.x, dots!.y]).toEqual([
      [1, 2, 4, 8],
      [10, 20, 40, 80],
    ]);
    expect([dots!.error_y!.array, dots!.error_y!.arrayminus]).toEqual([
      [7, 7, 7, 7],
      [5, 5, 5, 5],
    ]);
    expect(across(figure, 2) - across(figure, 1)).toBeCloseTo(across(figure, 8) - across(figure, 4), 6);
    // The area of a line runs along all upper ends and back along all lower ones.
    expect(band).toMatchObject({ fill: 'toself', y: [17, 27, 47, 87, 75, 35, 15, 5] });
    expect(line).toMatchObject({ mode: 'lines+markers', y: [10, 20, 40, 80] });
    expect(line).not.toHaveProperty('error_y');
  });

  it.each([260, 300, 360, 460, 640])('writes numbers below the axis that do not touch, at %d pixels', (width) => {
    const at = (xs: readonly number[]) =>
      draw(one({ series: [{ name: 's', as: 'dots', tone: 'first', points: xs.map((x) => ({ x, y: 0 })) }] }), width);
    for (const xs of [
      [-0.7662, -0.5168, 0.2004],
      [0.4415, 0.8215, 0.905, 1],
      [-1.917, -0.9102, 0.1033, 1.288],
    ]) {
      const figure = at(xs);
      const { tickvals, ticktext } = figure.layout.xaxis;
      expect(tickvals.length).toBeGreaterThan(1);
      tickvals.slice(1).forEach((tick, index) => {
        const letters = (ticktext[index]!.length + ticktext[index + 1]!.length) / 2;
        // Digits of 12 pixels are about 6.6 wide in every common font.
        expect(across(figure, tick) - across(figure, tickvals[index]!)).toBeGreaterThan(letters * 6.6 + 4);
      });
    }
    if (width >= 460) expect(at([1, 2, 4, 8]).layout.xaxis.ticktext).toEqual(['1', '2', '4', '8']);
  });

  it('grows a range that was given where a point lies beyond it, and never leaves one outside', () => {
    const points = [
      { x: 0, y: -3 },
      { x: 1, y: 2, low: 1, high: 9 },
    ];
    const { layout } = draw(
      one({ y: { label: 'y', range: [0, 1] }, series: [{ name: 's', as: 'dots', tone: 'first', points }] }),
      400,
    );
    expect(layout.yaxis.range).toEqual([-3, 9]);
    expect(layout.xaxis.range[0]).toBeLessThan(0);
    expect(layout.xaxis.range[1]).toBeGreaterThan(1);
  });

  it('puts the series of a category side by side, and spreads what would lie on one another', () => {
    const { data } = draw(byMeasure, 460);
    const at = (series: string, name: string): number[] => {
      const found = byMeasure.series.find((own) => own.name === series)!;
      const trace = data.find((own) => own.name === series)!;
      return found.points.flatMap((point, index) => (point.x === name ? [trace.x[index]!] : []));
    };
    const cloud = at('single scenes', 'author stays');
    expect(new Set(cloud).size).toBe(12);
    expect(Math.min(...cloud)).toBeGreaterThan(at('all scenes', 'author stays')[0]!);
    expect(Math.max(...cloud)).toBeLessThan(Math.min(...at('single scenes', 'character leaks')));
    // Every category keeps to its slot: half a step to each side of its number.
    for (const x of cloud) expect(Math.abs(x)).toBeLessThan(0.5);
  });

  it('puts intervals of several series at one number side by side, a few pixels apart', () => {
    const points = [
      { x: 1, y: 0, low: -1, high: 1 },
      { x: 2, y: 0, low: -1, high: 1 },
    ];
    const figure = draw(
      one({
        series: (['first', 'second', 'third'] as const).map((tone) => ({ name: tone, as: 'intervals', tone, points })),
      }),
      460,
    );
    const xs = figure.data.map(({ x }) => across(figure, x[0]!));
    expect(xs[1]).toBeCloseTo(across(figure, 1), 6);
    expect([xs[1]! - xs[0]!, xs[2]! - xs[1]!]).toEqual([expect.closeTo(8, 6), expect.closeTo(8, 6)]);
  });

  it('writes all names of categories where there is room, and slants them where there is none', () => {
    const wide = draw(byMeasure, 640).layout.xaxis;
    expect(wide.ticktext.flatMap(linesOf).join(' ')).toBe('author stays character leaks author after shuffling');
    expect(wide.tickangle).toBe(0);
    const narrow = draw(byMeasure, 220).layout;
    expect(narrow.xaxis.tickangle).toBe(-38);
    expect(narrow.margin.b).toBeGreaterThan(draw(byMeasure, 640).layout.margin.b);
  });

  it('draws a line across the axis that it is meant for', () => {
    const lines = (panel: FigurePanel) => draw(panel, 400).layout.shapes!.filter(({ type }) => type === 'line');
    expect(lines(byLayer)).toMatchObject([{ xref: 'x', yref: 'paper', x0: 19, x1: 19 }]);
    expect(lines(byMeasure)).toMatchObject([
      { xref: 'paper', yref: 'y', y0: 0.5, y1: 0.5 },
      { xref: 'paper', yref: 'y', y0: 0.25, y1: 0.25 },
    ]);
  });

  it('says of every point what it is, in lines that fit', () => {
    const { data } = draw(byLayer, 360);
    const author = data.find(({ name }) => name === 'author')!;
    const lines = linesOf(author.hovertext![19]!);
    expect(lines.join(' ')).toBe('author, layer 19: 0.9, interval 0.75 to 1.05');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(24);
  });
});

describe('text of a figure', () => {
  it.each(['<b>bold</b>', 'R&D', '$x^2$', '<a href="https://example.org">click</a>', 'a<br>b', '%{y}'])(
    'is read as it was written: %s',
    (text) => {
      const written = plotlyText(text);
      expect(written).not.toMatch(/[<>$]/);
      expect(linesOf(written)).toEqual([text]);
    },
  );

  it('has no tag and no entity of its own', () => {
    expect(() => linesOf('<b>bold</b>')).toThrow('a tag that is not <br>');
    expect(() => linesOf('&nbsp;')).toThrow('holds "&nbsp;"');
  });
});

describe('the renderer', () => {
  const figure = draw(byLayer, 460);
  const changed = (change: { data?: object; layout?: object }): Figure =>
    ({
      data: [{ ...figure.data[0], ...change.data }],
      layout: { ...figure.layout, ...change.layout },
    }) as unknown as Figure;

  it.each([
    ['data[0].type = "violin"', { data: { type: 'violin' } }],
    ['data[0].fill = "tonexty"', { data: { fill: 'tonexty' } }],
    [
      'data[0].marker.colorscale',
      { data: { marker: { symbol: 'circle', size: 4, color: 'red', colorscale: 'Greys' } } },
    ],
    ['data[0].marker.symbol = "star"', { data: { marker: { symbol: 'star', size: 4, color: 'red' } } }],
    ['layout.polar', { layout: { polar: {} } }],
    ['layout.yaxis.type = "category"', { layout: { yaxis: { ...figure.layout.yaxis, type: 'category' } } }],
    ['layout.shapes[0].path', { layout: { shapes: [{ ...figure.layout.shapes![0], path: 'M0 0' }] } }],
    [
      'layout.annotations[0].arrowhead',
      { layout: { annotations: [{ ...figure.layout.annotations![0], arrowhead: 2 }] } },
    ],
  ])('refuses %s by name', (path, change) => {
    expect(() => renderSvg(changed(change))).toThrow(`A picture cannot show ${path}`);
  });

  it('puts marks and the ends of intervals where their numbers are', () => {
    const panel = one({
      y: { label: 'y', range: [0, 100] },
      series: [{ name: 's', as: 'dots', tone: 'first', points: [{ x: 3, y: 40, low: 30, high: 60 }] }],
    });
    const drawn = draw(panel, 400);
    const svg = renderSvg(drawn).markup.join('');
    const [, x, y] = /translate\(([\d.]+) ([\d.]+)\)" d="M4,0A/.exec(svg)!.map(Number);
    const bottom = drawn.layout.height - drawn.layout.margin.b;
    expect(x).toBeCloseTo(drawn.layout.margin.l + across(drawn, 3), 1);
    expect(y).toBeCloseTo(bottom - 40 * heights(drawn), 1);
    const [, low, high] = new RegExp(`d="M${x} ([\\d.]+)V([\\d.]+)M`).exec(svg)!.map(Number);
    expect(low).toBeCloseTo(bottom - 30 * heights(drawn), 1);
    expect(high).toBeCloseTo(bottom - 60 * heights(drawn), 1);
  });

  it('draws several coordinate systems, each in its own part, and cuts off what reaches beyond', () => {
    const both = JSON.parse(experimentFigureJson(figureOf(byLayer, byMeasure), 'light')) as Figure;
    assertDrawable(both);
    const svg = renderSvg(both).markup.join('');
    const count = (pattern: RegExp): number => [...svg.matchAll(pattern)].length;
    expect(count(/ d="M4,0A4,4/g)).toBe(31 + 2);
    expect(count(/ d="M3.8,3.8H/g)).toBe(31);
    expect(markupFaults(`<svg>${svg}</svg>`)).toEqual([]);
  });
});

describe('the figure as a file', () => {
  it.each(['light', 'dark'] as const)('has a mark of its own shape for every point and one in the key, %s', (theme) => {
    const svg = experimentFigureSvg(figure, theme);
    expect(count(svg, / d="M4,0A4,4 /g)).toBe(31 + 1 + 2 + 1); // discs: author; all scenes
    expect(count(svg, / d="M3\.8,3\.8H/g)).toBe(31 + 1); // squares: character
    expect(count(svg, / d="M2\.6,2\.6L/g)).toBe(31 + 1 + 24 + 1); // crosses: both nulls
    expect(count(svg, / d="M5\.01,0L0,5\.01L/g)).toBe(1 + 1); // diamonds: shuffled
    expect(count(svg, /h8M[^"]*h8"/g)).toBe(3); // whiskers of the intervals
    expect(count(svg, /fill-opacity="0\.14"/g)).toBe(2); // bands of the lines
    expect(markupFaults(svg)).toEqual([]);
  });

  it('says in words what is seen, and every name, band and line with its number', () => {
    const svg = experimentFigureSvg(figure, 'light');
    expect(svg).toContain(`<desc>${figure.caption}</desc>`);
    const said = svg.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    for (const words of [
      'effect, sd of the training taps',
      'author, labels flipped',
      '−0.2 to 0.2: 95 % of 2 000 flips',
      'at 19: layer chosen beforehand',
      'at 0.5: the author must stay above it',
      'shuffled excerpts',
    ])
      expect(said).toContain(words);
  });

  it('lets nothing of a file become markup, and names what is hidden', () => {
    const hostile = '</text><script>alert(1)</script>&"\'\u202e';
    const bad: ExperimentFigure = {
      caption: hostile,
      panels: [
        {
          title: hostile,
          x: { label: hostile, categories: [hostile] },
          y: { label: hostile },
          series: [{ name: hostile, as: 'dots', tone: 'first', points: [{ x: hostile, y: 1, label: hostile }] }],
          bands: [{ from: 0, to: 1, says: hostile }],
          lines: [{ at: 0, across: 'x', says: hostile }],
        },
      ],
    };
    const svg = experimentFigureSvg(bad, 'dark');
    expect(svg).not.toMatch(/<script|<\/script|\u202e/);
    expect(markupFaults(svg)).toEqual([]);
  });

  it.each([
    ['nothing', one({})],
    ['one point', one({ series: [{ name: 's', as: 'line', tone: 'first', points: [{ x: 3, y: 0 }] }] })],
    [
      'one number over and over',
      one({
        series: [
          {
            name: 's',
            as: 'intervals',
            tone: 'fourth',
            points: [
              { x: 1, y: 2, low: 2, high: 2 },
              { x: 1, y: 2, low: 2, high: 2 },
            ],
          },
        ],
      }),
    ],
    [
      'numbers far out',
      one({
        series: [
          {
            name: 's',
            as: 'dots',
            tone: 'null',
            points: [
              { x: -1e12, y: 1e12 },
              { x: 1e12, y: -1e12 },
            ],
          },
        ],
      }),
    ],
    ['a range and no points', one({ y: { label: 'y', range: [0, 1] }, bands: [{ from: 1, to: 0, says: 'b' }] })],
    [
      '64 categories',
      one({
        x: { label: 'x', categories: Array.from({ length: 64 }, (_, index) => `category ${index}`) },
        series: [{ name: 's', as: 'intervals', tone: 'positive', points: [{ x: 'category 63', y: 1 }] }],
      }),
    ],
  ] as const)('of %s has every tag closed and no number that is none', (_, panel) => {
    expect(markupFaults(experimentFigureSvg({ caption: 'c', panels: [panel] }, 'light'))).toEqual([]);
  });

  it('as JSON has every panel, name and number, and names what is hidden in a text', () => {
    const file = JSON.parse(experimentFigureJson(figure, 'light')) as Figure;
    expect(file.layout.meta).toEqual({ caption: plotlyText(figure.caption) });
    const names = [...file.data, ...file.layout.shapes!].flatMap(({ name }) => (name ? [linesOf(name).join(' ')] : []));
    for (const name of ['author', 'single scenes', 'at 19: layer chosen beforehand']) expect(names).toContain(name);
    expect(file.data.find(({ name }) => name === 'all scenes')).toMatchObject({
      y: [0.66, 0.14],
      error_y: { array: [0.12, 0.08], arrayminus: [0.12, 0.09] },
      xaxis: 'x2',
      yaxis: 'y2',
      legend: 'legend2',
    });
    const hostile = '<a href="https://example.org">x</a>\u202e';
    const bad = one({
      title: hostile,
      series: [{ name: hostile, as: 'dots', tone: 'first', points: [{ x: 1, y: 1, label: hostile }] }],
    });
    const text = experimentFigureJson(figureOf(bad), 'dark');
    expect(text).not.toMatch(/<a|\u202e/);
    expect(text).toContain('⟨U+202E⟩');
    expect(() => JSON.parse(experimentFigureJson({ caption: 'nothing', panels: [] }, 'light')) as Figure).not.toThrow();
  });

  it('without a panel is its caption', () => {
    const svg = experimentFigureSvg({ caption: 'Nothing to draw.', panels: [] }, 'light');
    expect(svg).toContain('>Nothing to draw.</text>');
    expect(markupFaults(svg)).toEqual([]);
  });
});

describe('a figure in words', () => {
  it('says a point with its interval', () => {
    expect(pointWords(byMeasure, byMeasure.series[0]!, byMeasure.series[0]!.points[0]!)).toBe(
      'all scenes, author stays: 0.66, interval 0.54 to 0.78',
    );
    expect(pointWords(byMeasure, byMeasure.series[1]!, { x: 'author stays', y: -0.5, label: 'scene 1' })).toBe(
      'single scenes, author stays: −0.5; scene 1',
    );
    expect(pointWords(byLayer, byLayer.series[0]!, { x: 19, y: 0.9 })).toBe('author, layer 19: 0.9');
  });

  it('has a row for each point', () => {
    const rows = figureRows(figure);
    expect(rows).toHaveLength(31 * 3 + 2 + 24 + 1);
    expect(rows.at(-1)).toEqual([
      byMeasure.title,
      'shuffled excerpts',
      'author after shuffling',
      0.31,
      0.12,
      0.52,
      null,
    ]);
  });
});

describe('the card of an experiment', () => {
  it('has the verdict, every gate and contrast with its numbers, the rule and the command', () => {
    const card = experimentCard(sampleExperiment);
    for (const part of [
      '# A. Authors, not simulacra',
      '**✓ Confirmed** (CONFIRM). Sample: the author keeps 0.66',
      '| The byline can be read off the state | 0.84 | 0.78 to 0.9 | 24 | AUROC | at least 0.7 | ✓ passed |',
      '| Author after the quotation over author before | 0.66 | 0.54 to 0.78 | 24 | ratio | 0.0005 | 0.001 | author labels flipped by scene, 2 000 times | 0.45 to 0.55: across its edge: cannot be told | 0.57 |',
      '| 0.8 | 0.3 to 1.3 | 24 | nats | – | – | none: an interval only | – | – |',
      '| A measure with too few scenes for an interval | 0.75 | none (too few scenes for an interval) | 4 | share |',
      '- A persistence whose interval reaches below 0.5.',
      '- It says nothing of other models.',
      'Full run, 24 units, smollm2-135m-instruct-q4 on node',
      `sha256 ${'ef'.repeat(32)}`,
    ])
      expect(card).toContain(part);
    expect(card).not.toMatch(/NaN|undefined|\[object|quick/i);
  });

  it('of a quick run says that it is no verdict of record, and shows the gate that failed', () => {
    const card = experimentCard(quickExperiment);
    expect(card).toContain('no verdict of record');
    expect(card).toContain('✗ failed');
    expect(card).toContain('--quick');
  });

  it('lays out tables whose rows are as wide as their heads', () => {
    const lines = experimentCard(sampleExperiment).split('\n');
    const heads = lines.flatMap((line, index) => (/^\|(---\|)+$/.test(line) ? [index] : []));
    expect(heads).toHaveLength(5);
    for (const head of heads)
      for (let row = head - 1; lines[row]?.startsWith('|'); row += 1)
        expect(lines[row]!.replaceAll('\\|', '').split('|').length).toBe(lines[head]!.split('|').length);
  });
});
