/** Reads prompt sets and neutral stories at their taps: one row for every text and tap, at every layer. */
import { AppError } from '../core/errors.ts';
import type { RowInfo, TapRows } from '../core/rows.ts';
import type { PromptRow, PromptSet } from '../format/prompt-set.ts';
import type { StorySet } from '../format/story-set.ts';
import type { SegmentReader, TapRead } from './reader.ts';

/** How far a long call has come, in steps of its stage. */
export interface TrainingProgress {
  /** `reading`: texts at their taps; `fitting`: layers; `stories`: stories held out; `tokens`: stories word by word. */
  readonly stage: 'reading' | 'fitting' | 'stories' | 'tokens';
  readonly done: number;
  readonly total: number;
}

/** What to read. */
export interface ReadingPlan {
  readonly sets: readonly PromptSet[];
  readonly stories: StorySet | undefined;
  readonly taps: readonly string[];
  /** Also read each topic's setting alone. */
  readonly settings: boolean;
}

/** What happens along the way. */
export interface LongCall {
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called between layers, which take a second each: a thread that must answer messages meanwhile gives one that
   * resolves in a later task. Pure code has no timer of its own.
   */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** A text to be read and the rows that it gives: one description for each of `tapAfter`. */
interface Passage {
  readonly segments: readonly string[];
  readonly tapAfter: readonly number[];
  readonly rows: readonly Omit<RowInfo, 'tap' | 'tokensBefore'>[];
}

/**
 * Reads everything in `plan`. Topics of equal name are one topic, in whichever set they stand, so that they are held
 * out together. Throws `set-invalid` where sets name different poles, `numbers-not-finite` where the model fails, and
 * `cancelled`.
 */
export async function collectRows(reader: SegmentReader, plan: ReadingPlan, call: LongCall = {}): Promise<TapRows> {
  checkAxes(plan.sets);
  const topics = topicNames(plan.sets);
  const turns = plan.sets.flatMap((set) => set.rows);
  const passages = turnPassages(turns, new Map(topics.map((topic, index) => [topic, index])), plan.settings);
  let nextTurn = passages.reduce((sum, passage) => sum + passage.rows.length, 0);
  const stories = plan.stories?.stories ?? [];
  stories.forEach((story, index) => {
    const rows = story.beats.map((_, beats) => ({ role: beats === 0 ? ('setting' as const) : ('beat' as const), topic: -1, story: index, turn: nextTurn + beats, beats }));
    nextTurn += rows.length;
    passages.push({ segments: story.beats, tapAfter: story.beats.map((_, beat) => beat), rows });
  });

  const { hidden, layerCount } = reader.model;
  const total = nextTurn * plan.taps.length;
  const residuals = Array.from({ length: layerCount + 1 }, () => new Float32Array(total * hidden));
  const info: RowInfo[] = [];
  for (const [index, passage] of passages.entries()) {
    const reading = await reader.readSegments(passage.segments, { taps: plan.taps, tapAfter: passage.tapAfter }, call.signal);
    passage.rows.forEach((row, which) => {
      const read = reading.taps[which];
      if (read === undefined || read.means.length !== plan.taps.length) throw new AppError('internal', `The reader gave ${reading.taps.length} tap readings where ${passage.rows.length} were asked for.`);
      read.means.forEach((mean, tap) => {
        store(residuals, info.length, hidden, mean, passage, read);
        info.push({ ...row, tap, tokensBefore: read.tokensBefore });
      });
    });
    call.onProgress?.({ stage: 'reading', done: index + 1, total: passages.length });
  }
  return { info, hidden, topicCount: topics.length, storyCount: stories.length, residuals };
}

/** Names of all topics by topic number: topics of equal name are one, in whichever set they stand. */
export function topicNames(sets: readonly PromptSet[]): string[] {
  return [...new Set(sets.flatMap((set) => set.topics))];
}

/** One pass for each turn; the first turn of a scene also gives the reading of the scene alone. */
function turnPassages(turns: readonly PromptRow[], topicIndex: ReadonlyMap<string, number>, withSettings: boolean): Passage[] {
  const scenes = new Set<string>();
  let next = 0;
  return turns.map((turn) => {
    const topic = topicIndex.get(turn.topic) ?? -1;
    const scene = `${turn.topic}\n${turn.context}`;
    const own = { role: turn.pole, topic, story: -1, turn: next, beats: -1 };
    next += 1;
    if (!withSettings || scenes.has(scene)) return { segments: [turn.context, turn.text], tapAfter: [1], rows: [own] };
    scenes.add(scene);
    const setting = { role: 'setting' as const, topic, story: -1, turn: next, beats: -1 };
    next += 1;
    return { segments: [turn.context, turn.text], tapAfter: [0, 1], rows: [setting, own] };
  });
}

function store(residuals: readonly Float32Array[], row: number, hidden: number, mean: Float32Array, passage: Passage, read: TapRead): void {
  if (mean.length !== residuals.length * hidden) throw new AppError('internal', `The reader gave ${mean.length} numbers for a tap, not ${residuals.length} layers x ${hidden}.`);
  if (!mean.every((value) => Number.isFinite(value))) {
    const text = passage.segments.join(' ');
    throw new AppError('numbers-not-finite', `The model gave numbers that are not finite for "${text.slice(0, 60)}…". Run the numbers check; on a graphics processor, try the CPU instead.`, { tokensBefore: read.tokensBefore });
  }
  residuals.forEach((layer, l) => layer.set(mean.subarray(l * hidden, (l + 1) * hidden), row * hidden));
}

function checkAxes(sets: readonly PromptSet[]): void {
  const [first] = sets;
  if (first === undefined) throw new AppError('set-invalid', 'There is no prompt set to read. Name at least one.');
  for (const set of sets) {
    for (const pole of ['positive', 'negative', 'neutral'] as const) {
      if (set.axis[pole] !== first.axis[pole]) {
        throw new AppError('set-invalid', `Set "${set.name}" calls its ${pole} pole "${set.axis[pole]}", but "${first.name}" calls it "${first.axis[pole]}". Sets that are read together need the same poles.`, { set: set.name, pole });
      }
    }
  }
}
