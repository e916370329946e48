import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  alarmLines,
  beyondLines,
  drawnLines,
  drawnReadoutLines,
  readoutLines,
  tokenLines,
} from '../../../src/reading/alarm.ts';
import { fitLexical, lexicalSteps } from '../../../src/probe/fit/lexical-fit.ts';
import { hasLexical, lexicalScores } from '../../../src/reading/lexical.ts';
import { createRng } from '../../../src/base/rng.ts';

interface Fixture {
  hidden: number;
  texts: { embeddings: number[]; scores: number[][] }[];
  penalty: number;
  explained: number[];
  lines: { weights: number[]; offset: number }[];
  percentiles: { values: number[]; single: [number, number]; smooth: [number, number] };
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/lexical.fixture.json', import.meta.url), 'utf8'),
) as Fixture;
const { hidden } = fixture;
const texts = fixture.texts.map((text) => ({
  embeddings: Float32Array.from(text.embeddings),
  scores: text.scores.map((row) => [NaN, ...row]),
}));
const rest = (): Promise<void> => Promise.resolve();
const close = (values: ArrayLike<number>, wanted: ArrayLike<number>, digits: number): void => {
  expect(values).toHaveLength(wanted.length);
  for (let i = 0; i < wanted.length; i += 1) expect(values[i]).toBeCloseTo(wanted[i]!, digits);
};

describe('the lexical model', () => {
  it('is scikit-learn’s ridge regression, with the same penalty and the same share explained in texts left out', async () => {
    const model = await fitLexical(texts, hidden, 3, rest);
    expect(model.penalty).toBe(fixture.penalty);
    close(model.explained.slice(0, 2), fixture.explained.slice(0, 2), 9);
    for (const layer of [0, 1]) {
      close(model.weights.subarray(layer * 2 * hidden, (layer + 1) * 2 * hidden), fixture.lines[layer]!.weights, 6);
      expect(model.offset[layer]).toBeCloseTo(fixture.lines[layer]!.offset, 9);
    }
  });

  it('has no weights where the words of other texts predict nothing, so that nothing is taken from the score', async () => {
    const model = await fitLexical(texts, hidden, 3, rest);
    expect(fixture.explained[2]).toBeLessThan(0);
    expect(model.explained[2]).toBe(0);
    expect(model.offset[2]).toBe(0);
    expect([...model.weights.subarray(4 * hidden)]).toEqual(new Array(2 * hidden).fill(0));
  });

  it('needs a second text, and says so with zeros', async () => {
    const model = await fitLexical(texts.slice(0, 1), hidden, 3, rest);
    expect(model.explained).toEqual([0, 0, 0]);
    expect(model.weights.every((weight) => weight === 0)).toBe(true);
  });

  it('lets others have their turn as often as it says', async () => {
    for (const count of [1, 2, 7]) {
      let steps = 0;
      await fitLexical(texts.slice(0, count), hidden, 3, () => Promise.resolve(void (steps += 1)));
      expect(steps).toBe(lexicalSteps(count));
    }
  });

  it('has no share to explain where scores do not vary', async () => {
    const flat = texts.map(({ embeddings, scores }) => ({
      embeddings,
      scores: [scores[0]!, scores[0]!.map((value) => value * 0)],
    }));
    const model = await fitLexical(flat, hidden, 2, rest);
    expect(model.explained[1]).toBe(0);
    expect(hasLexical(model.explained, 0)).toBe(true);
    expect(hasLexical(model.explained, 1)).toBe(false);
  });
});

describe('the words’ part of a score', () => {
  const rng = createRng(5);
  const lexical = {
    weights: Float32Array.from({ length: 2 * 2 * 3 }, () => rng.normal()),
    offset: [0.5, -2],
    explained: [0.4, 0.1],
  };
  const embeddings = Float32Array.from({ length: 4 * 3 }, () => rng.normal());
  const by = (layer: number, token: number): number => {
    let sum = lexical.offset[layer]!;
    for (let f = 0; f < 3; f += 1) {
      sum += lexical.weights[layer * 6 + f]! * embeddings[token * 3 + f]!;
      if (token > 1) sum += lexical.weights[layer * 6 + 3 + f]! * embeddings[(token - 1) * 3 + f]!;
    }
    return sum;
  };

  it('is the offset with both embeddings along the weights, without the sink', () => {
    const words = lexicalScores(lexical, embeddings, null, 0);
    expect([...words.subarray(0, 2)]).toEqual([NaN, NaN]);
    for (let token = 1; token < 4; token += 1)
      for (const layer of [0, 1]) expect(words[token * 2 + layer]).toBeCloseTo(by(layer, token), 5);
  });

  it('is the same in passes of any size', () => {
    const whole = lexicalScores(lexical, embeddings, null, 0);
    for (let from = 1; from < 4; from += 1) {
      const before = embeddings.slice((from - 1) * 3, from * 3);
      expect(lexicalScores(lexical, embeddings.slice(from * 3), before, from)).toEqual(whole.slice(from * 2));
    }
  });

  it('is no number at a layer without a model', () => {
    const words = lexicalScores({ ...lexical, explained: [0.4, 0] }, embeddings, null, 0);
    expect(Number.isFinite(words[2])).toBe(true);
    expect(words[3]).toBeNaN();
  });

  it('refuses a pass whose predecessor is missing', () => {
    expect(() => lexicalScores(lexical, embeddings, null, 2)).toThrow(RangeError);
    expect(() => lexicalScores(lexical, embeddings.slice(1), null, 0)).toThrow(RangeError);
  });
});

describe('the 1 % lines', () => {
  const { values, single, smooth } = fixture.percentiles;
  const tokens = tokenLines([[[NaN, ...values]], [[NaN, ...values.map(() => 0)]]]);
  const readouts = readoutLines([values, values.map(() => 0)]);
  const alarm = alarmLines(tokens, readouts);

  it('are numpy’s percentiles of single tokens, of the running mean and of readouts', () => {
    expect(alarm).toMatchObject({ rate: 0.01, tokens: 400, taps: 400 });
    close([alarm.tokenLow[0]!, alarm.tokenHigh[0]!], single, 9);
    close([alarm.smoothLow[0]!, alarm.smoothHigh[0]!], smooth, 5);
    close([alarm.tapLow[0]!, alarm.tapHigh[0]!], single, 9);
  });

  it('have about a hundredth beyond each', () => {
    const beyond = values.filter((value) => beyondLines(value, drawnLines(alarm, 0, 'token')));
    expect(beyond).toHaveLength(8);
  });

  it('start the running mean anew with every story', () => {
    const lines = tokenLines([
      [
        [NaN, 5, 5, 5],
        [NaN, -5, -5, -5],
      ],
    ]);
    expect([lines.smoothLow[0], lines.smoothHigh[0]]).toEqual([-5, 5]);
    expect(lines.tokens).toBe(6);
  });

  it('are those of what is drawn, and none where nothing can be beyond', () => {
    expect(drawnLines(alarm, 0, 'token')).toEqual({ low: alarm.tokenLow[0], high: alarm.tokenHigh[0] });
    expect(drawnLines(alarm, 0, 'mean')).toEqual({ low: alarm.smoothLow[0], high: alarm.smoothHigh[0] });
    expect(drawnReadoutLines(alarm, 0)).toEqual({ low: alarm.tapLow[0], high: alarm.tapHigh[0] });
    expect(drawnLines(alarm, 1, 'mean')).toBeNull();
    expect(drawnLines({ ...alarm, tokens: 0 }, 0, 'mean')).toBeNull();
    expect(drawnReadoutLines({ ...alarm, taps: 0 }, 0)).toBeNull();
    const lines = { low: -2, high: 3 };
    expect([-2.01, -2, 0, 3, 3.01].map((value) => beyondLines(value, lines))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(beyondLines(99, null)).toBe(false);
    expect(beyondLines(NaN, drawnLines(alarm, 0, 'token'))).toBe(false);
  });
});
