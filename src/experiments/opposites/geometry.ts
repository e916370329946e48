/**
 * How X and its opposite leave neutral in the stream, at control texts, whose words are the same after every text. Readings come in two
 * halves of items that share no sentence, and every product is taken across the halves: noise of a half never meets itself
 * (as in probe/evidence/pole-geometry.ts, over pairs of topics). Features are in standard units of control texts after neutral sentences.
 */
import { auroc, standardDeviation } from '../../stats/stats.ts';
import type { Passage, PassageReading } from '../../training/reader.ts';
import { asSentence, halfOf, neutralOf, type UsedAxis } from './contexts.ts';
import type { OppositesSpec } from './spec.ts';

/** What is compared. */
const SIDES = ['own', 'opposite', 'neutral'] as const;
type Side = (typeof SIDES)[number];

/** Products of an axis at one layer, divided by the width. */
export interface Products {
  /** <a, a>, <b, b> and <a, b>, with a = X - neutral and b = opposite - neutral. */
  readonly own: number;
  readonly opposite: number;
  readonly across: number;
}

/** How well a direction from neutral found on one half tells a pole from neutral on the other: AUROC, mean over both ways round. */
export interface Readouts {
  /**
   * X's direction on X: that the instrument reads at all; on the opposite: 0 one line through neutral, 0.5 nothing in
   * common, 1 the same way.
   */
  readonly ownOnOwn: number;
  readonly ownOnOpposite: number;
  readonly oppositeOnOwn: number;
}

/** What is read of one axis. */
export interface AxisGeometry {
  /** One a layer of {@link layersOf}. */
  readonly products: readonly Products[];
  readonly readouts: Readouts;
  /** a and b of both halves at the middle one of the layers `[4, hidden]`: a of half 0, a of half 1, b of half 0, b of half 1. */
  readonly vectors: Float32Array;
}

/** The layer of the spec's share and those two before and after it, within the model. */
export function layersOf({ layerShare }: Pick<OppositesSpec, 'layerShare'>, layerCount: number): number[] {
  const middle = Math.round(layerShare * layerCount);
  return [-2, 0, 2].map((offset) => Math.min(layerCount, Math.max(0, middle + offset)));
}

/** What is read of an axis: half by half, X's acts, the opposite's and neutral sentences, with control texts after each sentence. */
export function passagesOf(spec: OppositesSpec, { axis, at }: UsedAxis): Passage[] {
  const count = spec.triggers.length / 2;
  return [0, 1].flatMap((half) =>
    SIDES.map((side) =>
      passageOf(
        spec,
        side === 'neutral'
          ? neutralOf(spec, at, half, count)
          : halfOf(side === 'own' ? axis.acts : axis.oppositeActs, half).map(asSentence),
      ),
    ),
  );
}

/** Sentences with control texts after each. */
export function passageOf({ taps: readoutTexts }: Pick<OppositesSpec, 'taps'>, text: readonly string[]): Passage {
  return { text, readoutTexts, readoutAfter: text.map((_, i) => i) };
}

/** The readings of {@link passagesOf} of one half. */
export function readingsOfHalf(
  readings: readonly PassageReading[],
  half: number,
): Readonly<Record<Side, PassageReading | undefined>> {
  const [own, opposite, neutral] = readings.slice(half * SIDES.length, (half + 1) * SIDES.length);
  return { own, opposite, neutral };
}

/** Mean over control texts at some layers, a row a sentence `[layers, hidden]`. */
export function rowsOfReadouts(
  reading: PassageReading | undefined,
  layers: readonly number[],
  hidden: number,
): Float64Array[] {
  return (reading?.readouts ?? []).map(({ means }) => averaged(means, layers, hidden));
}

/** What the standard units are taken from: each neutral sentence by itself. */
export function unitPassages(spec: OppositesSpec): Passage[] {
  return spec.neutral.map((text) => ({ text: [text], readoutTexts: spec.taps, readoutAfter: [0] }));
}

/**
 * 1/s of every feature at the layers `[layers, hidden]` over the sentences of {@link unitPassages}, control texts averaged; 0 where a
 * feature does not vary beyond rounding, so that it takes no part.
 */
export function unitsFrom(
  readings: readonly PassageReading[],
  layers: readonly number[],
  hidden: number,
): Float32Array {
  const rows = readings.flatMap((reading) => rowsOfReadouts(reading, layers, hidden));
  return Float32Array.from({ length: layers.length * hidden }, (_, f) => {
    const values = rows.map((row) => row[f] ?? NaN);
    const sd = standardDeviation(values, 'population');
    return sd > ROUNDING * Math.max(...values.map(Math.abs)) ? 1 / sd : 0;
  });
}

/** Spread below this share of a feature's size is rounding of float32 readings. */
const ROUNDING = 1e-6;

/** From the readings of {@link passagesOf}, in standard units `[layers, hidden]`. */
export function geometryOf(
  readings: readonly PassageReading[],
  units: Float32Array,
  layers: readonly number[],
  hidden: number,
): AxisGeometry {
  // rows[half][side][sentence]: [layers, hidden]
  const rows = [0, 1].map((half) => {
    const mine = readingsOfHalf(readings, half);
    return Object.fromEntries(
      SIDES.map((side) => [
        side,
        rowsOfReadouts(mine[side], layers, hidden).map((row) => row.map((value, f) => value * (units[f] ?? 0))),
      ]),
    ) as Record<Side, Float64Array[]>;
  });
  const from = (half: number, side: Side): Float64Array =>
    minus(meanOf(rows[half]?.[side] ?? []), meanOf(rows[half]?.neutral ?? []));
  const [a0, a1, b0, b1] = [from(0, 'own'), from(1, 'own'), from(0, 'opposite'), from(1, 'opposite')];
  const middle = Math.floor(layers.length / 2);
  const at = (vector: Float64Array, layer: number): Float64Array =>
    vector.subarray(layer * hidden, (layer + 1) * hidden);
  const readout = (directions: readonly [Float64Array, Float64Array], side: Side): number => {
    const ways = [0, 1].map((half) => {
      const direction = at(directions[1 - half] ?? a0, middle);
      const scored = (['neutral', side] as const).flatMap((which, label) =>
        (rows[half]?.[which] ?? []).map((row) => ({
          score: dot(at(row, middle), direction),
          label: label === 0 ? -1 : 1,
        })),
      );
      return auroc(
        scored.map(({ score }) => score),
        scored.map(({ label }) => label),
      );
    });
    return ((ways[0] ?? NaN) + (ways[1] ?? NaN)) / 2;
  };
  return {
    products: layers.map((_, layer) =>
      crossProducts(
        [a0, a1, b0, b1].map((vector) => at(vector, layer)),
        hidden,
      ),
    ),
    readouts: {
      ownOnOwn: readout([a0, a1], 'own'),
      ownOnOpposite: readout([a0, a1], 'opposite'),
      oppositeOnOwn: readout([b0, b1], 'own'),
    },
    vectors: Float32Array.from([a0, a1, b0, b1].flatMap((vector) => Array.from(at(vector, middle)))),
  };
}

/** Products across the halves of a of half 0, a of half 1, b of half 0, b of half 1. */
function crossProducts([a0, a1, b0, b1]: readonly Float64Array[], hidden: number): Products {
  return {
    own: dot(a0, a1) / hidden,
    opposite: dot(b0, b1) / hidden,
    across: (dot(a0, b1) + dot(a1, b0)) / (2 * hidden),
  };
}

/** Product across the halves of X of one axis with the opposite of another, from their vectors `[4, hidden]`, divided by the width. */
export function betweenAxes(x: Float32Array, opposite: Float32Array, hidden: number): number {
  const part = (vectors: Float32Array, row: number): Float32Array => vectors.subarray(row * hidden, (row + 1) * hidden);
  return (dot(part(x, 0), part(opposite, 3)) + dot(part(x, 1), part(opposite, 2))) / (2 * hidden);
}

/** Mean of the control texts at some layers `[layers, hidden]`. */
function averaged(means: readonly Float32Array[], layers: readonly number[], hidden: number): Float64Array {
  const out = new Float64Array(layers.length * hidden);
  for (const mean of means)
    layers.forEach((layer, l) => {
      for (let f = 0; f < hidden; f += 1)
        out[l * hidden + f] = (out[l * hidden + f] ?? 0) + (mean[layer * hidden + f] ?? NaN) / means.length;
    });
  return out;
}

/** Mean of rows of one length; nothing of none. */
export function meanOf(rows: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) row.forEach((value, f) => (out[f] = (out[f] ?? 0) + value / rows.length));
  return out;
}

/** from - taken. */
export function minus(from: Float64Array, taken: Float64Array): Float64Array {
  return from.map((value, f) => value - (taken[f] ?? 0));
}

function dot(x: ArrayLike<number> = [], y: ArrayLike<number> = []): number {
  let sum = 0;
  for (let f = 0; f < x.length; f += 1) sum += (x[f] ?? 0) * (y[f] ?? 0);
  return sum;
}
