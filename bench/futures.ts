/**
 * What many futures cost, as ratios within one run: 24 futures with their readings beside one continuation as the page
 * writes it (readings at sentence ends), the same without readings, and beside 24 single continuations. Ratios of processor
 * time stand beside those of time: on a busy machine they move less.
 */
import { loadavg } from 'node:os';
import { readProbe } from '../src/cli/files.ts';
import { writeFutures } from '../src/engine/futures/write-futures.ts';
import { openNodeEngine } from '../src/engine/node/node-engine.ts';
import { createScorer, noScorer, type Scorer } from '../src/engine/scorer.ts';
import { TextRun } from '../src/engine/text-run.ts';
import { FUTURE_EVERY, FUTURE_LINES, FUTURE_TOKENS } from '../src/reading/futures/futures.ts';
import { GrownFutures } from '../src/reading/futures/grown-futures.ts';
import type { ReadingSink } from '../src/reading/reading.ts';
import { quantile } from '../src/stats/stats.ts';

const ROUNDS = 5;
const TEXT = 'The guard opened the gate and looked at the old man who had walked all day through the rain. He';
const SAMPLING = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1, maxTokens: FUTURE_TOKENS } as const;
const never = new AbortController().signal;
const nowhere: ReadingSink = { tokens: () => undefined, readout: () => undefined };

/** Ratios are medians of the rounds' ratios with quartiles; each round times every variant in turn, and a first one warms up. */
export async function benchFutures(model: string, probeFolder: string): Promise<object> {
  const engine = await openNodeEngine(model);
  const { probe } = await readProbe(probeFolder);
  const scorer = createScorer(probe);
  const one = async (by: Scorer, seed: number): Promise<void> => {
    const run = new TextRun({ ...engine, scorer: by });
    const readouts = by !== noScorer;
    await run.read(TEXT, { readouts }, nowhere, never);
    await run.generate({ ...SAMPLING, seed }, { readouts }, nowhere, never);
    run.dispose();
  };
  const many = async (by: Scorer): Promise<void> => {
    const plan = { count: FUTURE_LINES, every: FUTURE_EVERY, sampling: SAMPLING };
    await writeFutures(
      { ...engine, writer: engine.decoder, reader: engine.decoder, scorer: by, layer: probe.defaultLayer },
      { ...plan, given: engine.tokenizer.start(TEXT), intervention: [], where: 'generated' },
      new GrownFutures(plan),
      never,
    );
  };
  const rounds: Record<'one' | 'onePlain' | 'many' | 'manyPlain', Took>[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = {
      one: await timed(() => one(scorer, 1 + round)),
      onePlain: await timed(() => one(noScorer, 1 + round)),
      many: await timed(() => many(scorer)),
      manyPlain: await timed(() => many(noScorer)),
    };
    if (round > 0) rounds.push(times);
  }
  await engine.dispose();
  const over = (value: (times: (typeof rounds)[number]) => number): object => {
    const all = rounds.map(value);
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => Number(quantile(all, share).toPrecision(3)));
    return { median: middle, quartiles: [low, high] };
  };
  return {
    lines: FUTURE_LINES,
    tokens: FUTURE_TOKENS,
    readingEvery: FUTURE_EVERY,
    rounds: ROUNDS,
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    oneMs: over(({ one: took }) => took.ms),
    manyMs: over(({ many: took }) => took.ms),
    manyWithReadingsToOne: over(({ many: all, one: single }) => all.ms / single.ms),
    manyToOneBothWithoutReadings: over(({ manyPlain, onePlain }) => manyPlain.ms / onePlain.ms),
    manyToAsManySingle: over(({ many: all, one: single }) => all.ms / (FUTURE_LINES * single.ms)),
    processorTime: {
      manyWithReadingsToOne: over(({ many: all, one: single }) => all.cpu / single.cpu),
      manyToOneBothWithoutReadings: over(({ manyPlain, onePlain }) => manyPlain.cpu / onePlain.cpu),
    },
  };
}

/** Milliseconds that passed, and those that all cores together spent in this process. */
interface Took {
  readonly ms: number;
  readonly cpu: number;
}

async function timed(work: () => Promise<void>): Promise<Took> {
  const [from, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - from, cpu: (user + system) / 1000 };
}
