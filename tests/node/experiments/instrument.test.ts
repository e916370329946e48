/** Directions that experiments fit for themselves, against numpy and scikit-learn, and rows with a planted direction. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cosineByLayer } from '../../../src/stats/linear/cosine.ts';
import { AppError } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { mean, standardDeviation } from '../../../src/stats/stats.ts';
import type { JsonObject } from '../../../src/experiments/design.ts';
import { scoreAt } from '../../../src/experiments/gauge.ts';
import { fitInstrument, type InstrumentTopic } from '../../../src/experiments/instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../../../src/experiments/instrument-json.ts';
import { randomInstruments } from '../../../src/experiments/random-instruments.ts';
import { packVectors, unpackVectors } from '../../../src/experiments/vectors.ts';

interface Fitted {
  direction: number[];
  centre: number;
  scale: number;
  quality: number;
  scores: number[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/instrument.fixture.json', import.meta.url), 'utf8'),
) as {
  layers: number;
  hidden: number;
  rows: number[][];
  sign: number[];
  topic: number[];
  fitted: { difference: Fitted[]; ridge: Fitted[] };
};
const { layers, hidden, sign, topic } = fixture;
const rows = fixture.rows.map((row) => Float32Array.from(row));
const pole = (t: number, side: number): Float32Array[] => rows.filter((_, i) => topic[i] === t && sign[i] === side);
const topics = [...new Set(topic)].map((t): InstrumentTopic => ({ positive: pole(t, 1), negative: pole(t, -1) }));

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing thrown';
};

describe.each(['difference', 'ridge'] as const)('an instrument by %s', (method) => {
  const instrument = fitInstrument(topics, layers, hidden, method);

  it('has the direction, zero, unit, quality and scores of the reference', () => {
    fixture.fitted[method].forEach((expected, i) => {
      const layer = i + 1;
      // Ridge has a penalised intercept, too weakly to show beyond the fourth digit.
      expect(
        Math.max(...expected.direction.map((value, f) => Math.abs(value - instrument.directions[layer * hidden + f]!))),
      ).toBeLessThan(method === 'ridge' ? 1e-3 : 1e-6);
      expect(Math.abs(instrument.scale[layer]! / expected.scale - 1)).toBeLessThan(method === 'ridge' ? 1e-3 : 1e-6);
      expect(Math.abs(instrument.centre[layer]! - expected.centre)).toBeLessThan(method === 'ridge' ? 1e-2 : 1e-5);
      expect(instrument.quality[layer]).toBeCloseTo(expected.quality, 9);
      rows.forEach((row, r) =>
        expect(Math.abs(scoreAt(instrument, row)[layer]! - expected.scores[r]!)).toBeLessThan(
          method === 'ridge' ? 1e-2 : 1e-5,
        ),
      );
    });
  });

  it('reads nothing where all rows are one vector', () => {
    expect(instrument.quality[0]).toBe(0.5);
    expect(instrument.directions.subarray(0, hidden).every((value) => value === 0)).toBe(true);
    expect(scoreAt(instrument, rows[3]!)[0]).toBe(0);
  });

  it('comes back from JSON as it was', () => {
    expect(instrumentFromJson(JSON.parse(JSON.stringify(instrumentToJson(instrument))) as JsonObject)).toEqual(
      instrument,
    );
  });
});

/** Topics of rows with a planted gap along one axis, the same at every layer but 0. */
function planted(
  gap: number,
  seed: number,
  count = 12,
): { readonly axis: Float64Array; readonly topics: InstrumentTopic[] } {
  const rng = createRng(seed);
  const axis = Float64Array.from({ length: 40 }, () => rng.normal() / Math.sqrt(40));
  const made = Array.from({ length: count }, () => {
    const place = Float64Array.from({ length: 80 }, () => 5 * rng.normal());
    const row = (side: number): Float32Array =>
      Float32Array.from(place, (value, i) => (i < 40 ? 1 : value + rng.normal() + side * gap * axis[i % 40]!));
    return { positive: [row(1), row(1)], negative: [row(-1), row(-1)] };
  });
  return { axis, topics: made };
}

describe('a planted direction', () => {
  const { axis, topics: made } = planted(3, 4);
  const instrument = fitInstrument(made, 2, 40);

  it('is found, topics far apart notwithstanding, with the poles about a unit either side of 0', () => {
    expect(cosineByLayer(Float32Array.from(axis), instrument.directions.subarray(40), 40)[0]).toBeGreaterThan(0.9);
    const at = (side: 'positive' | 'negative'): number =>
      mean(made.flatMap((one) => one[side].map((row) => scoreAt(instrument, row)[1]!)));
    expect(at('positive')).toBeCloseTo(-at('negative'), 6);
    expect(at('positive')).toBeGreaterThan(0.8);
    expect(at('positive')).toBeLessThan(1);
  });

  it('has a quality above chance though topics differ by more than the poles, and noise has none', () => {
    const seeds = Array.from({ length: 40 }, (_, i) => i);
    const clear = mean(seeds.map((seed) => fitInstrument(planted(3, seed).topics, 2, 40).quality[1]!));
    const noise = seeds.map((seed) => fitInstrument(planted(0, seed).topics, 2, 40).quality[1]!);
    expect(clear).toBeGreaterThan(0.6);
    expect(Math.abs(mean(noise) - 0.5)).toBeLessThan((4 * standardDeviation(noise, 'sample')) / Math.sqrt(40));
  });
});

describe('random instruments', () => {
  const { topics: made } = planted(0, 9);
  const own = made.flatMap(({ positive, negative }) => [...positive, ...negative]);
  const places = own.map((_, i) => Math.floor(i / 4));

  it('read the rows about 0 with unit spread, in units of the spread within topics where topics are given', () => {
    for (const gauge of randomInstruments(own, 5, 1, 2, 40)) {
      const scores = own.map((row) => scoreAt(gauge, row)[1]!);
      expect(mean(scores)).toBeCloseTo(0, 4);
      expect(standardDeviation(scores, 'population')).toBeCloseTo(1, 4);
    }
    for (const gauge of randomInstruments(own, 5, 1, 2, 40, places)) {
      const scores = own.map((row) => scoreAt(gauge, row)[1]!);
      const within = made.flatMap((_, t) => {
        const part = scores.slice(4 * t, 4 * t + 4);
        return part.map((score) => score - mean(part));
      });
      expect(standardDeviation(within, 'population')).toBeCloseTo(1, 4);
      expect(standardDeviation(scores, 'population')).toBeGreaterThan(2);
    }
  });

  it('have directions with the covariance of the rows', () => {
    const flatRows = Array.from({ length: 30 }, (_, i) => {
      const rng = createRng(i);
      return Float32Array.of(3 * rng.normal(), rng.normal());
    });
    // Before division by its unit a direction is g'A, so its mean square by feature is the variance of the feature; cosines keep the order.
    const drawn = randomInstruments(flatRows, 2000, 1, 1, 2);
    const share = mean(drawn.map(({ directions }) => Number(Math.abs(directions[0]!) > Math.abs(directions[1]!))));
    // For independent normals of spreads a and b: 2/π atan(a/b).
    const [a, b] = [0, 1].map((f) =>
      standardDeviation(
        flatRows.map((row) => row[f]!),
        'population',
      ),
    );
    expect(Math.abs(share - (2 / Math.PI) * Math.atan(a! / b!))).toBeLessThan(0.05);
  });

  it('are the same for a seed, and nothing where rows do not differ', () => {
    expect(randomInstruments(own, 2, 3, 2, 40)).toEqual(randomInstruments(own, 2, 3, 2, 40));
    const [gauge] = randomInstruments(own, 1, 3, 2, 40);
    expect(gauge!.directions.subarray(0, 40).every((value) => value === 0)).toBe(true);
    expect(scoreAt(gauge!, own[0]!)[0]).toBe(0);
  });
});

describe('what does not fit is refused', () => {
  it('vectors of another length, of no base64, and with numbers that are none', () => {
    const packed = packVectors(Float32Array.of(1, -0.5, 3e-8));
    expect([...unpackVectors(packed, 3)]).toEqual([1, -0.5, Math.fround(3e-8)]);
    // 1 as float32 is 00 00 80 3f.
    expect(packVectors(Float32Array.of(1))).toBe('AACAPw==');
    expect(codeOf(() => unpackVectors(packed, 4, 'prepared.w'))).toMatch(
      /^unit-invalid: prepared\.w must hold 4 numbers \(16 bytes\), got 12 bytes\./,
    );
    expect(codeOf(() => unpackVectors('*', 1))).toMatch(/^unit-invalid: vectors is no base64/);
    expect(codeOf(() => unpackVectors(packVectors(Float32Array.of(1, NaN)), 2))).toMatch(
      /^unit-invalid: vectors holds NaN as number 1 of 2/,
    );
  });

  it('an instrument with a part missing or altered, by its path', () => {
    const json = instrumentToJson(fitInstrument(topics, layers, hidden));
    expect(codeOf(() => instrumentFromJson({ ...json, scale: [1, 0, 1] }, 'prepared.author'))).toMatch(
      /^unit-invalid: prepared\.author\.scale\[1\] must be greater than 0/,
    );
    expect(codeOf(() => instrumentFromJson({ ...json, hidden: 9 }))).toMatch(
      /^unit-invalid: instrument\.directions must hold 27 numbers/,
    );
    expect(codeOf(() => instrumentFromJson(undefined))).toMatch(/^unit-invalid: instrument must be an object/);
  });

  it('topics without a pole, one topic, rows of another size', () => {
    expect(codeOf(() => fitInstrument([topics[0]!], layers, hidden))).toMatch(/needs 2 topics/);
    expect(
      codeOf(() => fitInstrument([topics[0]!, { positive: [], negative: topics[1]!.negative }], layers, hidden)),
    ).toMatch(/topic 1 has 0 positive and \d negative rows/);
    expect(codeOf(() => fitInstrument(topics, layers, hidden + 1))).toMatch(/30 numbers, not 3 layers x 11/);
    expect(codeOf(() => scoreAt(fitInstrument(topics, layers, hidden), new Float32Array(3)))).toMatch(
      /3 numbers, not 3 layers x 10/,
    );
  });
});
