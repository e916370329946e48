/** The part of a judgement that needs more texts read: taps never trained on, the chat form, control sets, other axes. */
import { evenlySpaced, FORM_TOPICS } from '../core/evenly.ts';
import type { ControlResult, Transfer } from '../core/report-types.ts';
import { meanReading } from '../core/score.ts';
import type { ControlSet } from '../format/control-set.ts';
import type { PromptRow, PromptSet } from '../format/prompt-set.ts';
import { topicNames, type LongCall } from './collect.ts';
import { controlEffects, type ProbeLayer, readControls, scoreAt } from './controls.ts';
import { giveWay } from './give-way.ts';
import { readOf } from './judge-layer.ts';
import { scoreWithoutTopic } from './left-out-score.ts';
import type { LayerFit } from './method-curve.ts';
import type { SegmentReader } from './reader.ts';
import type { Readings } from './readings.ts';

/** What is read besides the training material. */
export interface MoreToRead {
  readonly sets: readonly PromptSet[];
  readonly controls: readonly ControlSet[];
  /** Sets of other axes. */
  readonly others: readonly PromptSet[];
  /** Wordings that were never trained on; none is a smaller judgement, not an error. */
  readonly unseenTaps: readonly string[];
  /** Whether the turns of some topics are read in the model's chat form too, where it has one. */
  readonly chatForm: boolean;
}

/** Reads and judges, with progress over all texts together. */
export async function judgeByReading(reader: SegmentReader, probe: ProbeLayer, fitted: LayerFit, readings: Readings, more: MoreToRead, seed: number, call: LongCall): Promise<{ readonly transfer: Transfer[]; readonly controls: ControlResult[] }> {
  const poleRows = (sets: readonly PromptSet[]): PromptRow[] => sets.flatMap((set) => set.rows.filter((row) => row.pole !== 'neutral'));
  const names = topicNames(more.sets);
  const numbers = new Map(names.map((topic, index) => [topic, index]));
  const own = poleRows(more.sets);
  const inForm = new Set(more.chatForm && reader.hasChatForm ? evenlySpaced(names.length, FORM_TOPICS) : []);
  const formRows = own.filter((row) => inForm.has(numbers.get(row.topic) ?? -1));
  const total = (more.unseenTaps.length > 0 ? own.length : 0) + formRows.length + more.controls.reduce((sum, set) => sum + set.rows.length, 0) + poleRows(more.others).length;
  let done = 0;
  const step = async (): Promise<void> => {
    done += 1;
    call.onProgress?.({ stage: 'judging', done, total });
    await giveWay(call);
  };
  const transfer: Transfer[] = [];
  const score = scoreWithoutTopic(fitted, readings);
  const { layer } = probe;
  const { hidden } = reader.model;
  if (more.unseenTaps.length > 0) {
    const read: ReadTurn = async (row) => (await reader.readSegments([row.context, row.text], { taps: more.unseenTaps, tapAfter: [1] }, call.signal)).taps[0]?.means ?? [];
    transfer.push({ kind: 'tap', name: more.unseenTaps.join(' / '), ...(await ownTurns({ read, rows: own, layer, hidden }, score, numbers, seed, step)) });
  }
  if (formRows.length > 0) {
    const read: ReadTurn = (row) => reader.readReply({ user: row.context, assistant: row.text }, probe.taps, call.signal);
    transfer.push({ kind: 'form', name: `scene asked, turn answered${inForm.size < names.length ? `, ${inForm.size} of ${names.length} topics` : ''}`, ...(await ownTurns({ read, rows: formRows, layer, hidden }, score, numbers, seed, step)) });
  }
  for (const set of more.others) {
    const topics = new Map(topicNames([set]).map((topic, index) => [topic, index]));
    const scores: number[] = [];
    const rows = poleRows([set]);
    for (const row of rows) {
      const { taps } = await reader.readSegments([row.context, row.text], { taps: probe.taps, tapAfter: [1] }, call.signal);
      scores.push(scoreAt(probe, meanReading(taps[0]?.means ?? [])));
      await step();
    }
    const info = rows.map((row) => ({ side: row.pole === 'positive' ? 1 : -1, topic: topics.get(row.topic) ?? 0 }) as const);
    transfer.push({ kind: 'axis', name: set.name, ...readOf(scores, info, seed) });
  }
  const controls: ControlResult[] = [];
  for (const set of more.controls) controls.push(controlEffects(set, await readControls(reader, probe, set, step, call.signal), seed));
  return { transfer, controls };
}

/** What a turn is read at, beyond what it was trained on: its means at some taps `[layers, hidden]` each. */
type ReadTurn = (row: PromptRow) => Promise<readonly Float32Array[]>;

/** The training's own turns read anew, each scored by the fit without its topic. */
async function ownTurns({ read, rows, layer, hidden }: { readonly read: ReadTurn; readonly rows: readonly PromptRow[]; readonly layer: number; readonly hidden: number }, score: (reading: Float32Array, topic: number) => number, numbers: ReadonlyMap<string, number>, seed: number, step: () => Promise<void>): Promise<Pick<Transfer, 'auroc' | 'pairs'>> {
  const scores: number[] = [];
  const info: { side: -1 | 0 | 1; topic: number }[] = [];
  for (const row of rows) {
    const topic = numbers.get(row.topic) ?? 0;
    scores.push(score(meanReading(await read(row)).slice(layer * hidden, (layer + 1) * hidden), topic));
    info.push({ side: row.pole === 'positive' ? 1 : -1, topic });
    await step();
  }
  return readOf(scores, info, seed);
}
