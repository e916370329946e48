import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePromptSet, type PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { equalLengthTopics } from '../../../src/training/evidence/equal-length.ts';
import { trainProbe, type TrainOptions } from '../../../src/training/train.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const options: Omit<TrainOptions, 'sets'> = {
  id: 'toy',
  title: 'Toy',
  about: 'A probe for tests.',
  stories: toyStories(3, 2),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: 2,
  seed: 3,
  shuffles: 10,
};
/** A toy set whose negative turns are nine words longer from topic `from` on. */
const wordy = (topics: number, from: number): PromptSet => {
  const set = toySet(topics);
  return {
    ...set,
    rows: set.rows.map((row) =>
      row.pole === 'negative' && Number(row.topic.slice(6)) >= from
        ? { ...row, text: `${row.text} And so it went on for all that day.` }
        : row,
    ),
  };
};

describe('topics whose turns are of equal length', () => {
  it('are found by the words of their poles, at most two apart', () => {
    const set = toySet(3);
    const longer = (words: string): PromptSet => ({
      ...set,
      rows: set.rows.map((row) =>
        row.topic === 'topic-1' && row.pole === 'positive' ? { ...row, text: row.text + words } : row,
      ),
    });
    expect([...equalLengthTopics([longer(' at once')])]).toEqual([0, 1, 2]);
    expect([...equalLengthTopics([longer(' all at once')])]).toEqual([0, 2]);
    expect([
      ...equalLengthTopics([
        {
          ...set,
          rows: set.rows.map((row) => (row.pole === 'neutral' ? { ...row, text: `${row.text} a b c d e` } : row)),
        },
      ]),
    ]).toEqual([0, 1, 2]);
  });

  it('are the twelve told topics of terse and wordy', () => {
    const read = (ending: string): string =>
      readFileSync(new URL(`../../../probes/sets/terse-wordy/terse-wordy${ending}`, import.meta.url), 'utf8');
    const set = parsePromptSet(
      { headerName: 'h', rowsName: 'r', header: read('.set.json'), rows: read('.jsonl'), sha256: '0'.repeat(64) },
      { requireNeutral: true },
    );
    expect([...equalLengthTopics([set])].map((topic) => set.topics[topic])).toEqual([
      'inquest',
      'farewell',
      'salt mine',
      'october letter',
      'missing hen',
      'drains',
      'weir',
      'sunday call',
      'crossing',
      'slates',
      'best man',
      'angling club',
    ]);
  });

  it('are judged alone where length gives the poles away in the others', async () => {
    const { report } = await trainProbe(toyReader(), { ...options, sets: [wordy(14, 8)] });
    expect(report.baselines.length.value).toBeLessThan(0.4);
    const [part, ...more] = report.transfer.filter(({ kind }) => kind === 'part');
    expect(more).toEqual([]);
    expect(part!.auroc.n).toBe(8);
    expect(part!.name).toContain('at most 2 words apart');
    expect(report.caveats.join()).not.toContain('no topic has turns of nearly equal length');
  });

  it('are not judged alone where length gives nothing away, and are missed where there are none', async () => {
    const level = await trainProbe(toyReader(), { ...options, sets: [toySet(8)] });
    expect(level.report.transfer.filter(({ kind }) => kind === 'part')).toEqual([]);
    const { report } = await trainProbe(toyReader(), { ...options, sets: [wordy(8, 0)] });
    expect(report.transfer.filter(({ kind }) => kind === 'part')).toEqual([]);
    expect(report.caveats).toContainEqual(expect.stringContaining('no topic has turns of nearly equal length'));
  });
});

describe('lines of rare readings', () => {
  it('have a caveat where fewer than 5,000 neutral tokens are behind them', async () => {
    const { probe, report } = await trainProbe(toyReader(), { ...options, sets: [toySet(6)] });
    expect(probe.alarm.tokens).toBeLessThan(5000);
    expect(report.caveats).toContain(
      `The 1 % lines rest on ${probe.alarm.tokens} neutral tokens; with fewer than 5,000 they are the place of a few odd sentences.`,
    );
    const long = await trainProbe(toyReader(), { ...options, sets: [toySet(6)], stories: toyStories(60, 10) });
    expect(long.probe.alarm.tokens).toBeGreaterThanOrEqual(5000);
    expect(long.report.caveats.join()).not.toContain('1 % lines');
  }, 120_000);
});
