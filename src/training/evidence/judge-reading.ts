/** The part of a judgement that needs more texts read: control texts never trained on, the chat form, control sets, other axes. */
import { evenlySpaced, FORM_TOPICS } from '../../base/evenly.ts';
import type { ControlResult, Transfer } from '../../probe/report-types.ts';
import { meanReading } from '../../reading/score.ts';
import type { ControlSet } from '../../formats/sets/control-set.ts';
import type { PromptRow, PromptSet } from '../../formats/sets/prompt-set.ts';
import { topicNames, type LongCall } from '../collect.ts';
import { controlEffects, type ProbeLayer, readControls, scoreAt } from '../controls.ts';
import { giveWay } from '../give-way.ts';
import { readOf } from './judge-layer.ts';
import { scoreWithoutTopic } from './left-out-score.ts';
import type { LayerFit } from '../method-curve.ts';
import { readAll } from '../read-all.ts';
import type { Passage, SegmentReader } from '../reader.ts';
import type { Readings } from '../readings.ts';

/** What is read besides the training material. */
export interface MoreToRead {
  readonly sets: readonly PromptSet[];
  readonly controls: readonly ControlSet[];
  /** Sets of other axes. */
  readonly others: readonly PromptSet[];
  /** Wordings that were never trained on; none is a smaller judgement, not an error. */
  readonly unseenReadouts: readonly string[];
  /** Whether the turns of some topics are read in the model's chat form too. */
  readonly chatForm: boolean;
}

/** Reads and judges, with progress over all texts together. */
export async function judgeByReading(
  reader: SegmentReader,
  probe: ProbeLayer,
  fitted: LayerFit,
  readings: Readings,
  more: MoreToRead,
  seed: number,
  call: LongCall,
): Promise<{ readonly transfer: Transfer[]; readonly controls: ControlResult[] }> {
  const poleRows = (sets: readonly PromptSet[]): PromptRow[] =>
    sets.flatMap((set) => set.rows.filter((row) => row.pole !== 'neutral'));
  const names = topicNames(more.sets);
  const numbers = new Map(names.map((topic, index) => [topic, index]));
  const own = poleRows(more.sets);
  const inForm = new Set(more.chatForm ? evenlySpaced(names.length, FORM_TOPICS) : []);
  const formRows = own.filter((row) => inForm.has(numbers.get(row.topic) ?? -1));
  const total =
    (more.unseenReadouts.length > 0 ? own.length : 0) +
    formRows.length +
    more.controls.reduce((sum, set) => sum + set.rows.length, 0) +
    poleRows(more.others).length;
  let done = 0;
  const step = async (count: number): Promise<void> => {
    done += count;
    call.onProgress?.({ stage: 'judging', done, total });
    await giveWay(call);
  };
  const transfer: Transfer[] = [];
  const score = scoreWithoutTopic(fitted, readings);
  const { layer } = probe;
  const { hidden } = reader.model;
  const scoreOwn: ScoreTurn = (reading, topic) => score(reading.slice(layer * hidden, (layer + 1) * hidden), topic);
  /** What some turns tell of their poles, read as `passageOf` says. */
  const judged = async (
    rows: readonly PromptRow[],
    topics: ReadonlyMap<string, number>,
    passageOf: (row: PromptRow) => Passage,
    scored: ScoreTurn,
  ): Promise<Pick<Transfer, 'auroc' | 'pairs'>> => {
    const scores: number[] = [];
    const info: { side: -1 | 1; topic: number }[] = [];
    for await (const [{ row }, { readouts }] of readAll(
      reader,
      rows.map((row) => ({ row, ...passageOf(row) })),
      step,
      call.signal,
    )) {
      const topic = topics.get(row.topic) ?? 0;
      scores.push(scored(meanReading(readouts[0]?.means ?? []), topic));
      info.push({ side: row.pole === 'positive' ? 1 : -1, topic });
    }
    return readOf(scores, info, seed);
  };
  const asItStands =
    (readoutTexts: readonly string[]) =>
    (row: PromptRow): Passage => ({ text: [row.context, row.text], readoutTexts, readoutAfter: [1] });
  if (more.unseenReadouts.length > 0) {
    transfer.push({
      kind: 'tap',
      name: more.unseenReadouts.join(' / '),
      ...(await judged(own, numbers, asItStands(more.unseenReadouts), scoreOwn)),
    });
  }
  if (formRows.length > 0) {
    const asReply = (row: PromptRow): Passage => ({
      text: { user: row.context, assistant: row.text },
      readoutTexts: probe.readoutTexts,
      readoutAfter: [1],
    });
    transfer.push({
      kind: 'form',
      name: `scene asked, turn answered${inForm.size < names.length ? `, ${inForm.size} of ${names.length} topics` : ''}`,
      ...(await judged(formRows, numbers, asReply, scoreOwn)),
    });
  }
  for (const set of more.others) {
    const topics = new Map(topicNames([set]).map((topic, index) => [topic, index]));
    transfer.push({
      kind: 'axis',
      name: set.name,
      ...(await judged(poleRows([set]), topics, asItStands(probe.readoutTexts), (reading) => scoreAt(probe, reading))),
    });
  }
  const controls: ControlResult[] = [];
  for (const set of more.controls)
    controls.push(controlEffects(set, await readControls(reader, probe, set, step, call.signal), seed));
  return { transfer, controls };
}

/** The score of a turn by its reading `[layers, hidden]` and the number of its topic. */
type ScoreTurn = (reading: Float32Array, topic: number) => number;
