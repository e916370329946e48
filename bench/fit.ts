/**
 * What fitting costs once the readings are in memory: 31 layers of width 576, 288 readings of 96 topics, three methods
 * with layer and penalty chosen inside the folds, 1,000 label shuffles and 2,000 resamples, on one thread.
 */
import { createRng } from '../src/core/rng.ts';
import { readingsOf, type RowInfo, type TapRows } from '../src/core/rows.ts';
import { layerSource, methodCurve } from '../src/training/method-curve.ts';
import { readingsIn } from '../src/training/readings.ts';

const LAYERS = 31;
const HIDDEN = 576;
const TOPICS = 96;
const SHUFFLES = 1000;
const METHODS = [
  { kind: 'difference-of-means', target: 'poles', penalty: 0 },
  { kind: 'lda', target: 'poles', penalty: 0.85 },
  { kind: 'logistic', target: 'poles', penalty: 0.3 },
] as const;
const FACTORS = 40;

/** Readings with a falling spectrum, as real ones have, and a weak axis. */
function syntheticRows(): TapRows {
  const rng = createRng(11);
  const roles = ['positive', 'negative', 'neutral'] as const;
  const info: RowInfo[] = Array.from({ length: TOPICS * 3 }, (_, i) => ({
    role: roles[i % 3] ?? 'neutral', topic: Math.floor(i / 3), story: -1, set: 0, side: ([1, -1, 0] as const)[i % 3] ?? 0, turn: i, beats: -1, tap: 0, tokensBefore: 30 + (i % 7),
  }));
  const residuals = Array.from({ length: LAYERS }, () => {
    const axis = Array.from({ length: HIDDEN }, () => 0.1 * rng.normal());
    const factors = Array.from({ length: FACTORS }, (_, k) => Float64Array.from({ length: HIDDEN }, () => (3 * rng.normal()) / (k + 1)));
    const out = new Float32Array(info.length * HIDDEN);
    info.forEach(({ side }, row) => {
      const weights = factors.map(() => rng.normal());
      for (let f = 0; f < HIDDEN; f += 1) out[row * HIDDEN + f] = 0.3 * rng.normal() + side * (axis[f] ?? 0) + factors.reduce((sum, factor, k) => sum + (weights[k] ?? 0) * (factor[f] ?? 0), 0);
    });
    return out;
  });
  return { info, hidden: HIDDEN, topicCount: TOPICS, storyCount: 0, residuals, own: new Map(), embeddings: new Map() };
}

/** Seconds and the most memory that the process held. */
export function benchFit(): object {
  const rows = syntheticRows();
  const readings = readingsIn(rows);
  const started = performance.now();
  const before = process.cpuUsage();
  const curves = METHODS.map((method) => methodCurve(readings, method, SHUFFLES, 1));
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
    readings: readings.turns.length, layers: LAYERS, shuffles: SHUFFLES,
    nested: finished.map(({ method, nested }) => ({ method: method.kind, auroc: Number(nested.auroc.value.toPrecision(3)) })),
    seconds: Number(seconds.toPrecision(3)), processorSeconds: Number(((user + system) / 1e6).toPrecision(3)), mostMemoryMB: Math.round(most / 1e6),
  };
}
