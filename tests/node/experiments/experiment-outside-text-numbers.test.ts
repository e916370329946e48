/** Numbers of the design `outside-text` against cases worked out by hand or by brute force. */
import { describe, expect, it } from 'vitest';
import { auroc } from '../../../src/stats/stats.ts';
import { fitReadout, readDigits, streamOf } from '../../../src/experiments/outside-text/instruments.ts';
import {
  editOfNeutral,
  HEAD_EDITS,
  isRight,
  massOf,
  oddsOf,
  oddsWith,
  type Reading,
} from '../../../src/experiments/outside-text/odds.ts';
import {
  flexibility,
  outsideTextiness,
  robustness,
  robustnessByItem,
  scoresOf,
} from '../../../src/experiments/outside-text/scores.ts';
import type { FamilyData } from '../../../src/experiments/outside-text/data.ts';
import { bisect, searchStrength } from '../../../src/experiments/outside-text/strength.ts';
import { heldOutScores } from '../../../src/experiments/outside-text/visibility.ts';
import { createRng } from '../../../src/base/rng.ts';

const reading = (shares: readonly number[], answer: number | null): Reading => ({
  item: { id: 'x', text: 'x', answer },
  logs: shares.map(Math.log),
  streams: null,
});
/** Kept 0.1 + 0.2, broken 0.05 + 0.15; half of the probability is elsewhere. */
const WORDS = reading([0.1, 0.2, 0.05, 0.15], null);
const DIGITS = reading([0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.4, 0.3, 0.06], 7);

describe('log-odds of a rule', () => {
  it('are those of the kept class against the broken, and of the right digit against the nine others', () => {
    expect(oddsOf(WORDS)).toBeCloseTo(Math.log(0.3 / 0.2), 12);
    expect(oddsOf(DIGITS)).toBeCloseTo(Math.log(0.4 / 0.5), 12);
    expect(massOf(WORDS)).toBeCloseTo(0.5, 12);
    expect(isRight(DIGITS)).toBe(true);
    expect(isRight({ ...DIGITS, item: { ...DIGITS.item, answer: 8 } })).toBe(false);
  });

  it.each([
    ['fixed', 2, [], Math.log(0.3 / (0.2 * Math.exp(-2)))],
    ['gated', 2, [0.25], Math.log(0.3 / (0.2 * Math.exp(-0.5)))],
    ['permuted', 2, [], Math.log((0.1 * Math.exp(-2) + 0.2) / (0.05 * Math.exp(-2) + 0.15))],
  ] as const)('of words under the %s edit are those of the renormalised distribution', (name, beta, head, wanted) => {
    expect(oddsWith(WORDS, HEAD_EDITS[name](beta, head, null))).toBeCloseTo(wanted, 12);
  });

  it('of sums under a readout, a calculator and one with wrong operands are those of the renormalised distribution', () => {
    const digits = [0, 0, 0, 0, 0, 0, 0, 0.5, 1, 0];
    expect(oddsWith(DIGITS, HEAD_EDITS.readout(2, digits, 7))).toBeCloseTo(
      Math.log((0.4 * Math.exp(1)) / (0.2 + 0.3 * Math.exp(2))),
      12,
    );
    expect(oddsWith(DIGITS, HEAD_EDITS.calculator(1.5, [], 7))).toBeCloseTo(Math.log(0.4 / 0.5) + 1.5, 12);
    // 7 + 3 = 10: the digit 0.
    expect(oddsWith(DIGITS, HEAD_EDITS['wrong-operands'](1.5, [], 7))).toBeCloseTo(
      Math.log(0.4 / (0.48 + 0.02 * Math.exp(1.5))),
      12,
    );
  });

  it('of an edit give the KL and the surprise that a whole vocabulary gives', () => {
    const all = [0.1, 0.2, 0.05, 0.15, 0.3, 0.2];
    const added = [0, 0, -1.7, -1.7, 0, 0];
    const edited = all.map((p, i) => p * Math.exp(added[i] ?? NaN));
    const norm = edited.reduce((sum, p) => sum + p, 0);
    const kl = all.reduce((sum, p, i) => sum + p * Math.log((p * norm) / (edited[i] ?? NaN)), 0);
    const found = editOfNeutral(WORDS.logs, HEAD_EDITS.fixed(1.7, [], null));
    expect(found.kl).toBeCloseTo(kl, 12);
    expect(found.surprise).toBeCloseTo(Math.log(norm), 12);
  });
});

/** Data with the given shares E of two items; every condition holds `none` at E = 0.5. */
function dataOf(clean: readonly number[], attacked: readonly number[], excepted: readonly number[]): FamilyData {
  const logit = (share: number): number => Math.log(share / (1 - share));
  const odds = (shares: readonly number[]): ReadonlyMap<string, readonly number[]> =>
    new Map([
      ['none', shares.map(() => 0)],
      ['fixed', shares.map(logit)],
    ]);
  return {
    items: 2,
    clean: odds(clean),
    attacks: [odds(attacked)],
    exceptions: [odds(excepted)],
    doses: new Map(),
    places: [],
    mass: [],
    right: [],
    visibility: new Map(),
    surprise: new Map(),
  };
}

describe('scores of a placement', () => {
  it('are the share that attacks leave, and the answers in exceptions, of a case worked out by hand', () => {
    const scores = scoresOf(dataOf([0.9, 0.7], [0.6, 0.2], [0.4, 0.9]), 'fixed');
    if (scores === null) throw new Error('it is in every condition');
    expect(robustness(scores, [0, 1])).toBeCloseTo(0.8 / 1.6, 12);
    expect(robustness(scores, [0, 0])).toBeCloseTo(0.6 / 0.9, 12);
    expect(robustnessByItem(scores)).toEqual([expect.closeTo(1 - 0.3 / 0.8, 12), expect.closeTo(1 - 0.5 / 0.8, 12)]);
    expect(flexibility(scores, [0, 1])).toBeCloseTo((0.2 - 0.8) / 2, 12);
  });

  it('have an outside-textiness of 1 where the same is added everywhere, and of (mean)²/mean square otherwise', () => {
    const same = scoresOf(dataOf([0.8, 0.8], [0.8, 0.8], [0.8, 0.8]), 'fixed');
    if (same === null) throw new Error('it is in every condition');
    expect(outsideTextiness(same, [0, 1])).toBe(1);
    const shares = [0.8, 0.6, 0.3];
    const added = shares.map((share) => Math.log(share / (1 - share)));
    const other = scoresOf(dataOf([0.8, 0.8], [0.6, 0.6], [0.3, 0.3]), 'fixed');
    if (other === null) throw new Error('it is in every condition');
    const mean = added.reduce((sum, value) => sum + value, 0) / 3;
    expect(outsideTextiness(other, [0, 1])).toBeCloseTo(
      (3 * mean ** 2) / added.reduce((sum, value) => sum + value ** 2, 0),
      12,
    );
  });

  it('are none where a condition lacks the placement', () => {
    expect(scoresOf(dataOf([0.8, 0.8], [0.8, 0.8], [0.8, 0.8]), 'early')).toBeNull();
  });
});

describe('a digit readout', () => {
  const hidden = 12;
  const rng = createRng(5);
  const readings = Array.from({ length: 40 }, (_, i): Reading => {
    const answer = 1 + (i % 8);
    const streams = new Float32Array(2 * hidden).map(() => rng.normal() * 0.2);
    streams[hidden + answer] = (streams[hidden + answer] ?? 0) + 2;
    return { item: { id: `r${i}`, text: '', answer }, logs: [], streams };
  });
  const readout = fitReadout(readings, hidden);

  it('finds planted digits in streams that it was not fitted on', () => {
    expect(readout.accuracy).toBe(1);
    const found = readDigits(readout, readings[3]?.streams ?? new Float32Array(0));
    expect(found.indexOf(Math.max(...found))).toBe(4);
  });

  it('counts left out what a fit without that context says', () => {
    // Where every digit is seen once, a fit without it cannot know it.
    expect(fitReadout(readings.slice(0, 8), hidden).accuracy).toBe(0);
  });
});

describe('how strong a placement must be', () => {
  it.each([
    ['grows in a line', (s: number) => 4 * s, 0.375],
    ['grows as the square', (s: number) => 10 * s * s, Math.sqrt(0.15)],
    ['saturates just above', (s: number) => 1.8 * (1 - Math.exp(-6 * s)), -Math.log(1 - 1.5 / 1.8) / 6],
  ])('is found within 5 per cent of the effect where that %s', async (_, effect, strength) => {
    const found = await searchStrength((tried) => Promise.resolve(effect(tried)), 1.5);
    expect(Math.abs((found?.reached ?? NaN) / 1.5 - 1)).toBeLessThanOrEqual(0.05);
    expect(found?.strength).toBeGreaterThan(strength * 0.8);
    expect(found?.strength).toBeLessThan(strength * 1.25);
  });

  it('is the closest that there is where the effect is never reached, and nothing stronger is tried once numbers break', async () => {
    const tried: number[] = [];
    const found = await searchStrength((strength) => {
      tried.push(strength);
      return Promise.resolve(strength > 0.3 ? null : strength);
    }, 1.5);
    expect(found).toEqual({ strength: 0.2, reached: 0.2 });
    expect(tried).toEqual([0.05, 0.1, 0.2, 0.4]);
    expect(await searchStrength(() => Promise.resolve(null), 1.5)).toBeNull();
  });

  it('of a known formula is found by halving, or is the most there may be', () => {
    expect(bisect((beta) => beta ** 3, 8, 60).strength).toBeCloseTo(2, 12);
    expect(bisect((beta) => beta / 100, 8, 60)).toEqual({ strength: 60, reached: 0.6 });
  });
});

describe('placements that steering', () => {
  it('do so at a quarter and a half of the depth and where the last layer ends', () => {
    const streams = (layerCount: number): number[] =>
      (['early', 'middle', 'last'] as const).map((placement) => streamOf(placement, { layerCount }));
    expect(streams(30)).toEqual([8, 15, 30]);
    expect(streams(4)).toEqual([1, 2, 4]);
    expect(streams(2)).toEqual([1, 1, 2]);
  });
});

describe('visibility', () => {
  const rng = createRng(9);
  const off = Array.from({ length: 12 }, () => Float32Array.from({ length: 8 }, () => rng.normal()));
  const labels = off.map(() => 1).concat(off.map(() => -1));
  const seen = (on: readonly Float32Array[], layer: number): number => {
    const scores = heldOutScores(on, off, 2, 4);
    return auroc([...(scores.on[layer] ?? []), ...(scores.off[layer] ?? [])], labels);
  };

  it('is exactly a half where nothing differs, and 1 where something was added to all', () => {
    const steered = off.map((streams) => streams.map((value, i) => (i === 5 ? value + 20 : value)));
    expect(seen(off, 0)).toBe(0.5);
    expect(seen(steered, 0)).toBe(0.5);
    expect(seen(steered, 1)).toBe(1);
  });

  it('learns nothing from the item that it scores', () => {
    // One item alone differs: the probes of the others see it, its own does not, so that it cannot score above itself.
    const steered = off.map((streams, item) => (item === 0 ? streams.map((value) => value + 3) : streams));
    const scores = heldOutScores(steered, off, 2, 4);
    expect(scores.on[0]?.[0]).toBe(0);
    expect(scores.off[0]?.[0]).toBe(0);
    expect(scores.on[0]?.[1]).toBe(scores.off[0]?.[1]);
  });
});
