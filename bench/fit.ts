/**
 * What fitting costs once the readings are in memory: 31 layers of width 576, 96 topics with a positive, a negative and a
 * neutral turn (288 readings), layer and penalty chosen inside the folds, 1,000 label shuffles, 2,000 resamples, one thread.
 * Three runs: the poles alone, as three methods fit them (192 of the 288 rows); the same three on all rows; and what a
 * training does by default, the hardened ridge on every text that it reads, beside the four methods on the poles, with
 * four styles left out.
 */
import { BOOTSTRAP_DRAWS } from '../src/probe/evidence/evidence.ts';
import type { FitMethod } from '../src/probe/probe-types.ts';
import { createRng } from '../src/base/rng.ts';
import { readingsOf, type RowInfo, type RowRole, type ReadoutRows } from '../src/stats/linear/rows.ts';
import { layerSource, methodCurve } from '../src/training/method-curve.ts';
import { readingsIn, selectFor } from '../src/training/readings.ts';

const LAYERS = 31;
const HIDDEN = 576;
const TOPICS = 96;
const STYLES = 4;
const STORIES = 36;
const BEATS = 9;
/** Topics of the zero sets, luck and moods. */
const ZERO_TOPICS = 112;
const SHUFFLES = 1000;
const FACTORS = 40;
const PENALTY = { ridge: 1, 'difference-of-means': 0, lda: 0.85, logistic: 0.3 } as const;
const fitted = (target: FitMethod['target'], ...kinds: FitMethod['kind'][]): FitMethod[] =>
  kinds.map((kind) => ({ kind, target, penalty: PENALTY[kind] }));

/** Rows of 96 topics; with `everything` also their settings, 36 stories of 9 sentences, and two sets of zeros. */
function rowInfo(everything: boolean): RowInfo[] {
  const info: RowInfo[] = [];
  const add = (role: RowRole, topic: number, side: -1 | 0 | 1, story = -1, beats = -1): void => {
    info.push({
      role,
      topic,
      story,
      set: topic < 0 ? -1 : 0,
      side,
      turn: info.length,
      beats,
      readout: 0,
      tokensBefore: 30 + (info.length % 7),
    });
  };
  for (let topic = 0; topic < TOPICS; topic += 1) {
    if (everything) add('setting', topic, 0);
    add('positive', topic, 1);
    add('negative', topic, -1);
    add('neutral', topic, 0);
  }
  if (!everything) return info;
  for (let topic = TOPICS; topic < TOPICS + ZERO_TOPICS; topic += 1)
    for (const side of [1, -1, 0] as const) add('zero', topic, side);
  for (let story = 0; story < STORIES; story += 1)
    for (let beats = 0; beats < BEATS; beats += 1) add(beats === 0 ? 'setting' : 'beat', -1, 0, story, beats);
  return info;
}

/** Readings with a falling spectrum, as real ones have, and a weak axis. */
function syntheticRows(everything: boolean): ReadoutRows {
  const rng = createRng(11);
  const info = rowInfo(everything);
  const residuals = Array.from({ length: LAYERS }, () => {
    const axis = Array.from({ length: HIDDEN }, () => 0.1 * rng.normal());
    const factors = Array.from({ length: FACTORS }, (_, k) =>
      Float64Array.from({ length: HIDDEN }, () => (3 * rng.normal()) / (k + 1)),
    );
    const out = new Float32Array(info.length * HIDDEN);
    info.forEach(({ side, role }, row) => {
      const weights = factors.map(() => rng.normal());
      for (let f = 0; f < HIDDEN; f += 1)
        out[row * HIDDEN + f] =
          0.3 * rng.normal() +
          (role === 'zero' ? 0 : side) * (axis[f] ?? 0) +
          factors.reduce((sum, factor, k) => sum + (weights[k] ?? 0) * (factor[f] ?? 0), 0);
    });
    return out;
  });
  return {
    info,
    hidden: HIDDEN,
    topicCount: TOPICS,
    storyCount: everything ? STORIES : 0,
    residuals,
    own: new Map(),
    embeddings: new Map(),
  };
}

/** Seconds, rows and the most memory that the process held, run by run. */
export function benchFit(): object {
  const three = ['difference-of-means', 'lda', 'logistic'] as const;
  return {
    polesAlone: run(syntheticRows(false), fitted('poles', ...three), 0),
    allRows: run(syntheticRows(false), fitted('zeroed', ...three), 0),
    byDefault: run(
      syntheticRows(true),
      [...fitted('hardened', 'ridge'), ...fitted('poles', 'ridge', 'difference-of-means', 'lda', 'logistic')],
      STYLES,
    ),
  };
}

function run(rows: ReadoutRows, methods: readonly FitMethod[], styles: number): object {
  const readings = readingsIn(rows);
  const groups = Array.from({ length: styles }, (_, style) =>
    Array.from({ length: TOPICS / STYLES }, (_unused, i) => i * STYLES + style),
  );
  const started = performance.now();
  const before = process.cpuUsage();
  const curves = methods.map((method, index) => methodCurve(readings, method, SHUFFLES, 1, index === 0 ? groups : []));
  let most = 0;
  for (const residuals of rows.residuals) {
    const layer = layerSource(readingsOf(residuals, HIDDEN, readings.turns), HIDDEN);
    for (const curve of curves) curve.add(layer);
    most = Math.max(most, process.memoryUsage().rss);
  }
  const finished = curves.map((curve) => curve.finish());
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    readings: readings.turns.length,
    layers: LAYERS,
    topics: TOPICS,
    stylesLeftOut: groups.length,
    methods: finished.map(({ method, nested }) => ({
      method: `${method.kind}, ${method.target}`,
      rowsFitted: selectFor(readings, method.target).select.length,
      nestedAuroc: Number(nested.auroc.value.toPrecision(3)),
    })),
    // Of every method at every layer; none is shared between methods.
    permutations: SHUFFLES * LAYERS * methods.length,
    bootstraps: BOOTSTRAP_DRAWS * LAYERS * methods.length,
    seconds: Number(seconds.toPrecision(3)),
    processorSeconds: Number(((user + system) / 1e6).toPrecision(3)),
    mostMemoryMB: Math.round(most / 1e6),
  };
}
