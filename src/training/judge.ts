/** Judges an existing probe on another prompt set: nothing is fitted, so no topic needs to be held out. */
import { project } from '../core/calibrate.ts';
import { layerEvidence } from '../core/evidence.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { Probe } from '../core/probe-types.ts';
import { labelOf, meanByTurn, type RowRole, turnsOf } from '../core/rows.ts';
import { auroc, mean } from '../core/stats.ts';
import type { PromptSet } from '../format/prompt-set.ts';
import { assertProbeFits } from '../format/probe.ts';
import { collectRows, type LongCall } from './collect.ts';
import type { SegmentReader } from './reader.ts';

/**
 * Reads `set` at the probe's own taps and scores it at every layer. Throws `probe-width-mismatch` or
 * `probe-model-mismatch` where the probe belongs to another model, `numbers-not-finite` and `cancelled`.
 */
export async function judgeProbe(reader: SegmentReader, probe: Probe, set: PromptSet, call: LongCall & { readonly seed?: number } = {}): Promise<Judgement> {
  assertProbeFits(probe, reader.model);
  const rows = await collectRows(reader, { sets: [set], stories: undefined, taps: probe.taps, settings: false }, call);
  const { hidden } = rows;
  const poles = turnsOf(rows.info, (row) => labelOf(row.role) !== 0);
  const poleLabels = poles.map((turn) => labelOf(turn.info.role));
  const layers = rows.residuals.map((residuals, layer) => {
    const unit = probe.calibration[layer] ?? { tapMean: NaN, scale: NaN };
    const scores = project(residuals, probe.directions.subarray(layer * hidden, (layer + 1) * hidden)).map((value) => (value - unit.tapMean) / unit.scale);
    const meanOf = (role: RowRole): number => mean(scores.filter((_, i) => rows.info[i]?.role === role));
    return {
      ...layerEvidence(scores, rows.info, rows.topicCount, call.seed ?? 0),
      readingAuroc: auroc(meanByTurn(scores, poles), poleLabels),
      positive: meanOf('positive'),
      negative: meanOf('negative'),
      neutral: meanOf('neutral'),
    };
  });
  const hasNeutral = rows.info.some((row) => row.role === 'neutral');
  return {
    set: set.name,
    sha256: set.sha256,
    topics: rows.topicCount,
    rows: rows.info.filter((row) => labelOf(row.role) !== 0).length,
    auroc: layers.map((layer) => layer.auroc),
    aurocLow: layers.map((layer) => layer.aurocLow),
    aurocHigh: layers.map((layer) => layer.aurocHigh),
    readingAuroc: layers.map((layer) => layer.readingAuroc),
    pairs: layers.map((layer) => layer.pairs),
    means: {
      positive: layers.map((layer) => layer.positive),
      negative: layers.map((layer) => layer.negative),
      neutral: hasNeutral ? layers.map((layer) => layer.neutral) : null,
    },
  };
}
