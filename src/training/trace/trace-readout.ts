/** Makes the trace readout of a probe: reads its texts, fits both heads, and gathers what they are worth. */
import { significant, significantAll } from '../../base/round.ts';
import { standardDeviation } from '../../stats/stats.ts';
import type { TraceHead, TraceReadout } from '../../probe/trace-types.ts';
import type { LongCall } from '../collect.ts';
import type { SegmentReader } from '../reader.ts';
import { evidenceOf } from './trace-evidence.ts';
import { type FittedTrace, fitTrace } from './trace-fit.ts';
import { traceNull } from './trace-null.ts';
import { tracePassages, type TraceTexts } from './trace-passages.ts';
import { collectTrace, type TraceRow, type TraceRows } from './trace-rows.ts';

/** What a readout is made of besides its texts. */
export interface TraceOptions extends LongCall {
  readonly texts: readonly string[];
  /** Layers to average; by default those of {@link traceLayers}. */
  readonly layers?: readonly number[];
  readonly seed: number;
}

/** The layers that are averaged on a model of so many: 14, 16, 18, 20 and 22 of 30, in proportion. */
export function traceLayers(layerCount: number): number[] {
  return [...new Set([14, 16, 18, 20, 22].map((layer) => Math.round((layer * layerCount) / 30)))];
}

/** Makes a readout. Throws `numbers-not-finite`, `cancelled` and `RangeError` where a pole or every neutral text is missing. */
export async function trainTrace(
  reader: SegmentReader,
  from: TraceTexts,
  options: TraceOptions,
): Promise<TraceReadout> {
  const { texts, seed } = options;
  const layers = options.layers ?? traceLayers(reader.model.layerCount);
  const passages = tracePassages(from, texts);
  const layerSteps = 2 * (reader.model.layerCount + 1);
  const total = passages.length + layerSteps;
  const step =
    (before: number) =>
    ({ done }: { readonly done: number }): void =>
      options.onProgress?.({ stage: 'readout', done: before + done, total });
  const all = await collectTrace(reader, passages, { ...options, onProgress: step(0) });
  const plan = { layers, freeOf: from.freeOf.map(({ name }) => name), sets: from.sets.map(({ name }) => name) };
  const ends = await fitTrace(all, { ...plan, head: 'ends' }, { ...options, onProgress: step(passages.length) });
  const inside = await fitTrace(
    all,
    { ...plan, head: 'inside' },
    { ...options, onProgress: step(passages.length + layerSteps / 2) },
  );
  const everyLayer = all.halves.map((_, layer) => layer);
  const scales = {
    ends: scaleOf(all, ends, () => true),
    inside: scaleOf(all, inside, ({ stand }) => stand !== 'sentence'),
  };
  const head = (fitted: FittedTrace, scale: number, covered: readonly number[]): TraceHead => ({
    directions: fitted.directions,
    zero: fitted.zero,
    poles: fitted.poles,
    scale,
    nullModel: traceNull(all, fitted.rows, covered, seed),
  });
  return {
    texts,
    layers,
    ends: head(ends, scales.ends, everyLayer),
    inside: head(inside, scales.inside, layers),
    freeOf: plan.freeOf,
    evidence: significantAll(evidenceOf(all, ends, inside, scales, plan, seed)),
  };
}

/** Standard deviation of the mean over layers, over the training turns of both poles. */
function scaleOf(all: TraceRows, { rows, whole }: FittedTrace, own: (row: TraceRow) => boolean): number {
  const poles = rows.flatMap((row, i) => {
    const info = all.info[row];
    return info !== undefined && info.fitted && (info.role === 'positive' || info.role === 'negative') && own(info)
      ? [whole[i] ?? NaN]
      : [];
  });
  const scale = significant(standardDeviation(poles, 'population'), 9);
  return scale > 0 ? scale : 1;
}
