/**
 * What reading costs, as ratios within one run: the machine is noisy, so variants are interleaved and medians compared.
 * `npm run -s bench` prints JSON; `npm run -s bench -- page` measures only how soon the built page can be used, `-- lens` only the
 * lens, `-- steer` only what steering costs, `-- readings` only what readings of a text cost, `-- futures` only
 * what many futures cost. Never part of the tests: a
 * timed test fails on a busy machine.
 */
import { execFileSync } from 'node:child_process';
import { arch, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readPromptSet, readProbe } from '../src/cli/files.ts';
import type { ReadingSink } from '../src/reading/reading.ts';
import type { Decoder } from '../src/engine/decoder.ts';
import { createSegmentReader } from '../src/engine/passages/segment-reader.ts';
import { openNodeDecoder } from '../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../src/engine/node/node-engine.ts';
import { PROOF_TEXT } from '../src/engine/proofs/proof-text.ts';
import { createScorer, noScorer, type Scorer } from '../src/engine/scorer.ts';
import { TextRun } from '../src/engine/text-run.ts';
import { benchFutures } from './futures.ts';
import { benchFit } from './fit.ts';
import { readLens } from '../src/engine/lens/lens.ts';
import { median } from './median.ts';
import { benchPage } from './page.ts';
import { benchReadings } from './readings.ts';
import { benchSteering } from './steering.ts';
import { benchToyLens } from './toy-lens.ts';

const MODEL = fileURLToPath(new URL('../public/models/smollm2-135m-instruct-q4', import.meta.url));
const PROBE = fileURLToPath(new URL('../probes/kind-cruel', import.meta.url));
const SET = fileURLToPath(new URL('../probes/sets/kind-cruel-24/kind-cruel-24.set.json', import.meta.url));
/** Turns read at two control texts, as training does. */
const TURNS = 24;
const ROUNDS = 9;
/** Rounds of what takes many seconds each. */
const LONG_ROUNDS = 3;
const PASS_TOKENS = 64;
/** Tokens and likeliest words of the lens, which is read at every layer. */
const LENS = { tokens: 100, top: 10 };
const WRITTEN_TOKENS = 24;
const never = new AbortController().signal;
const nowhere: ReadingSink = { tokens: () => undefined, readout: () => undefined };

/** What a training takes of memory, measured in a process that holds nothing else. */
function memoryOfTraining(): unknown {
  return JSON.parse(
    execFileSync(process.execPath, [...process.execArgv, fileURLToPath(new URL('memory.ts', import.meta.url))], {
      encoding: 'utf8',
    }),
  );
}

/** Milliseconds of each variant, round by round in turn; the first round warms up and does not count. */
async function interleave<K extends string>(
  variants: Record<K, () => Promise<unknown>>,
  rounds = ROUNDS,
): Promise<Record<K, number>> {
  const names = Object.keys(variants) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const started = performance.now();
      await variants[name]();
      if (round > 0) times.get(name)?.push(performance.now() - started);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<K, number>;
}

/** The lens of a text at every layer, beside reading the same tokens. */
async function benchLens(): Promise<object> {
  const engine = await openNodeEngine(MODEL);
  const head = await engine.openLens();
  const text = engine.tokenizer.encode(PROOF_TEXT).slice(0, LENS.tokens);
  const whole = async (): Promise<unknown> =>
    readLens({ ...engine, head }, { text, layers: [], top: LENS.top, words: [] }, () => undefined, never);
  const times = await interleave(
    { reading: async () => (await engine.decoder.run(text, null)).cache.dispose(), whole },
    LONG_ROUNDS,
  );
  await head.dispose();
  await engine.dispose();
  return {
    tokens: text.length,
    layers: engine.model.layerCount + 1,
    top: LENS.top,
    rounds: LONG_ROUNDS,
    readingMs: round(times.reading),
    withLensMs: round(times.whole),
    ratio: round(times.whole / times.reading),
  };
}

const device = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} threads, ${platform()} ${arch()}, Node ${process.version}`;
const round = (value: number): number => Number(value.toPrecision(3));

if (process.argv.includes('lens')) {
  process.stdout.write(
    `${JSON.stringify({ lens: await benchLens(), toyLens: await benchToyLens(LENS.tokens, LENS.top) }, null, 1)}\n`,
  );
  process.exit(0);
}

if (process.argv.includes('readings')) {
  const control = process.argv[process.argv.indexOf('readings') + 1];
  process.stdout.write(
    `${JSON.stringify({ device, readings: await benchReadings(MODEL, PROBE, control) }, null, 1)}\n`,
  );
  process.exit(0);
}

if (process.argv.includes('futures')) {
  process.stdout.write(`${JSON.stringify({ device, futures: await benchFutures(MODEL, PROBE) }, null, 1)}\n`);
  process.exit(0);
}

if (process.argv.includes('steer')) {
  process.stdout.write(`${JSON.stringify({ steering: await benchSteering(MODEL, PROBE, interleave) }, null, 1)}\n`);
  process.exit(0);
}

// Before the engine is there: two cores are soon busy.
const page = await benchPage();
process.stderr.write(
  `flipside: interactive in ${page.interactiveMs} ms, median of ${page.rounds} (target ${page.targetMs} ms, slowest ${page.slowestMs} ms)\n`,
);
if (process.argv.includes('page')) {
  process.stdout.write(`${JSON.stringify({ page }, null, 1)}\n`);
  process.exit(0);
}

const engine = await openNodeEngine(MODEL);
const untouched = await openNodeDecoder(MODEL, { hooked: false });
const scorer = createScorer((await readProbe(PROBE)).probe);
const ids = engine.tokenizer.encode(PROOF_TEXT);

const pass = async (decoder: Decoder): Promise<void> =>
  (await decoder.run(ids.slice(0, PASS_TOKENS), null)).cache.dispose();
const passes = await interleave({ untouched: () => pass(untouched), residuals: () => pass(engine.decoder) });

const read = async (readouts: boolean): Promise<void> => {
  const run = new TextRun({ ...engine, scorer });
  await run.read(PROOF_TEXT, { readouts }, nowhere, never);
  run.dispose();
};
const reads = await interleave({ plain: () => read(false), hooked: () => read(true) });

const write = async (by: Scorer): Promise<void> => {
  const run = new TextRun({ ...engine, scorer: by });
  await run.read('The ferry left at noon and', { readouts: false }, nowhere, never);
  await run.generate(
    { temperature: 0.8, topK: 0, topP: 0.95, seed: 3, maxTokens: WRITTEN_TOKENS },
    { readouts: false },
    nowhere,
    never,
  );
  run.dispose();
};
const writes = await interleave({ plain: () => write(noScorer), scored: () => write(scorer) });

const set = await readPromptSet(SET, { requireNeutral: true });
const turns = set.rows
  .slice(0, TURNS)
  .map((row) => ({ text: [row.context, row.text], readoutTexts: set.taps.slice(0, 2), readoutAfter: [1] }));
const together = createSegmentReader(engine);
const oneByOne = createSegmentReader({ ...engine, decoder: { ...engine.decoder, branching: false } });
const texts = await interleave(
  { together: () => together.read(turns), oneByOne: () => oneByOne.read(turns) },
  LONG_ROUNDS,
);
const aSecond = (milliseconds: number): number => round((TURNS * 1000) / milliseconds);
const trainingTexts = {
  texts: TURNS,
  taps: 2,
  rounds: LONG_ROUNDS,
  passTokens: engine.setTokens,
  oneByOneTextsPerSecond: aSecond(texts.oneByOne),
  textsPerSecond: aSecond(texts.together),
  ratio: round(texts.oneByOne / texts.together),
};
await untouched.dispose();
await engine.dispose();

process.stdout.write(
  `${JSON.stringify(
    {
      device,
      page,
      backend: 'onnxruntime-node cpu',
      rounds: ROUNDS,
      prefill: {
        tokens: PASS_TOKENS,
        untouchedMs: round(passes.untouched),
        withResidualsMs: round(passes.residuals),
        ratio: round(passes.residuals / passes.untouched),
      },
      readingWithReadouts: {
        tokens: ids.length,
        plainMs: round(reads.plain),
        withReadoutsMs: round(reads.hooked),
        ratio: round(reads.hooked / reads.plain),
        plainTokensPerSecond: round((ids.length * 1000) / reads.plain),
      },
      trainingTexts,
      fitting: benchFit(),
      training: memoryOfTraining(),
      steering: await benchSteering(MODEL, PROBE, interleave),
      lens: await benchLens(),
      toyLens: await benchToyLens(LENS.tokens, LENS.top),
      writing: {
        tokens: WRITTEN_TOKENS,
        plainMs: round(writes.plain),
        scoredMs: round(writes.scored),
        ratio: round(writes.scored / writes.plain),
        scoredTokensPerSecond: round((WRITTEN_TOKENS * 1000) / writes.scored),
      },
    },
    null,
    1,
  )}\n`,
);
