/** Fits the heads of a trace readout, layer by layer, with the scores that its evidence needs. */
import { project } from '../../probe/fit/calibrate.ts';
import { differences, momentsOf, ridgeOf, without } from '../../probe/fit/free-ridge.ts';
import { byPole, type ByPole } from '../../probe/heads.ts';
import { leaveUnitsOut } from '../../probe/fit/leave-out.ts';
import { labelOf } from '../../stats/linear/rows.ts';
import { significant } from '../../base/round.ts';
import { smootherOf, smootherParts } from '../../probe/fit/smoother.ts';
import { standardRows, type StandardRows } from '../../stats/linear/standard-rows.ts';
import { mean, standardDeviation } from '../../stats/stats.ts';
import type { TraceDirections } from '../../probe/trace-types.ts';
import { type LongCall } from '../collect.ts';
import { giveWay } from '../give-way.ts';
import { rowsOfLayer, type TraceRow, type TraceRows } from './trace-rows.ts';

/** Penalty of the ridge, in units of the rows' weights (docs/decisions/0022). */
const TRACE_PENALTY = 5;
/**
 * Into how many parts the topics of a set that must not count are dealt, each scored by a fit without it. Of few topics the
 * difference that is projected out is placed badly: halves would judge a readout that is worse than the one that is made.
 */
const APART_PARTS = 6;
/** Weight of rows that are scored, their unit left out, and have no say. */
const NO_SAY = 1e-9;

/** What is fitted. */
export interface TraceFitPlan {
  readonly head: TraceRow['head'];
  /** Layers whose mean is shown: at these every unit and every set is left out as well. */
  readonly layers: readonly number[];
  /** Names of sets whose difference is projected out. */
  readonly freeOf: readonly string[];
  /** Names of the sets of the axis. */
  readonly sets: readonly string[];
}

/** A head with the mean over its reading layers of the scores of its rows, in units of one layer. */
export interface FittedTrace extends TraceDirections {
  readonly poles: ByPole<TraceDirections>;
  /** Indices of its rows in all rows. */
  readonly rows: readonly number[];
  /** By row: by the whole fit, with its topic or story left out, with its set left out (NaN where it is of no set of the axis). */
  readonly whole: Float64Array;
  readonly unitOut: Float64Array;
  readonly setOut: Float64Array;
  /** By row: rows of sets that must not count, by fits and differences that saw nothing of their part of the topics; NaN elsewhere. */
  readonly partOut: Float64Array;
}

/** Fits one head at every layer. Throws `cancelled`. */
export async function fitTrace(all: TraceRows, plan: TraceFitPlan, call: LongCall = {}): Promise<FittedTrace> {
  const { hidden, halves } = all;
  const rows = all.info.flatMap(({ head }, row) => (head === plan.head ? [row] : []));
  const info = rows.flatMap((row) => all.info[row] ?? []);
  const fit = new LayerDesign(info, plan);
  const parts: Record<'main' | 'positive' | 'negative', { directions: Float32Array; zero: number[] }> = {
    main: emptyHead(halves.length, hidden),
    positive: emptyHead(halves.length, hidden),
    negative: emptyHead(halves.length, hidden),
  };
  const shown = {
    whole: new Float64Array(info.length),
    unitOut: new Float64Array(info.length),
    setOut: new Float64Array(info.length),
    partOut: new Float64Array(info.length),
  };
  for (let layer = 0; layer < halves.length; layer += 1) {
    const readings = rowsOfLayer(all, layer, rows);
    const layerFit = fit.layer(readings, hidden, plan.layers.includes(layer));
    for (const name of ['main', 'positive', 'negative'] as const) {
      parts[name].directions.set(layerFit[name].direction, layer * hidden);
      parts[name].zero.push(significant(layerFit[name].zero, 9));
    }
    for (const [kind, scores] of Object.entries(layerFit.scores ?? {}))
      addTo(shown[kind as keyof typeof shown], scores, 1 / plan.layers.length);
    call.onProgress?.({ stage: 'fitting', done: layer + 1, total: halves.length });
    await giveWay(call);
  }
  return { ...parts.main, poles: byPole((pole) => parts[pole]), rows, ...shown };
}

/** One direction with its zero, in units of its own. */
interface LayerHead {
  readonly direction: Float32Array;
  readonly zero: number;
}

/** What does not change from layer to layer. */
class LayerDesign {
  readonly #info: readonly TraceRow[];
  readonly #plan: TraceFitPlan;
  readonly #labels: Float64Array;
  readonly #weights: Float64Array;
  readonly #neutral: Float64Array;
  /** Rows that the unit is taken over. */
  readonly #spread: readonly number[];

  constructor(info: readonly TraceRow[], plan: TraceFitPlan) {
    this.#info = info;
    this.#plan = plan;
    this.#labels = Float64Array.from(info, (row) => labelIn(row));
    this.#weights = Float64Array.from(info, (row) => (row.fitted ? row.weight : NO_SAY));
    const own = (row: TraceRow): boolean => plan.head === 'ends' || row.stand !== 'sentence';
    this.#neutral = neutralIn(info, own);
    this.#spread = info.flatMap((row, i) => (row.fitted && labelIn(row) !== 0 && own(row) ? [i] : []));
  }

  layer(
    readings: Float32Array,
    hidden: number,
    shown: boolean,
  ): {
    readonly main: LayerHead;
    readonly positive: LayerHead;
    readonly negative: LayerHead;
    readonly scores?: Record<'whole' | 'unitOut' | 'setOut' | 'partOut', Float64Array>;
  } {
    const everything = this.#standard(readings, hidden);
    const free = without(
      everything,
      this.#differences(everything, () => true),
    );
    const groups = [1, -1, 0].map((label) =>
      this.#fitted((row, i) => this.#labels[i] === label && row.role !== 'apart'),
    );
    const moments = momentsOf(free, this.#weights, groups);
    const head = (w: Float64Array): LayerHead =>
      this.#calibrated(
        readings,
        Float32Array.from(w, (value, f) => value * (free.inverse[f] ?? 0)),
      );
    const [positive, negative, neutral] = moments;
    if (positive === undefined || negative === undefined || neutral === undefined)
      throw new RangeError('there are not three groups');
    const w = ridgeOf(moments, [1, -1, 0], TRACE_PENALTY);
    const main = head(w);
    const heads = {
      main,
      positive: head(ridgeOf([positive, neutral], [1, 0], TRACE_PENALTY)),
      negative: head(ridgeOf([negative, neutral], [-1, 0], TRACE_PENALTY)),
    };
    if (!shown) return heads;
    const whole = project(readings, main.direction).map((along) => along - main.zero);
    // Scores of targets' size as scores of this head: what is left out moves by the same zero and unit.
    const raw = project(free.z, w);
    const [unit, zero] = lineThrough(raw, whole);
    const held = this.#leftOut(free);
    const scaled = (values: Float64Array): Float64Array =>
      values.map((value) => (value - held.intercept) * unit + zero);
    return {
      ...heads,
      scores: {
        whole,
        unitOut: scaled(held.units),
        setOut: scaled(held.sets),
        partOut: this.#parts(everything, readings),
      },
    };
  }

  /** Standard units of the rows of the fit, for all rows. */
  #standard(readings: Float32Array, hidden: number): StandardRows {
    const own = this.#fitted(() => true);
    const picked = new Float32Array(own.length * hidden);
    own.forEach((row, i) => picked.set(readings.subarray(row * hidden, (row + 1) * hidden), i * hidden));
    const { mean: center, inverse } = standardRows(picked, hidden);
    return {
      count: this.#info.length,
      hidden,
      mean: center,
      inverse,
      z: Float64Array.from(readings, (value, i) => (value - (center[i % hidden] ?? 0)) * (inverse[i % hidden] ?? 0)),
    };
  }

  #fitted(wanted: (row: TraceRow, index: number) => boolean): number[] {
    return this.#info.flatMap((row, i) => (row.fitted && wanted(row, i) ? [i] : []));
  }

  /** What is projected out, from rows that may be used for it. */
  #differences(rows: StandardRows, usable: (row: TraceRow) => boolean): Float64Array[] {
    const side = (name: string, sign: number): number[] =>
      this.#info.flatMap((row, i) => (row.set === name && row.side === sign && usable(row) ? [i] : []));
    return differences(
      rows,
      this.#plan.freeOf.map((name) => ({ plus: side(name, 1), minus: side(name, -1) })),
    );
  }

  /** A direction in units of its own, with its zero; float32, as it is kept. */
  #calibrated(readings: Float32Array, direction: Float32Array): LayerHead {
    const along = project(readings, direction);
    const unit = standardDeviation(
      this.#spread.map((row) => along[row] ?? NaN),
      'population',
    );
    const scaled = direction.map((value) => (unit > 1e-12 ? value / unit : 0));
    const again = project(readings, scaled);
    return {
      direction: scaled,
      zero: this.#neutral.reduce((sum, weight, row) => sum + weight * (again[row] ?? NaN), 0),
    };
  }

  /** Scores of every row whose unit, or set of the axis, is left out. */
  #leftOut(rows: StandardRows): {
    readonly units: Float64Array;
    readonly sets: Float64Array;
    readonly intercept: number;
  } {
    const among = this.#info.flatMap(({ role }, i) => (role === 'apart' ? [] : [i]));
    const place = new Map(among.map((row, i) => [row, i]));
    const { hidden } = rows;
    const z = new Float64Array(among.length * hidden);
    among.forEach((row, i) => z.set(rows.z.subarray(row * hidden, (row + 1) * hidden), i * hidden));
    const smoother = smootherOf(
      smootherParts(
        { ...rows, count: among.length, z },
        among.map((row) => this.#weights[row] ?? 0),
      ),
      TRACE_PENALTY,
    );
    const targets = Float64Array.from(among, (row) => this.#labels[row] ?? 0);
    const fit = { smoother, targets, coefficients: smoother.coefficients(targets) };
    const back = (units: readonly (readonly number[])[]): Float64Array => {
      const held = leaveUnitsOut(fit, units);
      return Float64Array.from(this.#info, (_, row) => held[place.get(row) ?? -1] ?? NaN);
    };
    const grouped = (key: (row: TraceRow) => string | null): number[][] => {
      const groups = new Map<string, number[]>();
      among.forEach((row, i) => {
        const name = key(this.#info[row] as TraceRow);
        if (name !== null) groups.set(name, [...(groups.get(name) ?? []), i]);
      });
      return [...groups.values()];
    };
    const sets = this.#plan.sets.length < 2 ? [] : grouped(({ set }) => (this.#plan.sets.includes(set) ? set : null));
    return {
      units: back(
        grouped(({ unit, role, story }) =>
          story >= 0 || labelOf(role === 'apart' ? 'zero' : role) !== 0 || role === 'neutral' || role === 'setting'
            ? String(unit)
            : null,
        ),
      ),
      sets: back(sets),
      intercept: smoother.bias * fit.coefficients.reduce((sum, value) => sum + value, 0),
    };
  }

  /** Rows of the sets that must not count, each by a fit and differences without its part of the topics. */
  #parts(rows: StandardRows, readings: Float32Array): Float64Array {
    const out = new Float64Array(this.#info.length).fill(NaN);
    const judged = (row: TraceRow): boolean => this.#plan.freeOf.includes(row.set);
    if (!this.#info.some(judged)) return out;
    for (let part = 0; part < APART_PARTS; part += 1) {
      const kept = (row: TraceRow): boolean => !judged(row) || row.unit % APART_PARTS !== part;
      const free = without(rows, this.#differences(rows, kept));
      const groups = [1, -1, 0].map((label) =>
        this.#fitted((row, i) => this.#labels[i] === label && row.role !== 'apart' && kept(row)),
      );
      const w = ridgeOf(momentsOf(free, this.#weights, groups), [1, -1, 0], TRACE_PENALTY);
      const head = this.#calibrated(
        readings,
        Float32Array.from(w, (value, f) => value * (free.inverse[f] ?? 0)),
      );
      const scores = project(readings, head.direction);
      this.#info.forEach((row, i) => {
        if (!kept(row)) out[i] = (scores[i] ?? NaN) - head.zero;
      });
    }
    return out;
  }
}

/** +1 and -1 for the poles of the axis, 0 for everything else. */
function labelIn({ role }: TraceRow): -1 | 0 | 1 {
  return role === 'apart' ? 0 : labelOf(role);
}

/** Weights of the rows that pin zero, summing to 1: settings, neutral turns and neutral stories a third each. */
function neutralIn(info: readonly TraceRow[], usable: (row: TraceRow) => boolean): Float64Array {
  const kindOf = (row: TraceRow): 'setting' | 'neutral' | 'beat' | null =>
    row.story < 0 && usable(row) && (row.role === 'setting' || row.role === 'neutral' || row.role === 'beat')
      ? row.role
      : null;
  const counts = { setting: 0, neutral: 0, beat: 0 };
  for (const row of info) {
    const kind = kindOf(row);
    if (kind !== null) counts[kind] += 1;
  }
  const present = Object.values(counts).filter((count) => count > 0).length;
  if (present === 0) throw new RangeError('no row is neutral, so zero is undefined');
  return Float64Array.from(info, (row) => {
    const kind = kindOf(row);
    return kind === null ? 0 : 1 / (present * counts[kind]);
  });
}

/** Slope and offset of y on x, which lie on one line. */
function lineThrough(x: Float64Array, y: Float64Array): [number, number] {
  const [mx, my] = [mean(x), mean(y)];
  let xy = 0;
  let xx = 0;
  for (let i = 0; i < x.length; i += 1) {
    xy += ((x[i] ?? 0) - mx) * ((y[i] ?? 0) - my);
    xx += ((x[i] ?? 0) - mx) ** 2;
  }
  const slope = xx > 0 ? xy / xx : 0;
  return [slope, my - slope * mx];
}

function emptyHead(layers: number, hidden: number): { directions: Float32Array; zero: number[] } {
  return { directions: new Float32Array(layers * hidden), zero: [] };
}

function addTo(sum: Float64Array, values: Float64Array, weight: number): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + weight * (values[i] ?? NaN);
}
