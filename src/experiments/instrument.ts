/**
 * Directions that an experiment fits for itself, from mean streams of two poles in several topics (stories, scenarios, axes): a
 * topic's rows share everything but the pole, so what a topic adds to all of its rows takes no part.
 */
import { directionOf, fitLayer, prepareLayer } from '../probe/fit/fit.ts';
import { leaveUnitsOut } from '../probe/fit/leave-out.ts';
import { auroc, mean } from '../stats/stats.ts';
import { alongAt, checkSize, type Gauge } from './gauge.ts';

/** How a direction is fitted: the mean over topics of the differences between pole means, or the project's default reading probe. */
export type InstrumentMethod = 'difference' | 'ridge';

/** Mean streams `[layers, hidden]` of one topic, at least one of either pole. */
export interface InstrumentTopic {
  readonly positive: readonly Float32Array[];
  readonly negative: readonly Float32Array[];
}

/**
 * A fitted gauge. 0 lies midway between the poles; the unit is the standard deviation (divisor n) of the fit rows about
 * their topic's mean.
 */
export interface Instrument extends Gauge {
  readonly method: InstrumentMethod;
  readonly topics: number;
  readonly rows: number;
  /**
   * AUROC of positive against negative rows, every topic scored by a fit without it, all topics together `[layers]`:
   * what topics differ by counts against it.
   */
  readonly quality: readonly number[];
}

/** λ of the ridge fit, in the standard units of probe/fit/fit.ts. */
const PENALTY = 1;

/** Spread along a direction below this share of the rows' size is the rounding of float32 readings. */
const ROUNDING = 1e-6;

/** The rows of all topics, topic by topic. */
interface Rows {
  readonly means: readonly Float32Array[];
  /** +1 or -1. */
  readonly labels: readonly number[];
  /** Rows of each topic. */
  readonly topics: readonly (readonly number[])[];
}

/**
 * Fits every layer; `layers` and `hidden` are those of each mean stream. Throws `RangeError` for fewer than two topics,
 * a topic without rows of a pole, and rows of another size.
 */
export function fitInstrument(
  topics: readonly InstrumentTopic[],
  layers: number,
  hidden: number,
  method: InstrumentMethod = 'difference',
): Instrument {
  if (topics.length < 2) throw new RangeError(`an instrument needs 2 topics or more, got ${topics.length}`);
  const rows = rowsOf(topics, layers, hidden);
  const gauge = {
    directions: new Float32Array(layers * hidden),
    centre: new Float64Array(layers),
    scale: new Float64Array(layers),
  };
  const quality: number[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const own = rows.means.map((row) => row.subarray(layer * hidden, (layer + 1) * hidden));
    const fitted = method === 'ridge' ? ridge(own, rows, hidden) : difference(own, rows, hidden);
    gauge.directions.set(fitted.direction, layer * hidden);
    gauge.centre[layer] = fitted.centre;
    gauge.scale[layer] = fitted.scale;
    quality.push(auroc(fitted.held, rows.labels));
  }
  return { method, layers, hidden, ...gauge, topics: topics.length, rows: rows.means.length, quality };
}

function rowsOf(topics: readonly InstrumentTopic[], layers: number, hidden: number): Rows {
  const means: Float32Array[] = [];
  const labels: number[] = [];
  const members = topics.map(({ positive, negative }, topic) => {
    if (positive.length === 0 || negative.length === 0)
      throw new RangeError(
        `topic ${topic} has ${positive.length} positive and ${negative.length} negative rows; it needs both`,
      );
    const first = means.length;
    for (const [rows, label] of [
      [positive, 1],
      [negative, -1],
    ] as const) {
      for (const row of rows) {
        checkSize(row, layers, hidden);
        means.push(row);
        labels.push(label);
      }
    }
    return means.slice(first).map((_, i) => first + i);
  });
  return { means, labels, topics: members };
}

/** A direction at one layer with zero and unit, and what it reads of every row with the row's topic left out. */
interface FittedLayer extends LayerGauge {
  readonly held: Float64Array;
}

interface LayerGauge {
  readonly direction: Float32Array;
  readonly centre: number;
  readonly scale: number;
}

function difference(own: readonly Float32Array[], rows: Rows, hidden: number): FittedLayer {
  const gaps = rows.topics.map((topic) => gapOf(own, rows, topic, hidden));
  const sum = new Float64Array(hidden);
  for (const gap of gaps) gap.forEach((value, f) => (sum[f] = (sum[f] ?? 0) + value));
  const held = new Float64Array(own.length);
  rows.topics.forEach((topic, left) => {
    const others = rows.topics.filter((_, other) => other !== left);
    const without = gaugeOf(
      sum.map((value, f) => value - (gaps[left]?.[f] ?? NaN)),
      own,
      rows,
      others,
    );
    for (const row of topic)
      held[row] = (alongAt(without.direction, own[row] ?? EMPTY, 0, hidden) - without.centre) / without.scale;
  });
  return { ...gaugeOf(sum, own, rows, rows.topics), held };
}

/** Mean of a topic's positive rows less that of its negative ones `[hidden]`. */
function gapOf(own: readonly Float32Array[], { labels }: Rows, topic: readonly number[], hidden: number): Float64Array {
  const gap = new Float64Array(hidden);
  for (const sign of [1, -1]) {
    const members = topic.filter((row) => labels[row] === sign);
    for (const row of members)
      own[row]?.forEach((value, f) => (gap[f] = (gap[f] ?? 0) + (sign * value) / members.length));
  }
  return gap;
}

function ridge(own: readonly Float32Array[], rows: Rows, hidden: number): FittedLayer {
  const readings = new Float32Array(own.length * hidden);
  own.forEach((row, i) => readings.set(row, i * hidden));
  const design = { targets: Float64Array.from(rows.labels), weights: new Float64Array(own.length).fill(1) };
  const prepared = prepareLayer(
    readings,
    hidden,
    own.map((_, i) => i),
    design,
  );
  const fit = fitLayer(prepared, { kind: 'ridge', target: 'poles', penalty: PENALTY });
  const gauge = gaugeOf(directionOf(prepared, fit), own, rows, rows.topics);
  // Where nothing varies all that is left of a score is its fold's intercept, which tells no rows apart.
  const flat = gauge.direction.every((value) => value === 0);
  return { ...gauge, held: flat ? new Float64Array(own.length) : leaveUnitsOut(fit, rows.topics) };
}

/**
 * Zero and unit of a direction from the rows of `topics`; the direction comes out with length 1, or as zeros where the
 * rows hardly spread along it.
 */
function gaugeOf(
  w: Float64Array,
  own: readonly Float32Array[],
  { labels }: Rows,
  topics: readonly (readonly number[])[],
): LayerGauge {
  const hidden = w.length;
  const length = Math.hypot(...w);
  const direction = Float32Array.from(w, (value) => (length > 0 ? value / length : 0));
  const members = topics.map((topic) =>
    topic.map((row) => ({ along: alongAt(direction, own[row] ?? EMPTY, 0, hidden), label: labels[row] ?? 0 })),
  );
  const all = members.flat();
  const poleMean = (sign: number): number => mean(all.filter(({ label }) => label === sign).map(({ along }) => along));
  const centred = members.flatMap((topic) => {
    const centre = mean(topic.map(({ along }) => along));
    return topic.map(({ along }) => along - centre);
  });
  const scale = Math.sqrt(mean(centred.map((value) => value * value)));
  const size = Math.sqrt(
    mean(topics.flat().map((row) => (own[row] ?? EMPTY).reduce((sum, value) => sum + value * value, 0))),
  );
  if (!(scale > ROUNDING * size)) return { direction: new Float32Array(hidden), centre: 0, scale: 1 };
  return { direction, centre: (poleMean(1) + poleMean(-1)) / 2, scale };
}

const EMPTY = new Float32Array(0);
