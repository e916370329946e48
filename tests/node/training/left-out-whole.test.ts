import { describe, expect, it } from 'vitest';
import type { RowInfo } from '../../../src/stats/linear/rows.ts';
import type { PromptRow, PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { evidenceBySet } from '../../../src/training/by-set.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const options = {
  id: 'toy',
  title: 'Toy',
  about: 'A probe for tests.',
  stories: toyStories(3, 2),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: 2,
  seed: 3,
  shuffles: 20,
} as const;
const labelled = (rows: readonly PromptRow[], style: string, line = 0): PromptRow[] =>
  rows.map((row) => ({ ...row, style, line: row.line + line }));

describe('styles left out as a whole', () => {
  const base = toySet(8);
  const stylesOf = async (set: PromptSet): Promise<string[]> =>
    (await trainProbe(toyReader(), { ...options, sets: [set] })).report.transfer
      .filter(({ kind }) => kind === 'style')
      .map(({ name }) => name);

  it('are read by a fit to the other topics', async () => {
    const rows = base.rows.map((row, index) => ({ ...row, style: index < base.rows.length / 2 ? 'plain' : 'letter' }));
    expect(await stylesOf({ ...base, rows })).toEqual(['plain', 'letter']);
  });

  it('are passed over where every topic has them, rather than read as chance by a fit to nothing', async () => {
    const letters = labelled(base.rows, 'letter', 100).map((row) => ({ ...row, text: `So it was: ${row.text}` }));
    expect(await stylesOf({ ...base, rows: [...labelled(base.rows, 'plain'), ...letters] })).toEqual([]);
  });
});

describe('layer and penalty of a style left out', () => {
  it('are chosen by the other topics, also where the probe is shown at another layer', async () => {
    const base = toySet(12);
    const rows = base.rows.map((row, index) => ({ ...row, style: index < base.rows.length / 3 ? 'letter' : 'plain' }));
    const { report } = await trainProbe(toyReader(), { ...options, sets: [{ ...base, rows }], defaultLayer: 0 });
    const styles = report.transfer.filter(({ kind }) => kind === 'style');
    expect(styles.map(({ name, auroc }) => [name, auroc.n])).toEqual([
      ['letter', 4],
      ['plain', 8],
    ]);
    for (const { chosen, auroc } of styles) {
      // At layer 0 nothing can be read at the control texts.
      expect(chosen!.layer).toBeGreaterThan(0);
      expect([0.3, 1, 3]).toContain(chosen!.penalty);
      expect(auroc.value).toBeGreaterThan(0.8);
    }
  });
});

describe('evidence set by set', () => {
  const row = (set: number, topic: number, role: 'positive' | 'negative'): RowInfo => ({
    role,
    topic,
    story: -1,
    set,
    side: role === 'positive' ? 1 : -1,
    turn: 0,
    beats: -1,
    readout: 0,
    tokensBefore: 9,
  });

  it('counts the turns of each set alone, also where two sets have a topic of the same name', () => {
    const sets = [toySet(7, 'right'), toySet(7, 'wrong')];
    const info = [0, 1].flatMap((set) =>
      sets[set]!.topics.flatMap((_, topic) => [row(set, topic, 'positive'), row(set, topic, 'negative')]),
    );
    const held = info.map(({ side, set }, i) => (set === 0 ? side : -side) + 0.01 * (i % 5));
    expect(evidenceBySet(held, info, sets, 1).map(({ auroc, pairs }) => [auroc, pairs])).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('excludes nothing where topics are too few for an interval', () => {
    const sets = [toySet(5)];
    const info = sets[0]!.topics.flatMap((_, topic) => [row(0, topic, 'positive'), row(0, topic, 'negative')]);
    expect(
      evidenceBySet(
        info.map(({ side, topic }) => side * (topic - 1)),
        info,
        sets,
        1,
      ),
    ).toMatchObject([{ aurocLow: 0, aurocHigh: 1 }]);
  });
});

describe('a hardened probe', () => {
  it('is not made of nothing to harden it with', async () => {
    await expect(
      trainProbe(toyReader(), { ...options, sets: [toySet(6)], method: { ...options.method, target: 'hardened' } }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});
