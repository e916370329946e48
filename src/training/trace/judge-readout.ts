/** Judges the readout of an existing probe: nothing is fitted, so nothing needs to be held out. */
import { clusterAuroc } from '../../stats/effect.ts';
import { AppError } from '../../base/errors.ts';
import { BOOTSTRAP_DRAWS } from '../../probe/evidence/evidence.ts';
import type { StoriesJudgement } from '../../probe/evidence/judgement-types.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { labelOf } from '../../stats/linear/rows.ts';
import { meanReading } from '../../reading/score.ts';
import { smoothed } from '../../reading/trace.ts';
import { endReading, layerScores, shownScore } from '../../reading/trace-score.ts';
import type { ReadoutEvidence, TraceAuroc, TraceReadout } from '../../probe/trace-types.ts';
import type { ControlSet } from '../../formats/sets/control-set.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import type { LongCall } from '../collect.ts';
import { giveWay } from '../give-way.ts';
import { readAll } from '../read-all.ts';
import type { SegmentReader, ReadoutPass } from '../reader.ts';
import { inParts, INSIDE, type ToldText, toldTexts } from './trace-passages.ts';
import { rawWorth } from './raw-worth.ts';
import { storiesAuroc, type ToldStory } from './told-stories.ts';

/** With fewer stories an AUROC depends on which they are. */
const ENOUGH_STORIES = 12;

type SeededCall = LongCall & { readonly seed?: number };

/** The reading that is shown at one place, before it is smoothed. */
function scoreOf({ layers, ends, inside }: TraceReadout, { means, last }: ReadoutPass, end: boolean): number {
  const text = meanReading(means);
  const head = end ? ends : inside;
  const reading = end && last !== undefined ? endReading(last, text) : text;
  return shownScore(head, layers, layerScores(head, reading));
}

/** AUROC of the turns of a set at their ends and at places inside, by single readings. Throws `cancelled` and what the reader throws. */
export async function judgeTurns(
  reader: SegmentReader,
  trace: TraceReadout,
  set: PromptSet,
  call: SeededCall = {},
): Promise<TraceAuroc> {
  const { signal, seed = 0 } = call;
  const passages = set.rows.flatMap((row) => {
    const parts = inParts(row.text, INSIDE);
    const text = row.context === '' ? parts : [row.context, ...parts];
    const first = text.length - parts.length;
    return labelOf(row.pole) === 0
      ? []
      : [
          {
            row,
            text,
            readoutTexts: trace.texts,
            readoutAfter: parts.map((_, part) => first + part),
            lastTokens: true,
          },
        ];
  });
  const read: Record<keyof TraceAuroc, { score: number; side: number; topic: number }[]> = { ends: [], inside: [] };
  let done = 0;
  const step = async (count: number): Promise<void> => {
    done += count;
    call.onProgress?.({ stage: 'readout', done, total: passages.length });
    await giveWay(call);
  };
  for await (const [{ row }, { readouts }] of readAll(reader, passages, step, signal)) {
    readouts.forEach((readout, part) => {
      const end = part === readouts.length - 1;
      read[end ? 'ends' : 'inside'].push({
        score: scoreOf(trace, readout, end),
        side: labelOf(row.pole),
        topic: set.topics.indexOf(row.topic),
      });
    });
  }
  const estimate = (of: keyof TraceAuroc) =>
    clusterAuroc(
      read[of].map(({ score }) => score),
      read[of].map(({ side }) => side),
      read[of].map(({ topic }) => topic),
      BOOTSTRAP_DRAWS,
      seed,
    );
  return { ends: estimate('ends'), inside: estimate('inside') };
}

/**
 * What the readout of a probe tells on labelled stories, smoothed as it is shown, and the raw views beside it. Throws `usage`
 * where the probe has no readout or no story has sentences of both poles, and what {@link judgeTurns} throws.
 */
export async function judgeStories(
  reader: SegmentReader,
  probe: Probe,
  set: ControlSet,
  call: SeededCall = {},
): Promise<StoriesJudgement> {
  const { trace, axis } = probe;
  const { seed = 0 } = call;
  assertProbeFits(probe, reader.model);
  if (trace === null)
    throw new AppError(
      'usage',
      `"${probe.id}" has no readout for places inside a text, so it cannot be judged on stories. Make one with train --readout-only.`,
      { probe: probe.id },
    );
  const told = toldTexts([set], axis);
  const judged = storiesAuroc(await readStories(reader, trace, told, call), seed);
  if (judged === null)
    throw new AppError(
      'usage',
      `No story of "${set.name}" has both "${axis.positive}" and "${axis.negative}" sentences. Give its beats the names of the probe's poles as cells.`,
      { set: set.name },
    );
  return {
    set: set.name,
    sha256: set.sha256,
    stories: told.length,
    ...judged,
    raw: await rawWorth(reader, probe, told, { ...call, seed }),
    caveats: [
      ...(told.length < ENOUGH_STORIES
        ? [`${told.length} ${told.length === 1 ? 'story' : 'stories'}: an AUROC over so few depends on which they are.`]
        : []),
      'Labels are of whole sentences: the first words of a sentence carry its label before anything has happened.',
    ],
  };
}

/** A probe's own evidence as its report has it, with what the raw views are worth on its training's stories; null without a readout. */
export async function reportedReadout(
  reader: SegmentReader,
  probe: Probe,
  told: readonly ControlSet[],
  call: LongCall & { readonly seed: number },
): Promise<ReadoutEvidence | null> {
  if (probe.trace === null) return null;
  return { ...probe.trace.evidence, raw: await rawWorth(reader, probe, toldTexts(told, probe.axis), call) };
}

async function readStories(
  reader: SegmentReader,
  trace: TraceReadout,
  told: readonly ToldText[],
  call: LongCall,
): Promise<ToldStory[]> {
  const passages = told.map((story) => ({
    ...story,
    readoutTexts: trace.texts,
    readoutAfter: story.text.map((_, part) => part),
    lastTokens: true,
  }));
  const stories: ToldStory[] = [];
  const step = async (): Promise<void> => {
    call.onProgress?.({ stage: 'readout', done: stories.length, total: told.length });
    await giveWay(call);
  };
  for await (const [{ places }, { readouts }] of readAll(reader, passages, step, call.signal)) {
    const values = smoothed(
      readouts.map((readout, part) => ({
        afterToken: readout.tokensBefore - 1,
        score: scoreOf(trace, readout, places[part]?.stand === 'sentence'),
        low: NaN,
        high: NaN,
      })),
    );
    stories.push(
      places.map(({ side, stand }, part) => ({ score: values[part]?.score ?? NaN, side, end: stand === 'sentence' })),
    );
  }
  return stories;
}
