/** The figures of several axes: one coordinate system an axis in the order asked for, each over its chance range, and a mark a pair. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import { VERSION } from '../../../src/base/version.ts';
import { axesFigure } from '../../../src/charts/axes/axes-figure.ts';
import { togetherFigure, togetherWidth } from '../../../src/charts/axes/together-figure.ts';
import { framesOf } from '../../../src/charts/frames.ts';
import type { Figure } from '../../../src/charts/plotly-figure.ts';
import { figure } from '../../../src/cli/commands/figure.ts';
import { type AxesRecord, serialiseAxes } from '../../../src/formats/runs/axes-json.ts';
import { axisTrace } from '../../../src/reading/axes/axes.ts';
import { axesTogether } from '../../../src/reading/axes/together.ts';

const dir = mkdtempSync(join(tmpdir(), 'flipside-axes-'));
afterAll(() => rmSync(dir, { recursive: true }));

const LONG = 'a pole whose name is forty characters in';
const axis = (positive: string, negative: string): AxesRecord['axes'][number] => ({
  probe: { id: 'p', title: positive, sha256: 'cd'.repeat(32) },
  axis: { positive, negative, neutral: 'neutral' },
  layer: null,
  carriedOver: null,
});
const rng = createRng(2);
const RECORD: AxesRecord = {
  title: '3 axes of 50 tokens',
  createdAt: 0,
  version: VERSION,
  model: { id: 'toy', weightsSha256: 'ab'.repeat(32), layerCount: 3 },
  every: 'word',
  axes: [axis('kind', 'cruel'), axis('<b>formal', '$casual'), axis(LONG, 'wordy')],
  pieces: Array.from({ length: 50 }, (_, id) => ({ id, text: ` w${id}` })),
  readings: Array.from({ length: 25 }, (_, at) => {
    const common = rng.normal();
    return {
      afterToken: 2 * at + 1,
      stand: at % 5 === 4 ? ('sentence' as const) : ('word' as const),
      axes: [common, -common, rng.normal()].map((score) => ({ score, low: -0.4, high: 0.2 + 0.01 * at })),
    };
  }),
};
const PAIRS = axesTogether(RECORD.readings, RECORD.axes);

/** Every line that is said of: the readings. */
const lines = ({ data }: Figure) => data.filter(({ hovertext }) => hovertext !== undefined);

describe('the small multiples of several axes', () => {
  it.each([330, 936])('show every axis as its probe alone is shown, one below the other, on %i pixels', (width) => {
    const drawn = axesFigure({ ...RECORD, theme: 'light', width });
    const frames = framesOf(drawn.layout);
    expect(frames.map(({ y }) => y)).toEqual(['y', 'y2', 'y3']);
    for (const [at, frame] of frames.entries()) {
      expect(frame.bottom - frame.top).toBeGreaterThan(60);
      if (at > 0) expect(frame.top).toBeGreaterThan(frames[at - 1]!.bottom);
    }
    // One scale for all, and one axis of tokens below the last.
    expect(new Set(frames.map(({ yAxis }) => yAxis.range.join())).size).toBe(1);
    expect(frames.map(({ ownsX }) => ownsX)).toEqual([false, false, true]);
    expect(lines(drawn).map(({ yaxis }) => yaxis)).toEqual(['y', 'y2', 'y3']);
    lines(drawn).forEach(({ x, y }, index) => {
      const trace = axisTrace(RECORD.readings, index, RECORD.axes[index]!);
      expect(x).toEqual(trace.map(({ afterToken }) => afterToken));
      expect(y).toEqual(trace.map(({ score }) => score));
    });
    const bands = drawn.data.filter(({ fill }) => fill === 'toself');
    bands.forEach(({ y }, index) => {
      const trace = axisTrace(RECORD.readings, index, RECORD.axes[index]!);
      expect(y).toEqual([...trace.map(({ high }) => high), ...trace.toReversed().map(({ low }) => low)]);
    });
    expect(bands).toHaveLength(3);
    expect(drawn.layout.annotations!.map(({ text }) => text.includes('<b>'))).toEqual([false, false, false]);
  });

  it('say at every reading what it is, and whether chance reads as much', () => {
    const said = lines(axesFigure({ ...RECORD, theme: 'dark', width: 600 }))[0]!.hovertext!;
    expect(said).toHaveLength(25);
    expect(said.some((words) => /within chance/.test(words))).toBe(true);
    expect(said.some((words) => /kind/.test(words))).toBe(true);
  });
});

describe('the figure of axes that move together', () => {
  it.each([300, 800])('has a mark for every pair, filled where the interval leaves out 0, on %i pixels', (width) => {
    const drawn = togetherFigure({ axes: RECORD.axes, pairs: PAIRS, theme: 'light', width });
    expect(drawn.data.map(({ x, y }) => [x[0], Math.round(y[0]!)])).toEqual([
      [0, -1],
      [0, -2],
      [1, -2],
    ]);
    const [opposite, none] = drawn.data;
    expect(opposite!.marker!.symbol).toBe('triangle-down');
    expect(opposite!.marker!.color).not.toBe(none!.marker!.color);
    expect(opposite!.marker!.size).toBeGreaterThan(none!.marker!.size);
    expect(opposite!.hovertext![0]).toMatch(/^More kind goes with more &#36;casual: −1\.00/);
    expect(drawn.layout.annotations![0]!.text).toContain('−1.00');
    expect(drawn.layout.width).toBeLessThanOrEqual(Math.min(width, togetherWidth(3)));
    expect(drawn.layout.annotations!.map(({ text }) => text)).toContain('↓ kind–cruel');
  });

  it('has as much of the numbers as a square has room for', () => {
    const textOn = (width: number): string =>
      togetherFigure({ axes: RECORD.axes, pairs: PAIRS, theme: 'light', width }).layout.annotations![1]!.text;
    expect(textOn(240)).toMatch(/^[−+]\.\d\d$/);
    expect(textOn(300)).toMatch(/^[−+]0\.\d\d$/);
    expect(textOn(800)).toMatch(/^[−+]0\.\d\d<br>[−+]0\.\d\d to [−+]0\.\d\d$/);
  });

  it('names pairs of too few readings as such', () => {
    const pairs = axesTogether(RECORD.readings.slice(0, 5), RECORD.axes);
    const drawn = togetherFigure({ axes: RECORD.axes, pairs, theme: 'light', width: 600 });
    expect(drawn.layout.annotations!.slice(0, 3).map(({ text }) => text)).toEqual(['too few', 'too few', 'too few']);
  });
});

describe('flipside figure', () => {
  it.each(['svg', 'json'] as const)('draws what read with several probes prints, as %s', async (ending) => {
    const [source, out] = [join(dir, 'axes.json'), join(dir, `axes.${ending}`)];
    writeFileSync(source, serialiseAxes(RECORD));
    await figure.run([source, '--out', out], new AbortController().signal);
    const drawn = readFileSync(out, 'utf8');
    expect(drawn).toMatch(ending === 'svg' ? /<svg/ : /^\{/);
    expect(drawn).toContain('More kind goes with more');
    expect(drawn).toContain('24 changes a pair');
    expect(drawn).not.toContain('<b>formal');
  });
});
