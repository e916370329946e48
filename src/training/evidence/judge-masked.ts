/** Judges a probe on a set whose telling words are masked, and on one with as many other words masked. */
import { AppError } from '../../base/errors.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import { bagOfWords } from '../../probe/evidence/bag-of-words.ts';
import { BOOTSTRAP_DRAWS } from '../../probe/evidence/evidence.ts';
import type { Judgement } from '../../probe/evidence/judgement-types.ts';
import type { MaskedJudgement } from '../../probe/evidence/masked-judgement.ts';
import { MASK_WORD, maskedWithout, maskOthers, maskTelling } from '../../probe/sets/mask-words.ts';
import { labelledTurns, type SetRow } from '../../probe/sets/set-rows.ts';
import { aurocDrop } from '../../stats/auroc-drop.ts';
import { clusterAuroc } from '../../stats/effect.ts';
import { auroc } from '../../stats/stats.ts';
import type { TrainingProgress } from '../../probe/training-plan.ts';
import type { LongCall } from '../collect.ts';
import type { SegmentReader } from '../reader.ts';
import { type Judged, judgeProbe } from './judge.ts';

/** How often other words are drawn. */
const DRAWINGS = 5;

/** Readings of the set: with telling words masked, and once for each drawing of others. */
const PASSES = 1 + DRAWINGS;

/**
 * Masks the `most` telling words of the other topics in every turn and reads the set again, then as many other words
 * {@link DRAWINGS} times. `unmasked` is {@link judgeProbe} of the same set and probe. Scenes and neutral turns stay out of
 * it. Throws `set-invalid` with one topic or one pole, and what `judgeProbe` throws.
 */
export async function judgeMasked(
  reader: SegmentReader,
  probe: Judged,
  set: PromptSet,
  unmasked: Judgement,
  call: LongCall & { readonly most: number; readonly seed?: number },
): Promise<MaskedJudgement> {
  const { most, seed = 0 } = call;
  const rows = set.rows.filter((row) => row.pole !== 'neutral');
  const turns = labelledTurns(rows);
  const [labels, topics] = [turns.map((turn) => turn.label), turns.map((turn) => turn.topic)];
  const topicCount = new Set(topics).size;
  if (topicCount < 2 || new Set(labels).size < 2)
    throw new AppError(
      'set-invalid',
      `Telling words are found in the other topics of both poles; "${set.name}" has ${topicCount} topics and ${new Set(labels).size} of the 2 poles. Give a set with more.`,
      { set: set.name, topics: topicCount },
    );
  const telling = maskTelling(rows, most);
  let pass = 0;
  const onProgress = (progress: TrainingProgress): void =>
    call.onProgress?.({
      ...progress,
      done: pass * progress.total + progress.done,
      total: PASSES * progress.total,
    });
  /** Scores `[layers][turns]` of the turns with these texts. */
  const read = async (masked: readonly PromptSet['rows'][number][]): Promise<Judgement['turnScores']> => {
    const { turnScores } = await judgeProbe(
      reader,
      { ...probe, trace: null },
      { ...set, rows: masked },
      { ...call, onProgress },
    );
    pass += 1;
    return turnScores;
  };
  const maskedWords = total(telling.places);
  const after = maskedWords === 0 ? unmasked.turnScores : await read(telling.rows);
  const drawings = Array.from({ length: maskedWords === 0 ? 0 : DRAWINGS }, (_, drawing) =>
    maskOthers(rows, telling.places, seed + drawing),
  );
  const controls: Judgement['turnScores'][] = [];
  for (const drawing of drawings) controls.push(await read(drawing.rows));
  if (controls.length === 0) controls.push(unmasked.turnScores);

  const ofScores = (scores: readonly number[]) => clusterAuroc(scores, labels, topics, BOOTSTRAP_DRAWS, seed);
  const ofWords = (texts: readonly SetRow[]): readonly number[] =>
    bagOfWords(labelledTurns(texts), { draws: 0, flips: 0, seed })?.scores ?? [];
  const wordsAfter = new Map([...maskedWithout(rows, most)].map(([topic, texts]) => [topic, ofWords(texts)]));
  return {
    most,
    maskWord: MASK_WORD,
    words: telling.words,
    maskedWords,
    maskedTurns: telling.places.filter((places) => places.length > 0).length,
    turns: rows.length,
    topics: topicCount,
    controlWords: total(drawings[0]?.places ?? []),
    wordsAlone: {
      before: ofScores(ofWords(rows)),
      after: ofScores(rows.map((row, i) => wordsAfter.get(row.topic)?.[i] ?? NaN)),
    },
    byLayer: unmasked.turnScores.map((own, layer) => {
      const masked = after[layer] ?? [];
      const control = controls.map((scores) => scores[layer] ?? []);
      const drop = (from: readonly (readonly number[])[], to: readonly (readonly number[])[]) =>
        aurocDrop(from, to, labels, topics, BOOTSTRAP_DRAWS, seed);
      return {
        layer,
        before: ofScores(own),
        after: ofScores(masked),
        drop: drop([own], [masked]),
        control: control.map((scores) => auroc(scores, labels)),
        controlDrop: drop([own], control),
        beyond: drop(control, [masked]),
      };
    }),
  };
}

const total = (places: readonly (readonly number[])[]): number => places.reduce((sum, list) => sum + list.length, 0);
