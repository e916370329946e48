import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import type { RowInfo, RowRole } from '../../../src/stats/linear/rows.ts';
import { collectRows } from '../../../src/training/collect.ts';
import { embeddingBaseline } from '../../../src/training/evidence/embedding-baseline.ts';
import { readingsIn } from '../../../src/training/readings.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { readOne, toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const TOPICS = 30;
const HIDDEN = 20;
const ROLES: readonly RowRole[] = ['setting', 'positive', 'negative', 'neutral'];
const SIDE: Partial<Record<RowRole, 1 | -1>> = { positive: 1, negative: -1 };
const info = Array.from({ length: TOPICS * ROLES.length }, (_, turn): RowInfo => {
  const role = ROLES[turn % ROLES.length]!;
  return {
    role,
    topic: Math.floor(turn / ROLES.length),
    story: -1,
    set: 0,
    side: SIDE[role] ?? 0,
    turn,
    beats: -1,
    readout: 0,
    tokensBefore: 20,
  };
});
const readings = readingsIn({
  info,
  hidden: HIDDEN,
  topicCount: TOPICS,
  storyCount: 0,
  residuals: [],
  own: new Map(),
  embeddings: new Map(),
});
const method = { kind: 'ridge', target: 'zeroed', penalty: 1 } as const;

/** Embeddings of noise in which the poles are `apart` along one feature. */
function baseline(apart: number, seed: number) {
  const rng = createRng(seed);
  const embeddings = new Map(
    info.map(({ turn, role }) => [
      turn,
      Float32Array.from({ length: HIDDEN }, (_, f) => rng.normal() + (f === 3 ? apart * (SIDE[role] ?? 0) : 0)),
    ]),
  );
  return embeddingBaseline({ hidden: HIDDEN, embeddings }, readings, method);
}

describe('the baseline of word embeddings', () => {
  it('finds what the embeddings give away, in topics left out', () => {
    expect(baseline(2, 1).value).toBeGreaterThan(0.9);
    expect(baseline(2, 1).n).toBe(TOPICS);
  });

  it('holds chance in its interval where they give nothing away', () => {
    const found = [1, 2, 3, 4, 5, 6].map((seed) => baseline(0, seed));
    expect(found.filter(({ low, high }) => low! <= 0.5 && high! >= 0.5).length).toBeGreaterThanOrEqual(5);
  });

  it('is not a number where a text was not read, rather than a smaller baseline', () => {
    expect(() => embeddingBaseline({ hidden: HIDDEN, embeddings: new Map() }, readings, method)).toThrow(RangeError);
  });

  it('is made of the words of every turn, setting, story and zero text', async () => {
    const reader = toyReader();
    const rows = await collectRows(reader, {
      sets: [toySet(6)],
      stories: toyStories(2, 2),
      zeros: [toySet(4, 'zero')],
      readoutTexts: ['A cart went by.'],
      settings: true,
    });
    expect([...rows.embeddings.keys()]).toEqual([...new Set(rows.info.map(({ turn }) => turn))]);
    const positive = rows.info.find(({ role }) => role === 'positive')!;
    const { readouts } = await readOne(reader, {
      text: ['In place 0 someone works.', 'There a person helps number 0.'],
      readoutTexts: [],
      readoutAfter: [1],
    });
    expect(rows.embeddings.get(positive.turn)).toEqual(readouts[0]!.own.slice(0, rows.hidden));
  });

  it('stands in the report of a training, near 1 where single words name the pole', async () => {
    const { report } = await trainProbe(toyReader(), {
      id: 'toy',
      title: 'Toy',
      about: 'A probe for tests.',
      sets: [toySet(14)],
      stories: toyStories(3, 2),
      method,
      defaultLayer: 2,
      seed: 3,
      shuffles: 5,
    });
    expect(report.baselines.embedding!.value).toBeGreaterThan(0.9);
    expect(report.curves[0]!.auroc[0]).toBe(0.5);
  });
});
