/** Reads prompt sets and neutral stories at their control texts: one row for every text and control text, at every layer. */
import { AppError } from '../base/errors.ts';
import { labelOf, type RowInfo, type ReadoutRows } from '../stats/linear/rows.ts';
import type { TrainingProgress } from '../probe/training-plan.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import type { StorySet } from '../formats/sets/story-set.ts';
import { giveWay, type PausingCall } from './give-way.ts';
import { readAll } from './read-all.ts';
import type { Passage, SegmentReader, ReadoutPass } from './reader.ts';
import { READING_BUDGET_BYTES } from './reading-memory.ts';

/** What to read. */
export interface ReadingPlan {
  readonly sets: readonly PromptSet[];
  readonly stories: StorySet | undefined;
  /** Sets whose turns a hardened probe is to read as 0. */
  readonly zeros?: readonly PromptSet[];
  readonly readoutTexts: readonly string[];
  /** Also read each topic's setting alone. */
  readonly settings: boolean;
}

/** What happens along the way. */
export interface LongCall extends PausingCall {
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Called with the bytes that the readings of this call will take, before there are any: a store of other readings then makes room. */
  readonly makeRoom?: ((bytes: number) => void) | undefined;
}

/** A row before it has been read. */
type Expected = Omit<RowInfo, 'readout' | 'tokensBefore'>;

/** A text to be read and the rows that it gives: one description for each of `readoutAfter`. */
export interface Planned extends Passage {
  readonly text: readonly string[];
  readonly rows: readonly Expected[];
}

/**
 * Reads everything in `plan`. Topics of equal name are one topic, in whichever set they stand, so that they are held
 * out together. Throws `set-invalid` where sets name different poles, `numbers-not-finite` where the model fails, and
 * `cancelled`.
 */
export async function collectRows(reader: SegmentReader, plan: ReadingPlan, call: LongCall = {}): Promise<ReadoutRows> {
  checkAxes(plan.sets);
  const stories = plan.stories?.stories ?? [];
  const topicCount = topicNames(plan.sets).length;
  const passages = plannedPassages(plan);
  const turnCount = passages.reduce((sum, passage) => sum + passage.rows.length, 0);

  const { hidden, layerCount } = reader.model;
  const total = turnCount * plan.readoutTexts.length;
  const bytes = roomFor(passages, plan.readoutTexts.length, (layerCount + 1) * hidden);
  call.makeRoom?.(bytes);
  const residuals = Array.from({ length: layerCount + 1 }, () => new Float32Array(total * hidden));
  const own = new Map<number, Float32Array>();
  const embeddings = new Map<number, Float32Array>();
  const info: RowInfo[] = [];
  let turn = 0;
  let done = 0;
  const onGroup = async (size: number): Promise<void> => {
    done += size;
    call.onProgress?.({ stage: 'reading', done, total: passages.length });
    await giveWay(call);
  };
  for await (const [passage, reading] of readAll(reader, passages, onGroup, call.signal)) {
    for (const [which, row] of passage.rows.entries()) {
      const read = reading.readouts[which];
      if (read === undefined || read.means.length !== plan.readoutTexts.length)
        throw new AppError(
          'internal',
          `The reader gave ${reading.readouts.length} readouts where ${passage.rows.length} were asked for.`,
        );
      read.means.forEach((mean, readout) => {
        store(residuals, info.length, hidden, mean, passage, read);
        info.push({ ...row, turn, readout, tokensBefore: read.tokensBefore });
      });
      if (labelOf(row.role) !== 0) own.set(turn, read.own);
      embeddings.set(turn, read.own.slice(0, hidden));
      turn += 1;
    }
  }
  return { info, hidden, topicCount, storyCount: stories.length, residuals, own, embeddings };
}

/**
 * Bytes of the readings: of every text at every control text, and of the own words of both poles' turns. Throws `set-invalid`
 * where they are too many to keep.
 */
function roomFor(passages: readonly Planned[], readouts: number, numbers: number): number {
  const rows = passages.flatMap((passage) => passage.rows);
  const bytes = 4 * numbers * (rows.length * readouts + rows.filter((row) => labelOf(row.role) !== 0).length);
  if (bytes <= READING_BUDGET_BYTES) return bytes;
  const most = Math.floor((rows.length * READING_BUDGET_BYTES) / bytes);
  throw new AppError(
    'set-invalid',
    `These sets and stories are ${rows.length} texts; read at ${readouts} ${readouts === 1 ? 'control text' : 'control texts'} on this model they take ${Math.round(bytes / 1e6)} MB, and at most ${READING_BUDGET_BYTES / 1e6} MB are kept in memory, which is about ${most} texts. Take fewer topics, fewer stories or one control text.`,
    { texts: rows.length, taps: readouts, megabytes: Math.round(bytes / 1e6), most },
  );
}

/** Names of all topics by topic number: topics of equal name are one, in whichever set they stand. */
export function topicNames(sets: readonly PromptSet[]): string[] {
  return [...new Set(sets.flatMap((set) => set.topics))];
}

/** The texts of a plan in the order of reading. */
export function plannedPassages(plan: ReadingPlan): readonly Planned[] {
  return [...turnPassages(plan, plan.zeros ?? []), ...storyPassages(plan)];
}

/** One passage for each turn; the first turn of a scene also gives the reading of the scene alone. Zero sets are read without scenes. */
function turnPassages({ sets, readoutTexts, settings }: ReadingPlan, zeros: readonly PromptSet[]): Planned[] {
  const scenes = new Set<string>();
  const axisTopics = new Map(topicNames(sets).map((topic, index) => [topic, index]));
  // A zero set's topics are its own, whatever they are called: nothing of it belongs to a topic of the axis.
  let nextTopic = axisTopics.size;
  return [...sets.map((set) => ({ set, zero: false })), ...zeros.map((set) => ({ set, zero: true }))].flatMap(
    ({ set, zero }, which) => {
      const topics = zero ? new Map(set.topics.map((topic) => [topic, nextTopic++])) : axisTopics;
      return set.rows.map((row): Planned => {
        const topic = topics.get(row.topic) ?? -1;
        const base = {
          topic,
          story: -1,
          set: which,
          turn: -1,
          beats: -1,
          ...(row.style === undefined ? {} : { style: row.style }),
        };
        const own: Expected = { ...base, role: zero ? 'zero' : row.pole, side: labelOf(row.pole) };
        const scene = `${row.topic}\n${row.context}`;
        // A set that is only judged may have no scenes.
        if (row.context === '') return { text: [row.text], readoutTexts, readoutAfter: [0], rows: [own] };
        if (zero || !settings || scenes.has(scene))
          return { text: [row.context, row.text], readoutTexts, readoutAfter: [1], rows: [own] };
        scenes.add(scene);
        return {
          text: [row.context, row.text],
          readoutTexts,
          readoutAfter: [0, 1],
          rows: [{ ...base, role: 'setting', side: 0 }, own],
        };
      });
    },
  );
}

function storyPassages({ stories, readoutTexts }: ReadingPlan): Planned[] {
  return (stories?.stories ?? []).map((story, index) => ({
    text: story.beats,
    readoutTexts: readoutTexts,
    readoutAfter: story.beats.map((_, beat) => beat),
    rows: story.beats.map((_, beats) => ({
      role: beats === 0 ? 'setting' : 'beat',
      topic: -1,
      story: index,
      set: -1,
      side: 0,
      turn: -1,
      beats,
    })),
  }));
}

function store(
  residuals: readonly Float32Array[],
  row: number,
  hidden: number,
  mean: Float32Array,
  passage: Planned,
  read: ReadoutPass,
): void {
  if (mean.length !== residuals.length * hidden)
    throw new AppError(
      'internal',
      `The reader gave ${mean.length} numbers for a control text, not ${residuals.length} layers x ${hidden}.`,
    );
  if (!mean.every((value) => Number.isFinite(value))) {
    const text = passage.text.join(' ');
    throw new AppError(
      'numbers-not-finite',
      `The model gave numbers that are not finite for "${text.slice(0, 60)}…". Run the numbers check; on a graphics processor, try the CPU instead.`,
      { tokensBefore: read.tokensBefore },
    );
  }
  residuals.forEach((layer, l) => layer.set(mean.subarray(l * hidden, (l + 1) * hidden), row * hidden));
}

function checkAxes(sets: readonly PromptSet[]): void {
  const [first] = sets;
  if (first === undefined) throw new AppError('set-invalid', 'There is no prompt set to read. Name at least one.');
  for (const set of sets) {
    for (const pole of ['positive', 'negative', 'neutral'] as const) {
      if (set.axis[pole] !== first.axis[pole]) {
        throw new AppError(
          'set-invalid',
          `Set "${set.name}" calls its ${pole} pole "${set.axis[pole]}", but "${first.name}" calls it "${first.axis[pole]}". Sets that are read together need the same poles.`,
          { set: set.name, pole },
        );
      }
    }
  }
}
