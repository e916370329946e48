import { describe, expect, it } from 'vitest';
import { drawNullDirections, nullBand } from '../../../src/probe/fit/null-band.ts';
import { meanReading, readoutScore } from '../../../src/reading/score.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { probeCard } from '../../../src/formats/probe/probe-card.ts';
import type { TrainingProgress } from '../../../src/probe/training-plan.ts';
import { controlVectorOf } from '../../../src/formats/containers/control-vector.ts';
import { collectRows } from '../../../src/training/collect.ts';
import { judgeProbe } from '../../../src/training/evidence/judge.ts';
import { judgeVector } from '../../../src/training/evidence/judge-vector.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { placebosOf } from '../../../src/training/steering-directions.ts';
import { trainProbe, type TrainOptions } from '../../../src/training/train.ts';
import { readOne, TOY_MODEL, toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const options = (changes: Partial<TrainOptions> = {}): TrainOptions => ({
  id: 'toy-probe',
  title: 'Toy',
  about: 'A probe for tests.',
  sets: [toySet(14)],
  stories: toyStories(6, 4),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: 2,
  seed: 3,
  shuffles: 60,
  ...changes,
});
const trained = trainProbe(toyReader(), options());

describe('training', () => {
  it('finds the axis where it is, and reads exactly chance at layer 0', async () => {
    const { probe } = await trained;
    expect(probe.evidence.auroc[0]).toBe(0.5);
    expect(probe.evidence.pairs[0]).toBe(0.5);
    expect(probe.evidence.auroc[2]).toBeGreaterThan(0.9);
    expect(probe.evidence.aurocLow[2]).toBeLessThanOrEqual(probe.evidence.auroc[2]!);
    expect(probe.evidence.nullAuroc95).toBeLessThan(0.85);
    expect(probe.evidence.nullAuroc95).toBeGreaterThan(0.5);
  });

  it('counts its rows, sets and topics', async () => {
    const { probe, report } = await trained;
    expect(probe.evidence).toMatchObject({ topics: 14, rows: 14 * 2, nullShuffles: 60, driftLayer: 2 });
    expect(report).toMatchObject({ topics: 14, readings: 28, layer: 2 });
    expect(probe.provenance.sets.map(({ name, rows }) => [name, rows])).toEqual([
      ['toy-set', 42],
      ['toy-stories', 6],
    ]);
  });

  it('shows each training set apart, and a single set as the whole', async () => {
    const { probe } = await trained;
    const { auroc, aurocLow, aurocHigh, pairs, topics } = probe.evidence;
    expect(probe.evidence.bySet).toEqual([
      { name: 'toy-set', topics, auroc: auroc[2], aurocLow: aurocLow[2], aurocHigh: aurocHigh[2], pairs: pairs[2] },
    ]);
    const [first, second] = [toySet(8), { ...toySet(6), name: 'other-set' }];
    const renamed = {
      ...second,
      topics: second.topics.map((topic) => `other ${topic}`),
      rows: second.rows.map((row) => ({ ...row, topic: `other ${row.topic}` })),
    };
    const both = await trainProbe(toyReader(), { ...options(), sets: [first, renamed] });
    expect(both.probe.evidence.bySet.map((set) => [set.name, set.topics])).toEqual([
      ['toy-set', 8],
      ['other-set', 6],
    ]);
    // Pairs are counted topic by topic, so the whole is the weighted mean of its parts.
    const [a, b] = both.probe.evidence.bySet;
    expect((8 * a!.pairs + 6 * b!.pairs) / 14).toBeCloseTo(both.probe.evidence.pairs[2]!, 4);
  });

  it('gives scores in units of the training turns, with zero on neutral text', async () => {
    const { probe } = await trained;
    const reader = toyReader();
    const rows = await collectRows(reader, {
      sets: [toySet(14)],
      stories: undefined,
      readoutTexts: probe.taps,
      settings: false,
    });
    const reading = (turn: number): number => {
      const members = rows.info.flatMap((row, i) => (row.turn === turn ? [i] : []));
      const means = members.map((row) =>
        Float32Array.from(rows.residuals.flatMap((layer) => [...layer.subarray(row * 12, row * 12 + 12)])),
      );
      return readoutScore(probe, meanReading(means))[2]!;
    };
    const poles = rows.info
      .filter((row) => row.readout === 0 && row.role !== 'neutral')
      .map((row) => reading(row.turn));
    const centre = poles.reduce((a, b) => a + b, 0) / poles.length;
    const sd = Math.sqrt(poles.reduce((sum, value) => sum + (value - centre) ** 2, 0) / poles.length);
    expect(sd).toBeCloseTo(1, 3);
    expect(
      Math.abs(probe.evidence.drift.reduce((sum, { mean }) => sum + mean, 0) / probe.evidence.drift.length),
    ).toBeLessThan(0.6);
  });

  it('reports drift by beats, from the setting alone to the last', async () => {
    const { probe } = await trained;
    expect(probe.evidence.drift.map(({ beats, n }) => [beats, n])).toEqual([0, 1, 2, 3, 4].map((beats) => [beats, 6]));
  });

  it('gives the same probe for the same seed, and the same files', async () => {
    const again = await trainProbe(toyReader(), options());
    const files = [serialiseProbe((await trained).probe), serialiseProbe(again.probe)];
    expect(files[1]!.json).toBe(files[0]!.json);
    expect(files[1]!.tensors).toEqual(files[0]!.tensors);
  });

  it('loses nothing that is used when it is written and read back', async () => {
    const { probe } = await trained;
    const { json, tensors } = serialiseProbe(probe);
    expect(parseProbe(json, tensors)).toEqual(probe);
  });

  it('carries ten placebos of its steering direction, dealt from its own seed', async () => {
    const { probe } = await trained;
    const rows = await collectRows(toyReader(), {
      sets: [toySet(14)],
      stories: undefined,
      readoutTexts: probe.taps,
      settings: false,
    });
    expect(probe.placebos).toHaveLength(10 * 3 * 12);
    expect(probe.placebos).toEqual(placebosOf(rows, 3));
    const other = await trainProbe(toyReader(), options({ shuffles: 2, seed: 4 }));
    expect(other.probe.placebos).toEqual(placebosOf(rows, 4));
    expect(other.probe.steering).toEqual(probe.steering);
  });

  it('has placebos with as few topics as can be trained on', async () => {
    const { probe } = await trainProbe(toyReader(), options({ shuffles: 2, sets: [toySet(4)] }));
    expect(probe.placebos).toHaveLength(10 * 3 * 12);
    const { json, tensors } = serialiseProbe(probe);
    expect(parseProbe(json, tensors)).toEqual(probe);
  });

  it.each([
    ['ridge', 1],
    ['logistic', 0.3],
    ['lda', 0.85],
    ['difference-of-means', 0],
  ] as const)('fits %s too', async (kind, penalty) => {
    const { probe } = await trainProbe(
      toyReader(),
      options({ shuffles: 10, method: { kind, target: 'poles', penalty } }),
    );
    expect(probe.evidence.auroc[0]).toBe(0.5);
    expect(probe.evidence.auroc[2]).toBeGreaterThan(0.9);
  });

  it('tells how far it has come, stage by stage', async () => {
    const seen: TrainingProgress[] = [];
    await trainProbe(toyReader(), options({ shuffles: 2, onProgress: (progress) => seen.push(progress) }));
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(['reading', 'fitting', 'tokens', 'judging']);
    expect(seen.at(-1)).toMatchObject({ stage: 'judging', done: seen.at(-1)!.total });
  });

  it('stops when it is told to, while fitting as well', async () => {
    const controller = new AbortController();
    const running = trainProbe(
      toyReader(),
      options({
        signal: controller.signal,
        onProgress: ({ stage }) => {
          if (stage === 'fitting') controller.abort();
        },
      }),
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses what cannot be held out', async () => {
    await expect(trainProbe(toyReader(), options({ sets: [toySet(3)] }))).rejects.toMatchObject({
      code: 'set-invalid',
    });
    await expect(trainProbe(toyReader(), options({ stories: toyStories(1, 4) }))).rejects.toMatchObject({
      code: 'set-invalid',
    });
    const other = { ...toySet(5), axis: { positive: 'warm', negative: 'cold', neutral: 'neutral' }, name: 'warm-cold' };
    await expect(trainProbe(toyReader(), options({ sets: [toySet(5), other] }))).rejects.toThrow(
      /"warm-cold" calls its positive pole "warm"/,
    );
  });

  it('names a model that gives numbers which are not finite', async () => {
    const reader = toyReader();
    const broken: SegmentReader = {
      ...reader,
      read: async (...given) => {
        const readings = await reader.read(...given);
        readings[0]!.readouts[0]!.means[0]![0] = NaN;
        return readings;
      },
    };
    await expect(trainProbe(broken, options())).rejects.toMatchObject({ code: 'numbers-not-finite' });
  });
});

describe('judging', () => {
  it('scores another set with a probe as it is', async () => {
    const { probe } = await trained;
    const other = {
      ...toySet(20),
      rows: toySet(20).rows.filter((row) => Number(row.topic.slice(6)) >= 14),
      topics: toySet(20).topics.slice(14),
    };
    const judgement = await judgeProbe(toyReader(), probe, other);
    expect(judgement).toMatchObject({ topics: 6, readings: 12 });
    expect(judgement.auroc[0]).toBe(0.5);
    expect(judgement.auroc[2]).toBeGreaterThan(0.9);
    expect(judgement.aurocLow[2]).toBeLessThanOrEqual(judgement.auroc[2]!);
    expect(judgement.aurocHigh[2]).toBeGreaterThanOrEqual(judgement.auroc[2]!);
    expect(judgement.pairs[2]).toBe(1);
    expect(judgement.means.positive[2]!).toBeGreaterThan(judgement.means.neutral![2]!);
    expect(judgement.means.neutral![2]!).toBeGreaterThan(judgement.means.negative[2]!);
  });

  it('counts whole readings: the mean over control texts, pair by pair', async () => {
    const { probe } = await trained;
    const reader = toyReader();
    const set = toySet(9);
    const judgement = await judgeProbe(reader, probe, set);
    for (const layer of [1, 2]) {
      const score = async ({ context, text }: (typeof set.rows)[number]): Promise<number> => {
        const { readouts } = await readOne(reader, {
          text: [context, text],
          readoutTexts: probe.taps,
          readoutAfter: [1],
        });
        return readoutScore(probe, meanReading(readouts[0]!.means))[layer]!;
      };
      const of = (pole: string) => Promise.all(set.rows.filter((row) => row.pole === pole).map(score));
      const [positive, negative] = [await of('positive'), await of('negative')];
      const wins = positive.flatMap((a) => negative.map((b) => Number(a > b)));
      expect(judgement.auroc[layer]).toBeCloseTo(wins.reduce((sum, win) => sum + win, 0) / wins.length, 10);
      expect(judgement.means.positive[layer]).toBeCloseTo(
        positive.reduce((sum, value) => sum + value, 0) / positive.length,
        4,
      );
    }
  });

  it('reads a set without scenes and neutral turns, as most public sets are: every turn alone', async () => {
    const { probe } = await trained;
    const rows = toySet(8)
      .rows.filter(({ pole }) => pole !== 'neutral')
      .map(({ topic, pole, text }, index) =>
        JSON.stringify({
          topic,
          pole: pole === 'positive' ? 'kind' : 'cruel',
          ...(index % 2 === 0 ? { context: '' } : {}),
          text,
        }),
      );
    const header = JSON.stringify({
      format: 'flipside-prompt-set',
      version: 1,
      name: 'public',
      poles: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
      taps: ['The clock struck four.'],
      licence: 'CC0',
      about: 'No scenes.',
    });
    const files = {
      headerName: 'public.set.json',
      rowsName: 'public.jsonl',
      header,
      rows: rows.join('\n'),
      sha256: 'ef'.repeat(32),
    };
    expect(() => parsePromptSet(files, { requireNeutral: false })).toThrow(/public\.jsonl line 1\.context is empty/);
    const reader = toyReader();
    const judgement = await judgeProbe(
      reader,
      probe,
      parsePromptSet(files, { requireNeutral: false, emptyScenes: true }),
    );
    expect(judgement).toMatchObject({ set: 'public', topics: 8, readings: 16, means: { neutral: null } });
    const { readouts } = await readOne(reader, {
      text: ['There a person helps number 0.'],
      readoutTexts: probe.taps,
      readoutAfter: [0],
    });
    expect(judgement.turnScores[2]![0]).toBeCloseTo(readoutScore(probe, meanReading(readouts[0]!.means))[2]!, 4);
    expect(judgement.caveats.join(' ')).toContain('Turns without a scene were read alone');
  });

  it('needs no neutral turns, and gives no interval over fewer than six topics', async () => {
    const set = toySet(5);
    const judgement = await judgeProbe(toyReader(), (await trained).probe, {
      ...set,
      rows: set.rows.filter((row) => row.pole !== 'neutral'),
    });
    expect(judgement.means.neutral).toBeNull();
    expect([...judgement.aurocLow, ...judgement.aurocHigh]).toEqual(new Array(6).fill(null));
    expect(judgement.auroc[2]).toBeGreaterThan(0.5);
    expect(judgement.null).toMatchObject({ shuffles: 1000, ways: 32 });
    expect(judgement.caveats).toEqual([
      '5 topics are too few for an interval: every number here may be luck.',
      'The labels can be dealt out within topics in 32 ways only, so p cannot lie below 1 in 32.',
      'No turn is neutral, so it is not seen where this probe puts its zero.',
    ]);
  });

  it('compares what it reads with shuffled labels, at every layer and for the best of all', async () => {
    const judgement = await judgeProbe(toyReader(), (await trained).probe, toySet(26));
    expect(judgement.caveats).toEqual([]);
    expect(judgement.null!.p).toBe(1 / 1001);
    expect(judgement.null!.auroc95).toBeLessThan(judgement.auroc[2]!);
    expect(judgement.null!.pByLayer[0]).toBe(1);
    expect(judgement.null!.auroc95ByLayer[0]).toBe(0.5);
  });

  it('of one pole alone is told that there is nothing to tell apart', async () => {
    const set = toySet(7);
    const judgement = await judgeProbe(toyReader(), (await trained).probe, {
      ...set,
      rows: set.rows.filter((row) => row.pole !== 'negative'),
    });
    expect(judgement.null).toBeNull();
    expect(judgement.caveats[0]).toBe('No turn is cruel: there is nothing to tell apart.');
  });

  it('of a control vector reads the same order, says what the vector lacks, and where it has no direction', async () => {
    const { probe } = await trained;
    const vector = controlVectorOf(probe, 'directions');
    const [own, other] = [
      await judgeProbe(toyReader(), probe, toySet(8)),
      await judgeVector(toyReader(), vector, toySet(8)),
    ];
    expect(other.auroc).toEqual([0.5, 0.5, own.auroc[2]]);
    expect(other.null!.auroc95ByLayer[2]).toBe(own.null!.auroc95ByLayer[2]);
    expect(other.caveats.slice(0, 2)).toEqual([
      expect.stringMatching(/no zero and no unit/),
      'It has no direction for layers 0 and 1: these read chance.',
    ]);
  });

  it('stops between layers', async () => {
    const controller = new AbortController();
    const pause = (): Promise<void> => {
      controller.abort();
      return Promise.resolve();
    };
    await expect(
      judgeProbe(toyReader(), (await trained).probe, toySet(6), { signal: controller.signal, pause }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses a probe of another model', async () => {
    const { probe } = await trained;
    const wider = { ...probe, model: { ...TOY_MODEL, hidden: 13 } };
    await expect(judgeProbe(toyReader(), wider, toySet(6))).rejects.toMatchObject({ code: 'probe-width-mismatch' });
  });
});

describe('the null band', () => {
  it('holds about nine tenths of the training turns and nothing at layer 0', async () => {
    const { probe } = await trained;
    const drawn = drawNullDirections(probe.nullModel, 3);
    const rows = await collectRows(toyReader(), {
      sets: [toySet(14)],
      stories: undefined,
      readoutTexts: probe.taps,
      settings: false,
    });
    const widths: number[] = [];
    for (let row = 0; row < rows.info.length; row += 1) {
      const reading = Float32Array.from(
        rows.residuals.flatMap((layer) => [...layer.subarray(row * 12, row * 12 + 12)]),
      );
      const { low, high } = nullBand(drawn, reading, rows.info[row]!.tokensBefore);
      expect(low[0]).toBe(0);
      expect(high[0]).toBe(0);
      widths.push(high[2]! - low[2]!);
    }
    const width = widths.reduce((a, b) => a + b, 0) / widths.length;
    // A standard normal's middle 90 % is 3.3 wide.
    expect(width).toBeGreaterThan(1.5);
    expect(width).toBeLessThan(6);
  });

  it('is the same for the same seed', async () => {
    const { probe } = await trained;
    expect(drawNullDirections(probe.nullModel, 3)).toEqual(drawNullDirections(probe.nullModel, 3));
  });

  it('draws directions of unit spread over the training turns', async () => {
    const { probe } = await trained;
    const drawn = drawNullDirections(probe.nullModel, 3);
    const rows = await collectRows(toyReader(), {
      sets: [toySet(14)],
      stories: undefined,
      readoutTexts: probe.taps,
      settings: false,
    });
    const turns = [...new Set(rows.info.filter((row) => row.role !== 'neutral').map((row) => row.turn))];
    for (const d of [0, 7, 199]) {
      const scores = turns.map((turn) => {
        let sum = 0;
        for (const [row, info] of rows.info.entries())
          if (info.turn === turn)
            for (let f = 0; f < 12; f += 1)
              sum += (drawn.directions[(2 * 200 + d) * 12 + f]! * rows.residuals[2]![row * 12 + f]!) / 2;
        return sum;
      });
      const centre = scores.reduce((a, b) => a + b, 0) / scores.length;
      expect(Math.sqrt(scores.reduce((sum, value) => sum + (value - centre) ** 2, 0) / scores.length)).toBeCloseTo(
        1,
        2,
      );
    }
  });
});

describe('the card', () => {
  it('shows every layer, the null, the drift and the limits', async () => {
    const { probe, report } = await trained;
    const card = probeCard(probe, { probe: { id: probe.id, sha256: '0'.repeat(64) }, ...report });
    expect(card).toMatch(/^# Toy\n/);
    expect(card.match(/^\| \**\d+\** \| 0\.\d{3}|^\| \**\d+\** \| 1\.000/gm)).toHaveLength(3);
    expect(card).toContain('| 4 | ');
    expect(card).toContain('may not be claimed');
    expect(card).not.toContain('NaN');
  });
});
