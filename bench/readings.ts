/**
 * What readings cost, as ratios within one run: a text with readings inside its sentences beside the text alone, how soon the
 * ends of its sentences are there, and writing with readings at the ends of sentences beside writing without.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readProbe } from '../src/cli/files.ts';
import type { ReadingSink } from '../src/reading/reading.ts';
import type { RefineSummary } from '../src/models/engine-report.ts';
import { USUAL } from '../src/reading/refinement.ts';
import { parseRecording } from '../src/formats/runs/recording-json.ts';
import { openNodeEngine } from '../src/engine/node/node-engine.ts';
import { createScorer, type Scorer } from '../src/engine/scorer.ts';
import { TextRun } from '../src/engine/text-run.ts';
import { median } from './median.ts';

const STORY = fileURLToPath(new URL('../public/recordings/betrayal.json', import.meta.url));
/** Odd, and enough that a busy machine hardly moves their median. */
const ROUNDS = 11;
const WRITTEN_TOKENS = 60;
/** Read inside sentences where the probe names no text of its own. */
const CONTROL = 'It was an act of';
const SAMPLING = { temperature: 0.8, topK: 0, topP: 0.95, seed: 3, maxTokens: WRITTEN_TOKENS } as const;
const never = new AbortController().signal;

/** Ratios are medians of the rounds' ratios; each round times every variant in turn, and a first one warms up. */
export async function benchReadings(model: string, probeFolder: string, control: string | undefined): Promise<object> {
  const engine = await openNodeEngine(model);
  const own = createScorer((await readProbe(probeFolder)).probe);
  const inside = { texts: [control ?? CONTROL], own: false };
  const named = control === undefined && own.readouts.word.texts.length > 0;
  const scorer: Scorer = named ? own : { ...own, readouts: { ...own.readouts, clause: inside, word: inside } };
  const text = parseRecording(await readFile(STORY, 'utf8')).text;
  const rounds: Record<'alone' | 'sentences' | 'usual' | 'every' | 'writing' | 'writingRead', number>[] = [];
  let refined: RefineSummary | null = null;
  let tokens = 0;
  let ends = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const started = performance.now();
    const alone = new TextRun({ ...engine, scorer });
    tokens = (await alone.read(text, { readouts: false }, nowhere, never)).tokens;
    const aloneMs = since(started);
    alone.dispose();

    const run = new TextRun({ ...engine, scorer });
    const from = performance.now();
    ends = 0;
    const listening: ReadingSink = { tokens: () => undefined, readout: () => void (ends += 1) };
    await run.read(text, { readouts: true }, listening, never);
    const sentences = since(from);
    refined = await run.refine(USUAL, nowhere, () => undefined, never);
    const usual = since(from);
    await run.refine('token', nowhere, () => undefined, never);
    const every = since(from);
    run.dispose();

    const [writing, writingRead] = [await written(false), await written(true)];
    if (round > 0) rounds.push({ alone: aloneMs, sentences, usual, every, writing, writingRead });
  }
  await engine.dispose();
  const ratio = (over: (each: (typeof rounds)[number]) => number): number =>
    Number(median(rounds.map(over)).toPrecision(3));
  return {
    text: {
      story: 'betrayal',
      tokens,
      sentenceEnds: ends,
      readingsInside: refined?.readings,
      readingTokens: refined?.readoutTokens,
    },
    controlTexts: scorer.readouts.word.texts,
    rounds: ROUNDS,
    aloneMs: ratio(({ alone }) => alone),
    asThePageReadsToTextAlone: ratio(({ usual, alone }) => usual / alone),
    aReadingAfterEveryTokenToTextAlone: ratio(({ every, alone }) => every / alone),
    sentenceEndsToTextAlone: ratio(({ sentences, alone }) => sentences / alone),
    writing: {
      tokens: WRITTEN_TOKENS,
      withReadingsAtSentenceEndsToWithout: ratio(({ writing, writingRead }) => writingRead / writing),
      withoutMs: ratio(({ writing }) => writing),
    },
  };

  /** Milliseconds of writing on, the reading of the prompt not counted. */
  async function written(readouts: boolean): Promise<number> {
    const run = new TextRun({ ...engine, scorer });
    await run.read('The ferry left at noon and', { readouts: false }, nowhere, never);
    const from = performance.now();
    await run.generate(SAMPLING, { readouts }, nowhere, never);
    const ms = since(from);
    run.dispose();
    return ms;
  }
}

function since(from: number): number {
  return performance.now() - from;
}

const nowhere: ReadingSink = { tokens: () => undefined, readout: () => undefined };
