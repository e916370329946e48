/** Records of speed: medians and ratios as numpy has them, files that open again, and hostile ones refused by path. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recogniseFile } from '../../../src/formats/runs/recognise.ts';
import { parseSpeed, serialiseSpeed } from '../../../src/formats/speed/speed-json.ts';
import {
  speedCautions,
  speedMismatch,
  speedRatios,
  speedRows,
  type SpeedSpread,
  spreadWords,
} from '../../../src/formats/speed/speed-summary.ts';
import type { SpeedRecord, SpeedSample } from '../../../src/models/speed/speed-record.ts';
import { SPEED } from '../../fixtures/samples/sample-speed.ts';

interface Fixture {
  samples: [SpeedSample['measure'], number, number, number, SpeedSample['disturbed']][];
  rates: Record<string, SpeedSpread>;
  ratios: SpeedSpread[];
}
const { samples, rates, ratios } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/speed/speed.fixture.json', import.meta.url), 'utf8'),
) as Fixture;
const TIMES: Pick<SpeedRecord, 'samples'> = {
  samples: samples.map(([measure, round, tokens, milliseconds, disturbed]) => ({
    measure,
    round,
    tokens,
    milliseconds,
    disturbed,
  })),
};

function expectSpread(found: SpeedSpread, truth: SpeedSpread): void {
  expect(found.n).toBe(truth.n);
  for (const key of ['low', 'median', 'high'] as const) expect(found[key] / truth[key], key).toBeCloseTo(1, 12);
}

describe('what a record says', () => {
  it('is numpy’s medians and quartiles over the rounds that count', () => {
    const rows = speedRows(TIMES);
    expect(rows.map(({ measure }) => measure).toSorted()).toEqual(Object.keys(rates).toSorted());
    for (const row of rows) expectSpread(row, rates[row.measure]!);
    // The warm-up and the disturbed round are in none of them.
    expect(rows.find(({ measure }) => measure === 'write')).toMatchObject({ n: 4, disturbed: 1 });
    expect(rows.find(({ measure }) => measure === 'read')).toMatchObject({ n: 5, disturbed: 0 });
  });

  it('is numpy’s ratios within rounds', () => {
    const found = speedRatios(TIMES);
    expect(found).toHaveLength(ratios.length);
    found.forEach((ratio, index) => expectSpread(ratio, ratios[index]!));
  });

  it('has no row for what was only warmed up', () => {
    expect(speedRows({ samples: SPEED.samples.filter(({ round }) => round === 0) })).toEqual([]);
  });

  it('is written with three digits', () => {
    expect(spreadWords({ n: 3, low: 9.876, median: 12.345, high: 1234.5 })).toBe('12.3 [9.88, 1235]');
  });

  it.each<[string, Partial<SpeedRecord>, RegExp]>([
    ['a stop', { complete: false }, /stopped before its end/],
    ['a battery', { power: 'battery' }, /battery saver/],
    ['software', { adapter: { ...SPEED.adapter!, software: true } }, /no graphics card/],
    ['no timestamps', { adapter: { ...SPEED.adapter!, timestamps: false } }, /no timestamps/],
    ['a busy machine', { load: [0.5, 12], processors: 2 }, /busy with other work/],
    ['a coarse clock', { clockMs: 16 }, /steps of 16 ms/],
    [
      'a hidden tab',
      { samples: SPEED.samples.map((sample, at) => (at === 1 ? { ...sample, disturbed: 'hidden' } : sample)) },
      /^1 time was left out: the tab was in the background/,
    ],
    [
      'a plug that was pulled',
      { samples: SPEED.samples.map((sample) => ({ ...sample, disturbed: 'power' })) },
      /^21 times were left out: the power supply changed/,
    ],
  ])('says so after %s', (_, change, words) => {
    expect(speedCautions({ ...SPEED, ...change }).filter((sentence) => words.test(sentence))).toHaveLength(1);
    expect(speedCautions(SPEED)).toEqual([]);
  });

  it.each<[string, Partial<SpeedRecord>, RegExp]>([
    ['another version', { version: '0.1.0' }, /Flipside 0\.1\.0/],
    ['another model', { model: { ...SPEED.model, weightsSha256: 'cd'.repeat(32) } }, /other weights/],
    ['shorter texts', { form: 'short' }, /another size/],
    ['a battery', { power: 'battery' }, /on battery/],
  ])('is not divided by that of %s', (_, change, why) => {
    expect(speedMismatch(SPEED, { ...SPEED, ...change })).toMatch(why);
    expect(speedMismatch(SPEED, { ...SPEED, power: 'unknown' })).toBeNull();
  });
});

describe('a record as a file', () => {
  it('opens as it was saved, and is recognised', () => {
    const file = serialiseSpeed(SPEED);
    expect(parseSpeed(file)).toEqual(SPEED);
    expect(recogniseFile(new TextEncoder().encode(file))).toBe('speed');
    const onProcessor = { ...SPEED, backend: 'cpu', adapter: null, load: [0.5, 2] } as const;
    expect(parseSpeed(serialiseSpeed(onProcessor))).toEqual(onProcessor);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a newer version', { version: 2 }, /^speed\.version is 2, written by a newer Flipside/],
    ['another format', { format: 'flipside-futures' }, /^speed\.format must be "flipside-speed"/],
    ['no time', { createdAt: 'today' }, /^speed\.createdAt must be a time/],
    [
      'a measure that nobody knows',
      { samples: [['flying', 1, 1, 1, null]] },
      /^speed\.samples\[0\]\[0\] must be one of/,
    ],
    ['a time of nothing', { samples: [['read', 1, 1, 0, null]] }, /^speed\.samples\[0\]\[3\] must be greater than 0/],
    ['a time without end', { samples: [['read', 1, 1, 1e300, null]] }, /^speed\.samples\[0\]\[3\] must lie between/],
    ['a sample cut off', { samples: [['read', 1]] }, /^speed\.samples\[0\] must have 5 items/],
    ['an unknown disturbance', { samples: [['read', 1, 1, 1, 'moon']] }, /^speed\.samples\[0\]\[4\] must be one of/],
    ['more samples than anyone takes', { samples: Array(10_001).fill(null) }, /^speed\.samples must have 0 to 10000/],
    [
      'half a hash',
      { model: { ...SPEED.model, weightsSha256: 'ab' } },
      /^speed\.model\.weightsSha256 must be a SHA-256/,
    ],
    ['hidden characters', { runner: 'Chro\u202emium' }, /^speed\.runner holds the invisible character U\+202E/],
    ['a card without its adapter', { adapter: null }, /^speed\.adapter must be there where speed\.backend is "webgpu"/],
    ['an adapter of a processor', { backend: 'cpu' }, /^speed\.adapter must be null where speed\.backend is "cpu"/],
    [
      'a lack without a reason',
      { lacks: [{ measure: 'read', why: 'mood' }] },
      /^speed\.lacks\[0\]\.why must be one of/,
    ],
    ['memory below nothing', { memory: [{ what: 'gpu', bytes: -1 }] }, /^speed\.memory\[0\]\.bytes must lie between/],
    ['text for a switch', { complete: 'yes' }, /^speed\.complete must be true or false/],
  ])('with %s is refused by its path', (_, change, message) => {
    const file = { ...(JSON.parse(serialiseSpeed(SPEED)) as object), ...change };
    expect(() => parseSpeed(JSON.stringify(file))).toThrow(message);
  });
});
