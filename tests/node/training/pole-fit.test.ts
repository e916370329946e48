/** Each pole from neutral: against scikit-learn, which fits every fold anew, and on a toy in which both poles share a direction. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitLayer, prepareLayer, redesign } from '../../../src/probe/fit/fit.ts';
import { POLES } from '../../../src/probe/heads.ts';
import { leaveUnitsOut } from '../../../src/probe/fit/leave-out.ts';
import type { FitMethod, PoleHead } from '../../../src/probe/probe-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import type { RowInfo, ReadoutRows } from '../../../src/stats/linear/rows.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { probeCard } from '../../../src/formats/probe/probe-card.ts';
import { streamProducts } from '../../../src/reading/score.ts';
import { createScorer } from '../../../src/engine/scorer.ts';
import { layerSource } from '../../../src/training/method-curve.ts';
import { poleMakers } from '../../../src/training/pole-fit.ts';
import { readingsIn } from '../../../src/training/readings.ts';
import { trainProbe, type TrainOptions } from '../../../src/training/train.ts';
import { readOne, toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

interface Fixture {
  topicCount: number;
  storyCount: number;
  rows: Pick<RowInfo, 'role' | 'topic' | 'story' | 'side' | 'beats'>[];
  cases: {
    hidden: number;
    target: FitMethod['target'];
    penalty: number;
    readings: number[][];
    heads: Record<'positive' | 'negative', { direction: number[]; own: number; other: number }>;
  }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/poles.fixture.json', import.meta.url), 'utf8'),
) as Fixture;

const rowsOfReadouts = (readings: readonly (readonly number[])[], hidden: number): ReadoutRows => ({
  info: fixture.rows.map((row, turn) => ({ ...row, set: 0, turn, readout: 0, tokensBefore: 20 + turn })),
  hidden,
  topicCount: fixture.topicCount,
  storyCount: fixture.storyCount,
  residuals: [Float32Array.from(readings.flat())],
  own: new Map(),
  embeddings: new Map(),
});

describe('one pole from neutral', () => {
  it.each(fixture.cases.map((one) => [one.target, one.hidden, one] as const))(
    '%s, %i features: direction and held-out AUROCs are those of scikit-learn',
    (target, hidden, { readings, penalty, heads }) => {
      const rows = rowsOfReadouts(readings, hidden);
      const [residuals] = rows.residuals;
      const makers = poleMakers(rows, readingsIn(rows), { kind: 'ridge', target, penalty }, 1);
      for (const pole of POLES) {
        const { direction, own, other } = makers[pole].add(layerSource(residuals!, hidden), residuals!);
        heads[pole].direction.forEach((value, f) => expect(direction[f]).toBeCloseTo(value, 4));
        expect(own.value).toBeCloseTo(heads[pole].own, 10);
        expect(other.value).toBeCloseTo(heads[pole].other, 10);
        expect(own.low!).toBeLessThanOrEqual(own.value);
        expect(own.n).toBe(fixture.topicCount);
      }
    },
  );

  it('does not depend on what the other pole’s turns read, but for the units that all share', () => {
    const { hidden, readings } = fixture.cases[0]!;
    const directionOf = (change: number): Float32Array => {
      // Turned about the mean of the other pole: its turns change places, the units stay.
      const negative = fixture.rows.flatMap(({ role }, i) => (role === 'negative' ? [i] : []));
      const moved = readings.map((row, i) =>
        negative.includes(i) ? readings[negative[(negative.indexOf(i) + change) % negative.length]!]! : row,
      );
      const rows = rowsOfReadouts(moved, hidden);
      return poleMakers(rows, readingsIn(rows), { kind: 'ridge', target: 'zeroed', penalty: 1 }, 1).positive.add(
        layerSource(rows.residuals[0]!, hidden),
        rows.residuals[0]!,
      ).direction;
    };
    directionOf(0).forEach((value, f) => expect(directionOf(5)[f]).toBeCloseTo(value, 6));
  });
});

describe.each([true, false])('rows with other weights (over features: %s)', (primal) => {
  it('fit as if they had been prepared with them', () => {
    const rng = createRng(4);
    const [count, hidden] = [14, 9];
    const readings = Float32Array.from({ length: count * hidden }, () => rng.normal());
    const all = Array.from({ length: count }, (_, i) => i);
    const targets = Float64Array.from(all, (i) => (i % 3) - 1);
    const first = { targets, weights: new Float64Array(count).fill(1) };
    const second = {
      targets: targets.map((value) => Math.max(0, value)),
      weights: Float64Array.from(all, (i) => [1e-9, 1, 3][i % 3]!),
    };
    const method = { kind: 'ridge', target: 'poles', penalty: 0.5 } as const;
    const units = [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ];
    const held = (layer: ReturnType<typeof prepareLayer>): number[] =>
      [...leaveUnitsOut(fitLayer(layer, method), units)].filter((value) => !Number.isNaN(value));
    const again = held(redesign(prepareLayer(readings, hidden, all, first, primal), second));
    held(prepareLayer(readings, hidden, all, second, primal)).forEach((value, i) =>
      expect(again[i]).toBeCloseTo(value, 9),
    );
  });
});

const options = (changes: Partial<TrainOptions> = {}): TrainOptions => ({
  id: 'toy',
  title: 'Toy',
  about: 'For tests.',
  sets: [toySet(14)],
  stories: toyStories(6, 4),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: 2,
  seed: 3,
  shuffles: 20,
  ...changes,
});
const opposites = trainProbe(toyReader(), options());
const shared = trainProbe(toyReader({ salience: 3 }), options());

describe('a training', () => {
  it('reads opposites on one line as such: the other pole lies on the far side of neutral', async () => {
    const { poles } = (await opposites).probe;
    for (const pole of POLES) {
      const { evidence } = poles![pole];
      expect(evidence).toMatchObject({ topics: 14, rows: 28 });
      expect(evidence.auroc[2]).toBeGreaterThan(0.9);
      expect(evidence.other[2]).toBeLessThan(0.1);
      expect(evidence.otherHigh[2]).toBeLessThan(0.5);
      expect([evidence.auroc[0], evidence.other[0]]).toEqual([0.5, 0.5]);
    }
  });

  it('finds the salience that poles share: the other pole lies on the same side, and the difference still tells them apart', async () => {
    const { poles, evidence } = (await shared).probe;
    for (const pole of POLES) {
      expect(poles![pole].evidence.auroc[2]).toBeGreaterThan(0.95);
      expect(poles![pole].evidence.other[2]).toBeGreaterThan(0.9);
      expect(poles![pole].evidence.otherLow[2]).toBeGreaterThan(0.5);
    }
    expect(evidence.auroc[2]).toBeGreaterThan(0.8);
    // Both directions point away from the negative pole: equal where the poles are opposites, turned against each other here.
    const cosine = (heads: NonNullable<typeof poles>): number =>
      heads.positive.directions
        .subarray(24, 36)
        .reduce((sum, value, f) => sum + value * heads.negative.directions[24 + f]!, 0);
    expect(cosine(poles!)).toBeLessThan(0);
    expect(cosine((await opposites).probe.poles!)).toBeGreaterThan(0.5);
  });

  it('puts the negative pole below zero in its own reading, and every zero on neutral text', async () => {
    const { probe } = await shared;
    const scorer = createScorer(probe);
    const reader = toyReader({ salience: 3 });
    const mean = async (pole: 'positive' | 'negative' | 'neutral', by: 'positive' | 'negative'): Promise<number> => {
      const scores = await Promise.all(
        toySet(14)
          .rows.filter((row) => row.pole === pole)
          .map(async ({ context, text }) => {
            const { readouts } = await readOne(reader, {
              text: [context, text],
              readoutTexts: probe.taps,
              readoutAfter: [1],
            });
            return scorer.readout(readouts[0]!.means, readouts[0]!.tokensBefore, 'sentence', null).poles![by][2]!;
          }),
      );
      return scores.reduce((sum, value) => sum + value, 0) / scores.length;
    };
    expect(await mean('negative', 'negative')).toBeLessThan((await mean('neutral', 'negative')) - 1);
    expect(await mean('positive', 'positive')).toBeGreaterThan((await mean('neutral', 'positive')) + 1);
  });

  it('gives each its own zero, unit, words and lines, token by token, from the same pass', async () => {
    const { probe } = await shared;
    const { tokens } = await readOne(toyReader({ salience: 3 }), {
      text: ['A person walks in.', 'There a person helps number 3.'],
      readoutTexts: [],
      readoutAfter: [],
      keepTokens: true,
    });
    const scoredBy = (by: typeof probe) => {
      const scorer = createScorer(by);
      return scorer.tokens(streamProducts(scorer.directions, tokens!.residuals, tokens!.count, 12), 0, null);
    };
    const scored = scoredBy(probe);
    for (const pole of POLES) {
      const { directions, calibration, earlyTokens, lexical, alarm } = probe.poles![pole];
      const position = 4;
      const along = Array.from(
        { length: 12 },
        (_, f) => directions[24 + f]! * tokens!.residuals[(2 * tokens!.count + position) * 12 + f]!,
      ).reduce((a, b) => a + b, 0);
      expect(scored.poles![pole].scores[position * 3 + 2]).toBeCloseTo(
        (along - earlyTokens.means[2]![2]!) / calibration[2]!.scale,
        4,
      );
      expect(scored.poles![pole].scores.subarray(0, 3)).toEqual(new Float32Array(3).fill(NaN));
      expect(Number.isFinite(scored.poles![pole].words[position * 3 + 2])).toBe(lexical.explained[2]! > 0);
      expect(alarm).toMatchObject({ rate: 0.01, tokens: probe.alarm.tokens, taps: probe.alarm.taps });
      expect(alarm.tokenLow[2]!).toBeLessThan(alarm.tokenHigh[2]!);
    }
    expect(scored.poles!.positive.scores).not.toEqual(scored.poles!.negative.scores);
    expect(scoredBy({ ...probe, poles: null })).toEqual({ ...scored, poles: null });
  });

  it('is written and read back whole, and its card says what each pole does to the other', async () => {
    const { probe } = await shared;
    const { json, tensors } = serialiseProbe(probe);
    expect(parseProbe(json, tensors)).toEqual(probe);
    const card = probeCard(probe);
    const { evidence } = probe.poles!.positive;
    expect(card).toContain('## Each pole read from neutral, at layer 2');
    expect(card).toContain(
      `| kind from neutral | cruel against neutral, on the side of kind | ${evidence.other[2]!.toFixed(3)} |`,
    );
    expect(probeCard({ ...probe, poles: null })).not.toContain('Each pole read');
  });

  it.each([
    ['logistic', 0.3],
    ['lda', 0.85],
    ['difference-of-means', 0],
  ] as const)('by %s reads each pole too, whatever the target', async (kind, penalty) => {
    const heads = await Promise.all(
      (['poles', 'zeroed'] as const).map(
        async (target) =>
          (await trainProbe(toyReader(), options({ shuffles: 2, method: { kind, target, penalty } }))).probe.poles!,
      ),
    );
    for (const poles of heads) {
      for (const { evidence } of Object.values(poles) as PoleHead[]) {
        expect(evidence.auroc[2]).toBeGreaterThan(0.85);
        expect(evidence.other[2]).toBeLessThan(0.2);
      }
    }
  });

  it('of the poles alone agrees with the report’s own fit of each pole', async () => {
    const { probe, report } = await trainProbe(
      toyReader({ salience: 1 }),
      options({ shuffles: 2, method: { kind: 'difference-of-means', target: 'poles', penalty: 0 } }),
    );
    // Not to the digit: the report takes the units from that pole and neutral alone.
    expect(probe.poles!.positive.evidence.auroc[2]).toBeCloseTo(report.poles.positiveOwnFit.value, 1);
    expect(probe.poles!.negative.evidence.auroc[2]).toBeCloseTo(report.poles.negativeOwnFit.value, 1);
  });
});
