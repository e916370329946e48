/** Many passages on a reader that takes several at once: order, progress and stops. */
import { describe, expect, it } from 'vitest';
import type { TrainingProgress } from '../../../src/probe/training-plan.ts';
import { collectRows } from '../../../src/training/collect.ts';
import { readAll } from '../../../src/training/read-all.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const passages = toySet(4).rows.map(({ context, text }) => ({
  text: [context, text],
  readoutTexts: ['A cart went by.'],
  readoutAfter: [1],
}));
const plan = { sets: [toySet(4)], stories: toyStories(2, 2), readoutTexts: ['A cart went by.'], settings: true };
const nothing = (): Promise<void> => Promise.resolve();

describe('passages', () => {
  it('come in their order, and each group is told once all its readings have been taken', async () => {
    const told: number[] = [];
    const seen: number[] = [];
    for await (const [passage] of readAll(toyReader({ together: 5 }), passages, (count) => {
      told.push(count);
      expect(seen).toHaveLength(told.reduce((sum, each) => sum + each, 0));
      return nothing();
    }))
      seen.push(passages.indexOf(passage));
    expect(seen).toEqual(passages.map((_, index) => index));
    expect(told).toEqual([5, 5, 2]);
  });

  it('give the same rows however many are read at once', async () => {
    expect(await collectRows(toyReader({ together: 5 }), plan)).toEqual(await collectRows(toyReader(), plan));
  });

  it('are told as done group by group, and a stop is heard after each', async () => {
    const controller = new AbortController();
    const seen: TrainingProgress[] = [];
    const pause = (): Promise<void> => {
      if (seen.length === 2) controller.abort();
      return nothing();
    };
    const running = collectRows(toyReader({ together: 5 }), plan, {
      signal: controller.signal,
      pause,
      onProgress: (progress) => seen.push(progress),
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual([5, 10].map((done) => ({ stage: 'reading', done, total: 14 })));
  });

  it('that a reader leaves out are missed', async () => {
    const reader = toyReader({ together: 5 });
    const forgetful: SegmentReader = { ...reader, read: async (...given) => (await reader.read(...given)).slice(1) };
    await expect(collectRows(forgetful, plan)).rejects.toMatchObject({ code: 'internal' });
  });
});
