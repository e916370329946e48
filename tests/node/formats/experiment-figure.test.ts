/** The figure and the card of an experiment say what its report says, and let nothing of a file become markup. */
import { describe, expect, it } from 'vitest';
import type { ExperimentFigure, FigurePanel } from '../../../src/charts/figure.ts';
import { layOutPanel, nearestPoint } from '../../../src/charts/figure-layout.ts';
import { figureNumber, logTicksBetween, ticksBetween } from '../../../src/charts/figure-scale.ts';
import { figureRows, pointWords } from '../../../src/charts/figure-words.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { markupFaults } from '../../fixtures/closed-markup.ts';
import { quickExperiment, sampleExperiment } from '../../fixtures/experiments/experiment-sample.ts';

const { figure } = sampleExperiment;
const [byLayer, byMeasure] = figure.panels as [FigurePanel, FigurePanel];
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
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

describe('a panel, laid out', () => {
  it('puts marks where their numbers are, and a logarithm where it is asked for', () => {
    const points = [1, 2, 4, 8].map((x) => ({ x, y: 10 * x, low: 10 * x - 5, high: 10 * x + 5 }));
    const {
      series: [line],
      plot,
    } = layOutPanel(
      one({
        x: { label: 'x', log: true },
        y: { label: 'y', range: [0, 100] },
        series: [{ name: 's', as: 'line', tone: 'first', points }],
      }),
      500,
    );
    const xs = line!.points.map(({ x }) => x);
    expect(xs[1]! - xs[0]!).toBeCloseTo(xs[3]! - xs[2]!, 6);
    const scale = (plot.bottom - plot.top) / 100;
    line!.points.forEach(({ y, low, high, point }) => {
      expect(plot.bottom - y).toBeCloseTo(point.y * scale, 6);
      expect(low! - high!).toBeCloseTo(10 * scale, 6);
    });
    expect(line!.line).toMatch(/^M[\d. ]+(L[\d. ]+){3}$/);
    expect(line!.band).toMatch(/z$/);
  });

  it.each([260, 300, 360, 460, 640])('writes numbers below the axis that do not touch, at %d pixels', (width) => {
    const at = (xs: readonly number[]) =>
      layOutPanel(
        one({ series: [{ name: 's', as: 'dots', tone: 'first', points: xs.map((x) => ({ x, y: 0 })) }] }),
        width,
      );
    for (const xs of [
      [-0.7662, -0.5168, 0.2004],
      [0.4415, 0.8215, 0.905, 1],
      [-1.917, -0.9102, 0.1033, 1.288],
    ]) {
      const { texts, plot } = at(xs);
      const below = texts.filter(({ as, y, anchor }) => as === 'tick' && anchor === 'middle' && y > plot.bottom);
      expect(below.length).toBeGreaterThan(1);
      below.slice(1).forEach(({ x, text }, index) => {
        // Digits of 12 pixels are about 6.6 wide in every common font.
        expect(x - below[index]!.x).toBeGreaterThan(((text.length + below[index]!.text.length) / 2) * 6.6 + 4);
      });
    }
    if (width >= 460)
      expect(
        at([1, 2, 4, 8])
          .texts.filter(({ as, anchor }) => as === 'tick' && anchor === 'middle')
          .map(({ text }) => text),
      ).toEqual(['1', '2', '4', '8']);
  });

  it('grows a range that was given where a point lies beyond it, and never leaves one outside', () => {
    const {
      series: [dots],
      plot,
    } = layOutPanel(
      one({
        y: { label: 'y', range: [0, 1] },
        series: [
          {
            name: 's',
            as: 'dots',
            tone: 'first',
            points: [
              { x: 0, y: -3 },
              { x: 1, y: 2, low: 1, high: 9 },
            ],
          },
        ],
      }),
      400,
    );
    for (const { x, y, high } of dots!.points) {
      expect(x).toBeGreaterThanOrEqual(plot.left);
      expect(x).toBeLessThanOrEqual(plot.right);
      expect(y).toBeLessThanOrEqual(plot.bottom);
      expect(high ?? y).toBeGreaterThanOrEqual(plot.top);
    }
  });

  it('puts the series of a category side by side, and spreads what would lie on one another', () => {
    const layout = layOutPanel(byMeasure, 460);
    const at = (series: number, name: string): number[] =>
      layout.series[series]!.points.filter(({ point }) => point.x === name).map(({ x }) => x);
    const cloud = at(1, 'author stays');
    expect(new Set(cloud).size).toBe(12);
    expect(Math.min(...cloud)).toBeGreaterThan(at(0, 'author stays')[0]!);
    expect(Math.max(...cloud)).toBeLessThan(Math.min(...at(1, 'character leaks')));
  });

  it('writes all names of categories where there is room, and slants them where there is none', () => {
    const wide = layOutPanel(byMeasure, 640).texts.filter(({ as, text }) => as === 'tick' && /[a-z]/.test(text));
    expect(wide.map(({ text }) => text).join(' ')).toBe('author stays character leaks author after shuffling');
    expect(wide.every(({ turned }) => turned === 0)).toBe(true);
    const narrow = layOutPanel(byMeasure, 220).texts.filter(({ as, text }) => as === 'tick' && /[a-z]/.test(text));
    expect(narrow.map(({ turned }) => turned)).toEqual([-38, -38, -38]);
  });

  it('draws a line across the axis that it is meant for', () => {
    const rule = (panel: FigurePanel): string[] =>
      layOutPanel(panel, 400)
        .rules.filter(({ as }) => as === 'reference')
        .map(({ d }) => d);
    expect(rule(byLayer)).toEqual([expect.stringMatching(/^M[\d.]+ [\d.]+V/)]);
    expect(rule(byMeasure)).toEqual([
      expect.stringMatching(/^M[\d.]+ [\d.]+H/),
      expect.stringMatching(/^M[\d.]+ [\d.]+H/),
    ]);
  });

  it('finds the point under the pointer, but none that is hidden or far', () => {
    const layout = layOutPanel(byLayer, 600);
    const { x, y } = layout.series[0]!.points[19]!;
    expect(nearestPoint(layout, x + 2, y - 2, 24, () => true)).toEqual({ series: 0, point: 19 });
    expect(nearestPoint(layout, x + 2, y - 2, 24, (series) => series !== 0)).toBeNull();
  });
});

describe('the figure as a file', () => {
  it.each([false, true])('has a mark of its own shape for every point and one in the key, dark %s', (dark) => {
    const svg = experimentFigureSvg(figure, { dark });
    expect(count(svg, /<path d="M[^"]*m-4 0a4 4 [^"]*"/g)).toBe(31 + 1 + 2 + 1); // discs: author; all scenes
    expect(count(svg, /<path d="M[^"]*m-3\.8 -3\.8h/g)).toBe(31 + 1); // squares: character
    expect(count(svg, /<path d="M[^"]*m-2\.6 -2\.6l/g)).toBe(31 + 1 + 24 + 1); // crosses: both nulls
    expect(count(svg, /<path d="M[^"]*m0 -5l5 5/g)).toBe(1 + 1); // diamonds: shuffled
    expect(count(svg, /h8M[^"]*h8"/g)).toBe(3); // whiskers of the intervals
    expect(count(svg, /fill-opacity="0\.14"/g)).toBe(2); // bands of the lines
    expect(markupFaults(svg)).toEqual([]);
  });

  it('says in words what is seen, and every name, band and line with its number', () => {
    const svg = experimentFigureSvg(figure, { dark: false });
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
    const svg = experimentFigureSvg(bad, { dark: true });
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
    expect(markupFaults(experimentFigureSvg({ caption: 'c', panels: [panel] }, { dark: false }))).toEqual([]);
  });

  it('without a panel is its caption', () => {
    const svg = experimentFigureSvg({ caption: 'Nothing to draw.', panels: [] }, { dark: false });
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
      '**✓ CONFIRM** (confirmed). Sample: the author keeps 0.66',
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
