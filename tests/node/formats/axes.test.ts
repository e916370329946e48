/** Several axes of a text as files: what is saved opens again, and hostile files are refused by path. */
import { describe, expect, it } from 'vitest';
import { csvRecords } from '../../../src/base/csv.ts';
import { VERSION } from '../../../src/base/version.ts';
import { axesCsv, type AxesRecord, pairsCsv, parseAxes, serialiseAxes } from '../../../src/formats/runs/axes-json.ts';
import { recogniseFile } from '../../../src/formats/runs/recognise.ts';
import { axisTrace } from '../../../src/reading/axes/axes.ts';

const axis = (positive: string, negative: string, layer: number | null): AxesRecord['axes'][number] => ({
  probe: { id: `${positive}-${negative}`, title: `${positive}–${negative}`, sha256: 'cd'.repeat(32) },
  axis: { positive, negative, neutral: 'neutral' },
  layer,
  carriedOver: null,
});
const RECORD: AxesRecord = {
  title: '2 axes of 6 tokens',
  createdAt: Date.UTC(2026, 11, 1),
  version: VERSION,
  model: { id: 'toy', weightsSha256: 'ab'.repeat(32), layerCount: 3 },
  every: 'word',
  axes: [axis('kind', 'cruel', null), axis('=formal', 'casual', 2)],
  pieces: [...'He <fed'].slice(0, 6).map((text, id) => ({ id, text })),
  readings: [
    { afterToken: 1, stand: 'word', axes: [{ score: 1.5, low: -1, high: 1 }, null] },
    {
      afterToken: 5,
      stand: 'sentence',
      axes: [
        { score: -0.25, low: -1.5, high: 0.5 },
        { score: 2, low: NaN, high: NaN },
      ],
    },
  ],
};

type Broken = Record<string, unknown> & { axes: Record<string, unknown>[]; raw: unknown[][]; tokens: unknown[][] };
const broken = (change: (file: Broken) => void): string => {
  const file = JSON.parse(serialiseAxes(RECORD)) as Broken;
  change(file);
  return JSON.stringify(file);
};

describe('several axes of a text as a file', () => {
  it('open again as they were saved, and are recognised', () => {
    const source = serialiseAxes(RECORD);
    expect(parseAxes(source)).toEqual(RECORD);
    expect(recogniseFile(new TextEncoder().encode(source))).toBe('axes');
  });

  it('print what is shown of each axis, and which move together', () => {
    const file = JSON.parse(serialiseAxes(RECORD)) as Broken;
    const [first] = axisTrace(RECORD.readings, 0, RECORD.axes[0]!);
    expect((file.axes[0] as { readings: { score: number }[] }).readings[0]!.score).toBeCloseTo(first!.score, 5);
    expect(file.together).toEqual([{ a: 0, b: 1, n: 0, correlation: null }]);
  });

  it('are a table that a spreadsheet takes for no formula', () => {
    const [header, ...rows] = [...csvRecords(axesCsv(RECORD), 20)];
    expect(header!.cells).toHaveLength(8);
    expect(rows).toHaveLength(3);
    expect(axesCsv(RECORD)).toContain("'=formal");
    expect(pairsCsv(RECORD).split('\n')[1]).toBe("kind–cruel,'=formal–casual,,,,0,");
  });

  it.each<[string, (file: Broken) => void, RegExp]>([
    ['a newer version', (file) => (file.version = 2), /axes\.version is 2, written by a newer Flipside/],
    ['another format', (file) => (file.format = 'flipside-futures'), /axes\.format must be "flipside-axes"/],
    [
      'a place beyond the text',
      (file) => (file.raw[1]![0] = 6),
      /axes\.raw\[1\]\[0\] must be a whole number from 2 to 5/,
    ],
    ['places that go back', (file) => (file.raw[1]![0] = 1), /axes\.raw\[1\]\[0\] must be a whole number from 2/],
    [
      'a stand that is none',
      (file) => (file.raw[0]![1] = 'verse'),
      /axes\.raw\[0\]\[1\] must be one of sentence, clause/,
    ],
    ['a single axis', (file) => file.axes.pop(), /axes\.axes must have 2 to 12 items/],
    ['a reading too few', (file) => file.raw[0]!.pop(), /axes\.raw\[0\] must have 4 items, got 3/],
    [
      'a score that is no number',
      (file) => (file.raw[0]![2] = ['1', 2, 3]),
      /axes\.raw\[0\]\[2\]\[0\] must be a finite/,
    ],
    ['no axes', (file) => (file.axes = []), /axes\.axes must have 2 to 12 items, got 0/],
    [
      'a hash that is none',
      (file) => ((file.axes[0]!.probe as { sha256: string }).sha256 = 'x'),
      /axes\.axes\[0\]\.probe/,
    ],
    ['a layer that the model has not', (file) => (file.axes[1]!.layer = 4), /axes\.axes\[1\]\.layer must be a whole/],
    ['a time that is none', (file) => (file.createdAt = 'soon'), /axes\.createdAt must be a time/],
    [
      'a pole that cannot be seen',
      (file) => (file.axes[0]!.axis = { positive: '\u202e', negative: 'b', neutral: 'c' }),
      /202E/,
    ],
  ])('with %s is refused by its path', (_, change, says) => {
    expect(() => parseAxes(broken(change))).toThrow(says);
  });
});
