/** What training makes of sets that nobody should train on: a clear refusal, or a smaller claim with its caveat. */
import { describe, expect, it } from 'vitest';
import type { PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { serialiseReport } from '../../../src/formats/probe/report.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { trainProbe, type Trained, type TrainOptions } from '../../../src/training/train.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const options = (changes: Partial<TrainOptions>): TrainOptions => ({
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [toySet(8)],
  stories: toyStories(4, 3),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  seed: 1,
  shuffles: 20,
  ...changes,
});
/** The report as it is written, which refuses every number that is not finite. */
const written = ({ probe, report }: Trained): string => {
  serialiseProbe(probe);
  return serialiseReport({ probe: { id: probe.id, sha256: '0'.repeat(64) }, ...report });
};
/** A reader whose layer 1 gives the same numbers for whatever is read. */
const constantLayer = (): SegmentReader => {
  const reader = toyReader();
  const flatten = (values: Float32Array, from: number, to: number): void => void values.fill(1.5, from, to);
  return {
    ...reader,
    read: async (...given) => {
      const readings = await reader.read(...given);
      for (const { readouts, tokens } of readings) {
        for (const readout of readouts) for (const mean of [...readout.means, readout.own]) flatten(mean, 12, 24);
        if (tokens) flatten(tokens.residuals, tokens.count * 12, tokens.count * 24);
      }
      return readings;
    },
  };
};

describe('refusals', () => {
  it.each([1, 2, 3])('%i topics: nothing could be held out', async (topics) => {
    await expect(trainProbe(toyReader(), options({ sets: [toySet(topics)] }))).rejects.toMatchObject({
      code: 'set-invalid',
      message: expect.stringMatching(`hold ${topics} topic.*at least 4 are needed`) as string,
    });
  });

  it('10,000 rows that would not fit into memory, with how many would', async () => {
    const big = { ...toyReader(), model: { ...toyReader().model, layerCount: 30, hidden: 576 } };
    const set: PromptSet = toySet(3334);
    await expect(trainProbe(big, options({ sets: [set] }))).rejects.toMatchObject({
      code: 'set-invalid',
      message: expect.stringMatching(
        /1335\d texts; read at 2 control texts on this model they take 238\d MB, and at most 300 MB are kept in memory, which is about 16\d\d texts/,
      ) as string,
    });
  });

  it('a model that gives NaN in the words of a story', async () => {
    const reader = toyReader();
    const broken: SegmentReader = {
      ...reader,
      read: async (...given) => {
        const readings = await reader.read(...given);
        readings[0]!.tokens?.residuals.fill(NaN, 30, 31);
        return readings;
      },
    };
    await expect(trainProbe(broken, options({}))).rejects.toMatchObject({
      code: 'numbers-not-finite',
      message: expect.stringContaining('neutral story') as string,
    });
  });

  it('a shrinkage or a penalty out of range', async () => {
    await expect(
      trainProbe(toyReader(), options({ method: { kind: 'lda', target: 'poles', penalty: 1 } })),
    ).rejects.toMatchObject({ code: 'usage' });
    await expect(
      trainProbe(toyReader(), options({ method: { kind: 'ridge', target: 'poles', penalty: 0 } })),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('smaller claims', () => {
  it('few topics: no interval, and a caveat beside every number', async () => {
    const trained = await trainProbe(toyReader(), options({ sets: [toySet(5)] }));
    const { report, probe } = trained;
    expect(report.caveats[0]).toBe('5 topics are too few for an interval: every number here may be luck.');
    expect(report.curves[0]!.aurocLow).toEqual([null, null, null]);
    expect(report.curves[0]!.nested.auroc).toMatchObject({
      low: null,
      high: null,
      n: 5,
      note: 'too few topics for an interval',
    });
    expect(report.poles).toMatchObject({ cosine: null, salience: null });
    expect(probe.evidence).toMatchObject({ aurocLow: [0, 0, 0], aurocHigh: [1, 1, 1] });
    expect(probe.defaultLayer).toBe(1);
    written(trained);
  });

  it('a layer of constant readings reads chance and has no direction', async () => {
    const trained = await trainProbe(constantLayer(), options({}));
    const { probe, report } = trained;
    for (const curve of report.curves)
      expect([curve.auroc[1], curve.pairs[1], curve.dPrime[1], curve.nullAuroc95ByLayer[1]]).toEqual([
        0.5, 0.5, 0, 0.5,
      ]);
    expect([...probe.directions.subarray(12, 24)].every((value) => value === 0)).toBe(true);
    expect(report.curves[0]!.auroc[2]).toBeGreaterThan(0.8);
    written(trained);
  });

  it('one control text: selectivity is not measured, and says nothing', async () => {
    const set = { ...toySet(8), taps: toySet(8).taps.slice(0, 1) };
    const trained = await trainProbe(toyReader(), options({ sets: [set] }));
    expect(trained.report.selectivity).toBeNull();
    expect(trained.report.transfer.filter(({ kind }) => kind === 'tap')).toEqual([]);
    written(trained);
  });

  it('two turns of a pole in every topic, and topics of equal name in two sets, stay together', async () => {
    const set = toySet(8);
    const twice = {
      ...set,
      name: 'twice',
      rows: set.rows.map((row) => ({ ...row, text: `${row.text} Again.`, line: row.line })),
    };
    const trained = await trainProbe(toyReader(), options({ sets: [set, twice] }));
    expect(trained.report).toMatchObject({ topics: 8, readings: 32 });
    expect(trained.report.curves[0]!.nested.chosen.reduce((sum, { folds }) => sum + folds, 0)).toBe(8);
    written(trained);
  });
});
