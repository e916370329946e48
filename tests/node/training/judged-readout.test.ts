/** What a readout and the raw views are worth, on the toy model, against a count of pairs. */
import { expect, test } from 'vitest';
import { readoutRows } from '../../../src/probe/evidence/readout-rows.ts';
import { trailingMean } from '../../../src/stats/smoothing.ts';
import type { ControlSet } from '../../../src/formats/sets/control-set.ts';
import type { PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { judgeProbe } from '../../../src/training/evidence/judge.ts';
import { judgeStories } from '../../../src/training/trace/judge-readout.ts';
import { rawWorth } from '../../../src/training/trace/raw-worth.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { toldTexts } from '../../../src/training/trace/trace-passages.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { AppError } from '../../../src/base/errors.ts';
import { readOne, toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const told: ControlSet = {
  name: 'told',
  licence: 'Apache-2.0',
  about: 'Toys.',
  kind: 'story',
  contrasts: [],
  items: [],
  sha256: 'ab'.repeat(32),
  rows: Array.from({ length: 7 }, (_, s) => ({
    kind: 'story' as const,
    item: `s${s}`,
    line: s + 1,
    beats: [
      { text: `Here ${s} is a place.`, cell: 'neutral' },
      { text: `There a person helps number ${s} again.`, cell: 'kind' },
      { text: `Then that person harms and harms number ${s}.`, cell: 'cruel' },
    ],
  })),
};
/** A difference that has nothing to do with the axis. */
const style: PromptSet = {
  ...toySet(6, 'style'),
  axis: { positive: 'formal', negative: 'casual', neutral: 'neutral' },
  rows: toySet(6, 'style').rows.map((row) => ({
    ...row,
    text: row.text.replace('helps', 'bows to').replace('harms', 'waves at'),
  })),
};
const options = {
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [toySet(14)],
  stories: toyStories(4, 3),
  zeros: [toySet(6, 'zeros')],
  others: [style],
  trace: { texts: ['A clock struck.'], freeOf: ['style'], told: [told] },
  readoutCount: 1,
  otherReadouts: false,
  method: { kind: 'ridge', target: 'hardened', penalty: 1 },
  defaultLayer: 1,
  seed: 3,
  shuffles: 20,
} as const;
const { probe, report } = await trainProbe(toyReader(), options);

/** AUROC by its meaning: the share of pairs in which the positive one is higher. */
function pairsRight(places: readonly { score: number; side: number }[]): number {
  const of = (side: number): number[] =>
    places.filter((place) => place.side === side && Number.isFinite(place.score)).map(({ score }) => score);
  const pairs: number[] = of(1).flatMap((a) => of(-1).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return pairs.reduce((sum, right) => sum + right, 0) / pairs.length;
}

test('a report holds the evidence of the readout, with the raw views of the same stories', () => {
  const { readout } = report;
  expect(readout).toMatchObject(probe.trace!.evidence);
  expect(readout!.raw.map(({ grain, within }) => [grain, within.n])).toEqual([
    ['mean', 7],
    ['token', 7],
    ['word', 7],
    ['sentence', 7],
  ]);
  const rows = readoutRows(readout!);
  expect(rows.filter(({ wanted }) => wanted === 0.5).map(({ texts }) => texts)).toEqual(['style, by parts left out']);
  expect(rows.at(-1)).toEqual({
    texts: 'raw: sentences, stories together',
    places: 'all tokens',
    auroc: readout!.raw[3]!.pooled,
    wanted: 1,
  });
});

test('the worth of single tokens and of their running mean is the share of pairs that are the right way round', async () => {
  const stories = await Promise.all(
    told.rows.map(async (row) => {
      const beats = row.kind === 'story' ? row.beats : [];
      const { tokens } = await readOne(toyReader(), {
        text: beats.map(({ text }) => text),
        readoutTexts: [],
        readoutAfter: [],
        keepTokens: true,
      });
      const { count, residuals } = tokens!;
      const { hidden } = probe.model;
      const { tokenMean, scale } = probe.calibration[1]!;
      const { from, means } = probe.earlyTokens;
      const scores = Array.from({ length: count }, (_, token) => {
        if (token === 0) return NaN;
        let along = 0;
        for (let f = 0; f < hidden; f += 1)
          along += probe.directions[hidden + f]! * residuals[(count + token) * hidden + f]!;
        const group = from.findLastIndex((first) => first <= token);
        const early = token < probe.earlyTokens.steadyFrom && group >= 0 ? means[1]![group]! : tokenMean;
        return (along - early) / scale;
      });
      const sides = beats.flatMap(({ text, cell }) =>
        text.split(' ').map(() => (cell === 'kind' ? 1 : cell === 'cruel' ? -1 : 0)),
      );
      return sides.map((side, token) => ({
        side,
        token: scores[token]!,
        mean: trailingMean(scores, token, 10),
      }));
    }),
  );
  const found = await rawWorth(toyReader(), probe, toldTexts([told], probe.axis), { seed: 1 });
  for (const grain of ['token', 'mean'] as const) {
    const scored = stories.map((story) => story.map((place) => ({ side: place.side, score: place[grain] })));
    const { within, pooled } = found.find((view) => view.grain === grain)!;
    expect(within.value).toBeCloseTo(
      scored.reduce((sum, story) => sum + pairsRight(story) / scored.length, 0),
      10,
    );
    expect(pooled.value).toBeCloseTo(pairsRight(scored.flat()), 10);
  }
});

test('judging a set reads it by the readout too; a probe without one says nothing of it', async () => {
  const other = toySet(8, 'other');
  const { readout } = await judgeProbe(toyReader(), probe, other);
  expect(readout!.ends).toMatchObject({ n: 8 });
  expect(readout!.ends.value).toBeGreaterThan(0.9);
  // Of the places inside, the first lies before the verb.
  expect(readout!.inside.value).toBeGreaterThan(0.6);
  expect((await judgeProbe(toyReader(), { ...probe, trace: null }, other)).readout).toBeNull();
});

test('judging stories gives both ways to count, and refuses what has nothing to tell apart', async () => {
  const judged = await judgeStories(toyReader(), probe, told);
  expect(judged).toMatchObject({ set: 'told', stories: 7, within: { ends: { n: 7 } }, pooled: { inside: { n: 7 } } });
  expect(judged.within.ends.value).toBeGreaterThan(0.9);
  expect(judged.caveats[0]).toBe('7 stories: an AUROC over so few depends on which they are.');
  const without = judgeStories(toyReader(), { ...probe, trace: null }, told);
  await expect(without).rejects.toThrow('has no readout for places inside a text');
  const kindOnly = judgeStories(toyReader(), { ...probe, axis: { ...probe.axis, negative: 'sad' } }, told);
  await expect(kindOnly).rejects.toThrow('No story of "told" has both "kind" and "sad" sentences.');
});

/** A model with room for texts without a certain word. */
const without = (word: string): SegmentReader => ({
  ...toyReader(),
  unreadable: ({ text }) =>
    !('user' in text) && text.join(' ').includes(word) ? new AppError('text-too-long', 'It has no room.') : null,
});

test('what the readout cannot read of other sets and stories is left out, and said', async () => {
  const longStyle = {
    ...style,
    rows: style.rows.map((row) => ({ ...row, text: `${row.text} long` })),
  };
  const left = await trainProbe(without('long'), { ...options, others: [longStyle] });
  expect(left.probe.trace!.evidence.apart).toEqual([]);
  expect(left.report.caveats).toContain(
    'For the readout the set “style” was left out: 18 of 18 texts cannot be read with this model. It has no room.',
  );
  const untold = await trainProbe(without('again'), options);
  expect(untold.probe.trace!.evidence.stories).toBeNull();
  expect(untold.report.readout!.raw).toEqual([]);
  expect(untold.report.caveats.join(' ')).toContain(
    'For the readout the stories of “told” were left out: 7 of 7 texts',
  );
  await expect(trainProbe(without('number 3'), options)).rejects.toThrow('is trained on and cannot be read');
});
