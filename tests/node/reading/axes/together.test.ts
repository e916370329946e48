/** Which axes of a text move together: by their changes, with the words for it. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.ts';
import { type AxesReading, type AxisHead, axisTrace, inOrder } from '../../../../src/reading/axes/axes.ts';
import { axisName, pairWords, togetherHeadline, togetherSure } from '../../../../src/reading/axes/axes-words.ts';
import { axesTogether, moves } from '../../../../src/reading/axes/together.ts';
import { smoothed } from '../../../../src/reading/trace.ts';
import { seriesCorrelation } from '../../../../src/stats/series-correlation.ts';

const head = (positive: string, negative: string, layer: number | null = null): AxisHead => ({
  axis: { positive, negative, neutral: 'neutral' },
  layer,
});
const AXES = [head('kind', 'cruel'), head('formal', 'casual'), head('terse', 'wordy')];

/** Readings of three axes: the second goes against the first, the third is noise; all drift upwards. */
function drifting(count: number): AxesReading[] {
  const rng = createRng(3);
  return Array.from({ length: count }, (_, at): AxesReading => {
    const common = rng.normal();
    const scores = [0.2 * at + common, 0.2 * at - common + 0.3 * rng.normal(), 0.2 * at + rng.normal()];
    return {
      afterToken: 2 * at,
      stand: 'word',
      axes: scores.map((score) => ({ score, low: score - 1, high: score + 1 })),
    };
  });
}

describe('axes that move together', () => {
  it('are told by their changes, so that a drift that all share is none', () => {
    const readings = drifting(60);
    const pairs = axesTogether(readings, AXES);
    expect(pairs.map(({ a, b, n }) => [a, b, n])).toEqual([
      [0, 1, 59],
      [0, 2, 59],
      [1, 2, 59],
    ]);
    expect(pairs.map(moves)).toEqual(['apart', 'neither', 'neither']);
    // By their levels all three would seem to go together.
    const level = (index: number): number[] => readings.map(({ axes }) => axes[index]!.score);
    expect(seriesCorrelation(level(0), level(2))!.value).toBeGreaterThan(0.9);
  });

  it('are compared where both have a reading', () => {
    const readings = drifting(60).map((reading, at) =>
      at % 2 === 0 ? reading : { ...reading, axes: [reading.axes[0]!, reading.axes[1]!, null] },
    );
    const [first, second] = axesTogether(readings, AXES);
    expect([first!.n, second!.n]).toEqual([59, 29]);
    const whole = axesTogether(
      drifting(60).filter((_, at) => at % 2 === 0),
      AXES,
    );
    expect(second!.correlation).toEqual(whole[1]!.correlation);
  });

  it('say nothing of too few readings', () => {
    const pairs = axesTogether(drifting(20), AXES);
    expect(pairs.every(({ correlation }) => correlation === null)).toBe(true);
    expect(togetherHeadline(pairs, AXES)).toMatch(/Too few readings.*it takes 21/);
    expect(axesTogether(drifting(21), AXES).every(({ correlation }) => correlation !== null)).toBe(true);
    expect(axesTogether([], AXES).map(({ n }) => n)).toEqual([0, 0, 0]);
  });

  it('are named by their poles, on the side to which they go', () => {
    const pairs = axesTogether(drifting(60), AXES);
    expect(pairWords(pairs[0]!, AXES)).toMatch(/^More kind goes with more casual: −0\.\d\d \[−0\.\d\d, −0\.\d\d\]$/);
    expect(togetherHeadline(pairs, AXES)).toMatch(
      /^More kind goes with more casual: .*\. 1 of 3 pairs lies apart from 0; by chance alone about 0\.15 would\.$/,
    );
    expect(pairWords(pairs[1]!, AXES)).toMatch(/^kind–cruel and terse–wordy do not move together for sure: /);
    expect(axisName(AXES[2]!.axis)).toBe('terse–wordy');
    expect(togetherSure(pairs).join(' ')).toContain('59 changes a pair');
  });
});

describe('the trace of an axis', () => {
  it('is smoothed where the reading is over layers, and as it is at one layer', () => {
    const readings = drifting(12);
    const raw = readings.map(({ afterToken, axes }) => ({ afterToken, ...axes[1]! }));
    expect(axisTrace(readings, 1, AXES[1]!).map(({ score }) => score)).toEqual(smoothed(raw).map(({ score }) => score));
    expect(axisTrace(readings, 1, head('formal', 'casual', 8)).map(({ score }) => score)).toEqual(
      raw.map(({ score }) => score),
    );
    expect(axisTrace(readings, 1, AXES[1]!).map(({ from }) => from)).toEqual([
      0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21,
    ]);
  });

  it('is in the order of the text, whatever order readings came in', () => {
    const readings = drifting(5);
    expect(inOrder([readings[3]!, readings[0]!, readings[4]!, readings[1]!, readings[2]!])).toEqual(readings);
  });
});
