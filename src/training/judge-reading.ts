/** The part of a judgement that needs more texts read: taps never trained on, control sets, other axes. */
import { wholeScores } from '../core/fit.ts';
import { coefficientsWithout } from '../core/leave-out.ts';
import type { ControlResult, Transfer } from '../core/report-types.ts';
import { meanReading } from '../core/score.ts';
import type { ControlSet } from '../format/control-set.ts';
import type { PromptRow, PromptSet } from '../format/prompt-set.ts';
import { topicNames, type LongCall } from './collect.ts';
import { controlEffects, type ProbeLayer, readControls, scoreAt } from './controls.ts';
import { giveWay } from './give-way.ts';
import { readOf } from './judge-layer.ts';
import type { LayerFit } from './method-curve.ts';
import type { SegmentReader } from './reader.ts';
import { type Readings, unitsOf } from './readings.ts';

/** What is read besides the training material. */
export interface MoreToRead {
  readonly sets: readonly PromptSet[];
  readonly controls: readonly ControlSet[];
  /** Sets of other axes. */
  readonly others: readonly PromptSet[];
  /** Wordings that were never trained on; none is a smaller judgement, not an error. */
  readonly unseenTaps: readonly string[];
}

/** Reads and judges, with progress over all texts together. */
export async function judgeByReading(reader: SegmentReader, probe: ProbeLayer, fitted: LayerFit, readings: Readings, more: MoreToRead, seed: number, call: LongCall): Promise<{ readonly transfer: Transfer[]; readonly controls: ControlResult[] }> {
  const poleRows = (sets: readonly PromptSet[]): PromptRow[] => sets.flatMap((set) => set.rows.filter((row) => row.pole !== 'neutral'));
  const total = (more.unseenTaps.length > 0 ? poleRows(more.sets).length : 0) + more.controls.reduce((sum, set) => sum + set.rows.length, 0) + poleRows(more.others).length;
  let done = 0;
  const step = async (): Promise<void> => {
    done += 1;
    call.onProgress?.({ stage: 'judging', done, total });
    await giveWay(call);
  };
  const transfer: Transfer[] = [];
  if (more.unseenTaps.length > 0) transfer.push(await unseenTaps(reader, probe.layer, fitted, readings, more, seed, step, call.signal));
  for (const set of more.others) {
    const numbers = new Map(topicNames([set]).map((topic, index) => [topic, index]));
    const scores: number[] = [];
    const rows = poleRows([set]);
    for (const row of rows) {
      const { taps } = await reader.readSegments([row.context, row.text], { taps: probe.taps, tapAfter: [1] }, call.signal);
      scores.push(scoreAt(probe, meanReading(taps[0]?.means ?? [])));
      await step();
    }
    const info = rows.map((row) => ({ side: row.pole === 'positive' ? 1 : -1, topic: numbers.get(row.topic) ?? 0 }) as const);
    transfer.push({ kind: 'axis', name: set.name, ...readOf(scores, info, seed) });
  }
  const controls: ControlResult[] = [];
  for (const set of more.controls) controls.push(controlEffects(set, await readControls(reader, probe, set, step, call.signal), seed));
  return { transfer, controls };
}

/** The training's own turns at other taps, each scored by the fit without its topic. */
async function unseenTaps(reader: SegmentReader, layer: number, fitted: LayerFit, readings: Readings, more: MoreToRead, seed: number, step: () => Promise<void>, signal: AbortSignal | undefined): Promise<Transfer> {
  const { hidden } = reader.model;
  const numbers = new Map(topicNames(more.sets).map((topic, index) => [topic, index]));
  const without = readings.topics.map((unit) => {
    const [own = []] = unitsOf(fitted.selection, [unit]);
    return coefficientsWithout(fitted.fit, own);
  });
  const scores: number[] = [];
  const info: { side: -1 | 0 | 1; topic: number }[] = [];
  for (const row of more.sets.flatMap((set) => set.rows)) {
    if (row.pole === 'neutral') continue;
    const { taps } = await reader.readSegments([row.context, row.text], { taps: more.unseenTaps, tapAfter: [1] }, signal);
    const reading = meanReading(taps[0]?.means ?? []).slice(layer * hidden, (layer + 1) * hidden);
    const topic = numbers.get(row.topic) ?? 0;
    const [score = NaN] = wholeScores(fitted.prepared, { smoother: fitted.fit.smoother, coefficients: without[topic] ?? new Float64Array(0) }, reading);
    scores.push(score);
    info.push({ side: row.pole === 'positive' ? 1 : -1, topic });
    await step();
  }
  return { kind: 'tap', name: more.unseenTaps.join(' / '), ...readOf(scores, info, seed) };
}
