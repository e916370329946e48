/** Judges an existing probe on another prompt set: nothing is fitted, so no topic needs to be held out. */
import { project } from '../core/calibrate.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { Probe } from '../core/probe-types.ts';
import { labelOf, readingsOf, type RowRole, turnsOf } from '../core/rows.ts';
import { mean } from '../core/stats.ts';
import type { PromptSet } from '../format/prompt-set.ts';
import { assertProbeFits } from '../format/probe.ts';
import { collectRows, type LongCall } from './collect.ts';
import { giveWay } from './give-way.ts';
import { readOf } from './judge-layer.ts';
import type { SegmentReader } from './reader.ts';

/** What can be judged: directions with the taps to read at and the units of their scores. */
export type Judged = Pick<Probe, 'id' | 'model' | 'taps' | 'directions' | 'calibration'>;

/**
 * Reads `set` at the probe's own taps and scores it at every layer. Throws `probe-width-mismatch` or
 * `probe-model-mismatch` where the probe belongs to another model, `numbers-not-finite` and `cancelled`.
 */
export async function judgeProbe(reader: SegmentReader, probe: Judged, set: PromptSet, call: LongCall & { readonly seed?: number } = {}): Promise<Judgement> {
  assertProbeFits(probe, reader.model);
  const rows = await collectRows(reader, { sets: [set], stories: undefined, taps: probe.taps, settings: false }, call);
  const turns = turnsOf(rows.info, () => true);
  const info = turns.map((turn) => turn.info);
  const layers = [];
  for (const [layer, residuals] of rows.residuals.entries()) {
    const { tapMean, scale } = probe.calibration[layer] ?? { tapMean: NaN, scale: NaN };
    const direction = probe.directions.subarray(layer * rows.hidden, (layer + 1) * rows.hidden);
    const scores = Array.from(project(readingsOf(residuals, rows.hidden, turns), direction), (along) => (along - tapMean) / scale);
    const meanOf = (role: RowRole): number => mean(scores.filter((_, i) => info[i]?.role === role));
    layers.push({ ...readOf(scores, info, call.seed ?? 0), positive: meanOf('positive'), negative: meanOf('negative'), neutral: meanOf('neutral') });
    await giveWay(call);
  }
  return {
    set: set.name,
    sha256: set.sha256,
    topics: rows.topicCount,
    readings: info.filter((row) => labelOf(row.role) !== 0).length,
    auroc: layers.map((layer) => layer.auroc.value),
    aurocLow: layers.map((layer) => layer.auroc.low),
    aurocHigh: layers.map((layer) => layer.auroc.high),
    pairs: layers.map((layer) => layer.pairs),
    means: {
      positive: layers.map((layer) => layer.positive),
      negative: layers.map((layer) => layer.negative),
      neutral: info.some((row) => row.role === 'neutral') ? layers.map((layer) => layer.neutral) : null,
    },
  };
}
