/** The direction that is steered along and its placebos, against differences of means taken by hand. */
import { describe, expect, it } from 'vitest';
import { roundToHalf } from '../../../src/base/half.ts';
import { PLACEBO_COUNT } from '../../../src/probe/probe-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import type { RowInfo, RowRole } from '../../../src/stats/linear/rows.ts';
import { placebosOf, steeringOf } from '../../../src/training/steering-directions.ts';

const LAYERS = 2;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/**
 * Topics with two turns of each pole in two styles, a neutral turn and two control texts. Layer 0 tells the topics apart: its number
 * `topic` is +1 for a positive turn and -1 for a negative one; layer 1 is noise.
 */
function toyTurns(topics: number, size = 1) {
  const rng = createRng(99);
  const own = new Map<number, Float32Array>();
  const info: RowInfo[] = [];
  let turn = 0;
  // Style by style, as sets come one after another: the turns of a topic do not lie together.
  for (const style of ['told', 'acted']) {
    for (let topic = 0; topic < topics; topic += 1) {
      for (const role of ['positive', 'negative', 'neutral'] satisfies RowRole[]) {
        const side = role === 'neutral' ? 0 : role === 'positive' ? 1 : -1;
        for (const readout of [0, 1])
          info.push({ role, topic, story: -1, set: 0, side, style, turn, beats: -1, readout, tokensBefore: 9 });
        if (role !== 'neutral')
          own.set(
            turn,
            Float32Array.from(
              { length: LAYERS * topics },
              (_, i) => size * (i < topics ? (i === topic ? side : 0) : rng.normal()),
            ),
          );
        turn += 1;
      }
    }
  }
  info.push({ role: 'beat', topic: -1, story: 0, set: -1, side: 0, turn, beats: 0, readout: 0, tokensBefore: 9 });
  return { own, info };
}

/** Mean own words of some turns `[layers, hidden]`. */
function meanOf(turns: readonly (Float32Array | undefined)[]): number[] {
  return Array.from(turns[0]!, (_, i) => turns.reduce((sum, turn) => sum + turn![i]!, 0) / turns.length);
}

/** The turns that count as positive or as negative once the topics with -1 have changed sides. */
function dealt(
  { own, info }: ReturnType<typeof toyTurns>,
  signs: readonly number[],
  side: 1 | -1,
): (Float32Array | undefined)[] {
  return info
    .filter((row) => row.readout === 0 && row.side !== 0 && row.side * signs[row.topic]! === side)
    .map((row) => own.get(row.turn));
}

/** Which topics each placebo kept (+1) and swapped (-1), read off layer 0. */
function signsIn(placebos: Float32Array, topics: number): number[][] {
  return Array.from({ length: PLACEBO_COUNT }, (_, index) =>
    [...placebos.subarray(index * LAYERS * topics, index * LAYERS * topics + topics)].map(Math.sign),
  );
}

const sameLine = (a: readonly number[], b: readonly number[]): boolean =>
  Math.abs(a.reduce((sum, sign, i) => sum + sign * b[i]!, 0)) === a.length;

describe('the direction that is steered along', () => {
  it('is the mean of the positive turns minus that of the negative ones, at every layer', () => {
    const turns = toyTurns(7);
    const kept = new Array<number>(7).fill(1);
    const [positive, negative] = [meanOf(dealt(turns, kept, 1)), meanOf(dealt(turns, kept, -1))];
    steeringOf(turns).forEach((value, i) => expect(value).toBeCloseTo(positive[i]! - negative[i]!, 6));
  });
});

describe('its placebos', () => {
  it('are each the same difference after the poles of some topics were swapped, the same ones at every layer', () => {
    const turns = toyTurns(7);
    const placebos = placebosOf(turns, 5);
    expect(placebos).toHaveLength(10 * LAYERS * 7);
    signsIn(placebos, 7).forEach((signs, index) => {
      const [positive, negative] = [meanOf(dealt(turns, signs, 1)), meanOf(dealt(turns, signs, -1))];
      const expected = roundToHalf(Float32Array.from(positive, (value, i) => value - negative[i]!));
      const found = placebos.subarray(index * LAYERS * 7, (index + 1) * LAYERS * 7);
      // Another order of summing may fall on the other side of a tie: one step of half precision, 2^-11 of the number.
      found.forEach((value, i) =>
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(2 ** -10 * Math.abs(expected[i]!)),
      );
    });
  });

  it('are what a file of half precision gives back', () => {
    const placebos = placebosOf(toyTurns(7), 5);
    expect(roundToHalf(placebos)).toEqual(placebos);
    expect(placebos.some((value) => !Number.isInteger(value))).toBe(true);
  });

  it('come from the seed alone', () => {
    expect(placebosOf(toyTurns(7), 5)).toEqual(placebosOf(toyTurns(7), 5));
    expect(placebosOf(toyTurns(7), 6)).not.toEqual(placebosOf(toyTurns(7), 5));
  });

  it('are never the axis itself, and no two of them one line, where there are five topics', () => {
    for (const seed of SEEDS) {
      const drawn = signsIn(placebosOf(toyTurns(5), seed), 5);
      for (const [index, signs] of drawn.entries()) {
        expect(sameLine(signs, [1, 1, 1, 1, 1])).toBe(false);
        expect(drawn.slice(0, index).some((earlier) => sameLine(signs, earlier))).toBe(false);
      }
    }
  });

  it('of four topics are all seven sham axes before one comes again', () => {
    for (const seed of SEEDS) {
      const drawn = signsIn(placebosOf(toyTurns(4), seed), 4);
      for (const part of [drawn.slice(0, 7), drawn.slice(7)]) {
        expect(
          part.filter(
            (signs, index) =>
              sameLine(signs, [1, 1, 1, 1]) || part.slice(0, index).some((earlier) => sameLine(signs, earlier)),
          ),
        ).toEqual([]);
      }
    }
  });

  it('swap a topic as often as they keep it', () => {
    const all = SEEDS.flatMap((seed) => signsIn(placebosOf(toyTurns(24), seed), 24).flat());
    const swapped = all.filter((sign) => sign === -1).length / all.length;
    // Four standard deviations of a fair coin.
    expect(Math.abs(swapped - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(all.length));
  });

  it('are refused where half precision cannot hold them, and where no sham axis exists', () => {
    expect(() => placebosOf(toyTurns(5, 1e6), 5)).toThrow(expect.objectContaining({ code: 'numbers-not-finite' }));
    expect(() => placebosOf(toyTurns(1), 5)).toThrow(RangeError);
  });
});
