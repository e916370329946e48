/** The parts of the design flip-back on cases worked by hand. */
import { describe, expect, test } from 'vitest';
import {
  dwell,
  followed,
  inertia,
  logRatio,
  matrixOf,
  passageToLight,
  stationaryDark,
  transitionsOf,
} from '../../../src/experiments/flip-back/chain.ts';
import {
  asymmetryOf,
  expectedHead,
  fitFilter,
  ratiosOf,
  timeConstant,
} from '../../../src/experiments/flip-back/evidence.ts';
import { agreement, cutsOf, kappa, labelOf } from '../../../src/experiments/flip-back/label.ts';
import { heldOutLikelihood } from '../../../src/experiments/flip-back/memory-models.ts';
import { sentencesOf } from '../../../src/experiments/flip-back/rollouts.ts';
import { SCHEDULE_IDS, SHAPES } from '../../../src/experiments/flip-back/schedules.ts';
import type { Trace } from '../../../src/experiments/flip-back/traces.ts';
import { createRng } from '../../../src/base/rng.ts';

/** gain · (1 + d + … + d^(k-1)), k = 1 to 8. */
const rise = (gain: number, decay: number) =>
  Array.from({ length: 8 }, (_, k) => (gain * (1 - decay ** (k + 1))) / (1 - decay));

describe('the filter', () => {
  test('finds gains and decay of crossings that follow it exactly', () => {
    const { decay, toLight, toDark } = fitFilter({ toLight: rise(0.3, 0.7), toDark: rise(1.2, 0.7) });
    expect(decay).toBe(0.7);
    expect(toLight).toBeCloseTo(0.3, 10);
    expect(toDark).toBeCloseTo(1.2, 10);
  });

  test('the ratio is that of the gains, in all three readings', () => {
    const crossings = [0.8, 1.2].map((scale) => ({ toLight: rise(0.5 * scale, 0.4), toDark: rise(2 * scale, 0.4) }));
    for (const ratio of ratiosOf(crossings, [0, 1])) expect(ratio).toBeCloseTo(0.25, 10);
  });

  test('a step at once has no time constant, a slow one -1 / log d', () => {
    expect(timeConstant([1, 1, 1, 1, 1, 1, 1, 1])).toBe(0);
    expect(timeConstant(rise(1, 0.5))).toBeCloseTo(1 / Math.LN2, 10);
  });

  test('asymmetry compares the first four beats, and is 0 where nothing moves', () => {
    // Means 1 and 3: (3 - 1) / (3 + 1).
    expect(asymmetryOf({ toLight: [1, 1, 1, 1, 9, 9, 9, 9], toDark: [3, 3, 3, 3, 0, 0, 0, 0] })).toBe(0.5);
    expect(
      asymmetryOf({ toLight: Array.from({ length: 8 }, () => 0), toDark: Array.from({ length: 8 }, () => 0) }),
    ).toBe(0);
  });

  test('without memory a light beginning leaves no head start; with all memory it is worked by hand', () => {
    expect(expectedHead(0)).toBe(0);
    // Decay 1: gaps are 4 + k and 8 + k; regained are k and k + 4. (5+6+7+8)/(9+10+11+12) - (1+2+3+4)/(5+6+7+8).
    expect(expectedHead(1)).toBeCloseTo(26 / 42 - 10 / 26, 12);
  });
});

/** Stories whose readings follow a rule, with levels of their own and noise. */
function stories(rule: (z: number, letter: string, fallen: boolean) => number): Trace[] {
  return Array.from({ length: 12 }, (_, story) => {
    const rng = createRng(7, story);
    const z = Object.fromEntries(
      SCHEDULE_IDS.map((id) => {
        let state = 0;
        let fallen = false;
        const line = [...SHAPES[id].letters].map((letter, beat) => {
          fallen ||= letter === 'W';
          state = rule(state, letter, fallen);
          return state + story + 0.1 * beat + 0.3 * rng.normal();
        });
        return [
          id,
          [
            [0, ...line],
            [0, ...line],
            [0, ...line],
          ],
        ];
      }),
    );
    return { id: `s${story}`, z, byLayer: [], random: [] };
  });
}

describe('accounts of a reading, by stories left out', () => {
  const total = (traces: Trace[], account: 'filter' | 'recency' | 'absorbing') =>
    heldOutLikelihood(traces, account).reduce((sum, value) => sum + value, 0);

  test('the account that made the stories foretells them best', () => {
    const sum = stories((z, letter) => 0.6 * z + (letter === 'L' ? 0.5 : -0.5));
    expect(total(sum, 'filter')).toBeGreaterThan(total(sum, 'recency') + 10);
    expect(total(sum, 'filter')).toBeGreaterThan(total(sum, 'absorbing') + 10);
    const fallen = stories((z, letter, dark) => 0.6 * z + (letter === 'L' && !dark ? 0.5 : -0.5));
    expect(total(fallen, 'absorbing')).toBeGreaterThan(total(fallen, 'filter') + 10);
    const last = stories((_, letter) => (letter === 'L' ? 0.5 : -0.5));
    expect(Math.abs(total(last, 'filter') - total(last, 'recency'))).toBeLessThan(3);
  });
});

describe('labels', () => {
  test('cuts lie midway, and a share of the way to a pole is neither', () => {
    const cuts = cutsOf([3, 5], [-1, 1]);
    expect(cuts).toEqual({ centre: 2, half: 2 });
    expect([3.1, 2.9, 1.1, 0.9].map((score) => labelOf('He sat.', score, cuts, 0.5))).toEqual(['L', 'N', 'N', 'W']);
  });

  test('a refusal is a state of its own, and poles that are not told apart say nothing', () => {
    expect(labelOf("I'm sorry, but I can't continue this story.", 9, { centre: 0, half: 1 }, 0.5)).toBe('R');
    expect(labelOf('He sat.', 9, { centre: 0, half: -1 }, 0.5)).toBe('N');
  });

  test("Cohen's kappa by hand: 0.7 agree, 0.5 by chance", () => {
    // 35 LL, 15 LW, 15 WL, 35 WW.
    const first = ['L'.repeat(50), 'W'.repeat(50)];
    const second = ['L'.repeat(35) + 'W'.repeat(15), 'L'.repeat(15) + 'W'.repeat(35)];
    expect(kappa(agreement(first, second))).toBeCloseTo(0.4, 12);
  });

  test('refusals, which both see by one rule, do not raise kappa', () => {
    expect(kappa(agreement(['LLWWRRRRRR'], ['LWLWRRRRRR']))).toBeCloseTo(0, 12);
  });
});

describe('chains', () => {
  test('neighbours are counted within rollouts alone', () => {
    const counts = transitionsOf(['LLW', 'WL', 'N', '']);
    expect(counts).toEqual([
      [1, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(followed(counts)).toEqual({ dark: 1, light: 2 });
    // Half a transition of each of four kinds beforehand.
    expect(matrixOf(counts)[0]).toEqual([1.5 / 4, 1.5 / 4, 0.5 / 4, 0.5 / 4]);
    expect(logRatio(counts)).toBeCloseTo(Math.log(1.5 / 3 / (1.5 / 4)), 12);
  });

  test('dwell, stationary share and passage of a chain of two states', () => {
    // Many counts, so that the prior does not matter: L to W 0.1, W to L 0.3.
    const counts = [
      [9e6, 1e6, 0, 0],
      [3e6, 7e6, 0, 0],
      [1e6, 1e6, 0, 0],
      [1e6, 1e6, 0, 0],
    ];
    expect(dwell(counts)).toBeCloseTo(1 / 0.3, 4);
    expect(stationaryDark(counts)).toBeCloseTo(0.25, 4);
    expect(passageToLight(counts)).toBeCloseTo(1 / 0.3, 4);
  });

  test('inertia is 0 on average over all orders of a rollout', () => {
    const orders = ['LLW', 'LWL', 'WLL'];
    expect(orders.reduce((sum, labels) => sum + inertia([labels]), 0)).toBeCloseTo(0, 12);
    // LLWW: 2 of 3 neighbours are equal; by chance 2·1/4 + 2·1/4 = 1 of 3.
    expect(inertia(['LLWW'])).toBeCloseTo(1 / 3, 12);
  });
});

test('sentences of a rollout: whole ones alone, white space made plain, no more than asked for', () => {
  const text = ' He came\n in. "Who is there?" she said. Mr. Hall sat.\n\n12. Then he we';
  expect(sentencesOf(text, 12)).toEqual(['He came in.', '"Who is there?" she said.', 'Mr. Hall sat.']);
  expect(sentencesOf(text, 2).length).toBe(2);
  expect(sentencesOf('', 12)).toEqual([]);
});
