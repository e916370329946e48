/**
 * What a loaded model costs on this device: reading, writing, readings, steering and many futures, round by round in turn. The
 * first round warms up. Times are by the clock, until the numbers are here.
 */
import { AppError } from '../../base/errors.ts';
import { throwIfStopped } from '../../base/abort.ts';
import {
  SPEED_MEASURE_NAMES,
  type SpeedForm,
  type SpeedLack,
  type SpeedMeasure,
  type SpeedStart,
  type SpeedTime,
} from '../../models/speed/speed-record.ts';
import { FUTURE_EVERY, FUTURE_LINES } from '../../reading/futures/futures.ts';
import { GrownFutures } from '../../reading/futures/grown-futures.ts';
import type { ReadingSink } from '../../reading/reading.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { Decoder } from '../decoder.ts';
import { writeFutures } from '../futures/write-futures.ts';
import { noScorer, type Scorer } from '../scorer.ts';
import { SteeredWriting, takesSteering } from '../steering/steered-writing.ts';
import { TextRun, type TextRunParts } from '../text-run.ts';

/** What {@link measureSpeed} measures. */
export interface SpeedParts extends Omit<TextRunParts, 'scorer'> {
  /** That of the probe in use; null without one. */
  readonly scorer: Scorer | null;
}

/** How long it may take. */
export interface SpeedLimits {
  /** Milliseconds in all; no round that would not end in them is begun. */
  readonly mostMs: number;
  /** Rounds that count. */
  readonly mostRounds: number;
}

/** Called with each number as it comes. */
export interface SpeedSink {
  start(start: SpeedStart): void;
  time(time: SpeedTime): void;
  /** Thousandths of the time that are over. */
  progress(steps: { readonly done: number; readonly total: number }): void;
}

const TEXT =
  'The guard opened the gate and looked at the old man who had walked all day through the rain. He gave him bread. ' +
  'Nobody else had asked where he came from, and he did not say. In the morning the road was dry.';
const BEGINNING = 'The guard opened the gate and looked at the old man. He';

/** What is read, and tokens of a continuation. */
const FORMS = {
  full: { text: TEXT, line: 16 },
  short: { text: BEGINNING, line: 3 },
} as const satisfies Record<SpeedForm, { readonly text: string; readonly line: number }>;

/** A pass of one token above this makes the form short. */
const SLOW_MS = 250;

/** About how many passes each takes, by form: what a slow device has no time for is left out, from the end of this list. */
const PASSES: readonly (readonly [SpeedMeasure, Readonly<Record<SpeedForm, number>>])[] = [
  ['read', { full: 2, short: 1 }],
  ['write', { full: 17, short: 4 }],
  ['steer', { full: 17, short: 4 }],
  ['one', { full: 19, short: 6 }],
  ['futures', { full: 24, short: 8 }],
  ['every', { full: 10, short: 5 }],
  ['stepwise', { full: 17, short: 4 }],
  ['plain', { full: 17, short: 4 }],
];

/** The part of the time that one round may take by this count. */
const ROUND_SHARE = 1 / 4;

/** Added to every number of the stream after one layer: what it does to the text is of no interest here. */
const STEERED_BY = 0.01;

const nowhere: ReadingSink = { tokens: () => undefined, readout: () => undefined };

/**
 * Measures until the rounds or the time are over, and tells each time as it comes. A step that the time ends is not told. The decoder
 * is not steered afterwards. Throws `cancelled` when stopped; what was told stays.
 */
export async function measureSpeed(
  { scorer, ...parts }: SpeedParts,
  { mostMs, mostRounds }: SpeedLimits,
  sink: SpeedSink,
  signal: AbortSignal,
): Promise<SpeedStart> {
  const began = performance.now();
  const passed = (): number => performance.now() - began;
  // Words that end a text would make rounds of different lengths.
  const engine = { ...parts, endTokens: [] };
  const passMs = await passTime(engine, signal);
  const form: SpeedForm = passMs > SLOW_MS ? 'short' : 'full';
  const lacks = lacksOf(engine.decoder, scorer, form, (mostMs * ROUND_SHARE) / Math.max(passMs, 1e-3));
  const found: SpeedStart = {
    form,
    passMs,
    clockMs: clockStep(),
    lacks: [...lacks].map(([measure, why]) => ({ measure, why })),
  };
  sink.start(found);
  const over = new AbortController();
  const stop = (): void => over.abort();
  const timer = setTimeout(stop, Math.max(0, mostMs - passed()));
  signal.addEventListener('abort', stop);
  const took = new Map<SpeedMeasure, number>();
  const told = new Map<SpeedMeasure, number>();
  const work = workOf(engine, scorer, FORMS[form], over.signal);
  try {
    for (let round = 0; round <= mostRounds; round += 1) {
      for (const measure of SPEED_MEASURE_NAMES) {
        if (lacks.has(measure)) continue;
        throwIfStopped(signal);
        if (passed() + (took.get(measure) ?? 0) > mostMs) throw timeOver();
        const { tokens, milliseconds } = await work[measure](round);
        took.set(measure, milliseconds);
        told.set(measure, round);
        sink.time({ measure, round, tokens, milliseconds });
        sink.progress({ done: Math.min(1000, Math.round((1000 * passed()) / mostMs)), total: 1000 });
      }
    }
  } catch (thrown) {
    throwIfStopped(signal);
    // The time is over: what has been told is what there is.
    if (AppError.from(thrown).code !== 'cancelled') throw thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  const late = SPEED_MEASURE_NAMES.filter((measure) => !lacks.has(measure) && (told.get(measure) ?? 0) === 0);
  return { ...found, lacks: [...found.lacks, ...late.map((measure) => ({ measure, why: 'time' as const }))] };
}

/** What was done and how long it took. */
type Done = Promise<Pick<SpeedTime, 'tokens' | 'milliseconds'>>;

/** The work of each measure, by round. */
function workOf(
  engine: Omit<TextRunParts, 'scorer'>,
  scorer: Scorer | null,
  { text, line }: (typeof FORMS)[SpeedForm],
  signal: AbortSignal,
): Record<SpeedMeasure, (round: number) => Done> {
  const usual = scorer ?? noScorer;
  const sampling = (round: number) => ({ temperature: 0.8, topK: 0, topP: 0.95, seed: 1 + round, maxTokens: line });
  const withRun = async <T>(by: Scorer, decoder: Decoder, use: (run: TextRun) => Promise<T>): Promise<T> => {
    const run = new TextRun({ ...engine, decoder, scorer: by });
    try {
      return await use(run);
    } finally {
      run.dispose();
    }
  };
  const write = (by: Scorer, decoder: Decoder, round: number): Done =>
    withRun(by, decoder, async (run) => {
      await run.read(BEGINNING, { readouts: false }, nowhere, signal);
      return run.generate(sampling(round), { readouts: false }, nowhere, signal);
    });
  return {
    read: () => withRun(usual, engine.decoder, (run) => run.read(text, { readouts: false }, nowhere, signal)),
    every: () =>
      withRun(usual, engine.decoder, async (run) => {
        const { tokens, milliseconds } = await run.read(text, { readouts: false }, nowhere, signal);
        const more = await run.refine('token', nowhere, () => undefined, signal);
        return { tokens, milliseconds: milliseconds + more.milliseconds };
      }),
    write: (round) => write(usual, engine.decoder, round),
    stepwise: (round) => write(usual, { ...engine.decoder, writer: null }, round),
    plain: (round) => write(noScorer, engine.decoder, round),
    steer: (round) =>
      new SteeredWriting({ ...engine, scorer: usual }, someSteering(engine.decoder)).write(
        { text: BEGINNING, where: 'all', sampling: sampling(round), readouts: false },
        nowhere,
        signal,
      ),
    one: (round) =>
      withRun(usual, engine.decoder, async (run) => {
        const read = await run.read(BEGINNING, { readouts: true }, nowhere, signal);
        const { tokens, milliseconds } = await run.generate(sampling(round), { readouts: true }, nowhere, signal);
        return { tokens, milliseconds: read.milliseconds + milliseconds };
      }),
    futures: (round) => {
      const plan = { count: FUTURE_LINES, every: FUTURE_EVERY, sampling: sampling(round) };
      return writeFutures(
        {
          ...engine,
          writer: engine.decoder,
          reader: engine.decoder,
          scorer: usual,
          layer: engine.decoder.sizes.layerCount,
        },
        { ...plan, given: engine.tokenizer.start(BEGINNING), intervention: [], where: 'generated' },
        new GrownFutures(plan),
        signal,
      );
    },
  };
}

/** What cannot be measured, or not in the time: as many passes as there are room for, the first of the list first. */
function lacksOf(
  decoder: Decoder,
  scorer: Scorer | null,
  form: SpeedForm,
  mostPasses: number,
): ReadonlyMap<SpeedMeasure, SpeedLack> {
  const lacks = new Map<SpeedMeasure, SpeedLack>();
  if (scorer === null) for (const measure of ['every', 'write', 'one', 'futures'] as const) lacks.set(measure, 'probe');
  else if (!decoder.branching || scorer.readouts.word.texts.length === 0) lacks.set('every', 'readings');
  if (!takesSteering(decoder, someSteering(decoder))) lacks.set('steer', 'steering');
  if (decoder.writer === null) lacks.set('stepwise', 'way');
  let passes = 0;
  for (const [measure, each] of PASSES) {
    if (lacks.has(measure)) continue;
    passes += each[form];
    // Reading is measured on any device.
    if (passes > mostPasses && measure !== 'read') lacks.set(measure, 'slow');
  }
  return lacks;
}

function someSteering({ sizes: { layerCount, hidden } }: Decoder): Intervention {
  return [
    {
      stream: Math.max(1, Math.round(layerCount / 2)),
      add: new Float32Array(hidden).fill(STEERED_BY),
      bound: null,
    },
  ];
}

/** Milliseconds of a pass of one token; the first two compile and are not counted. */
async function passTime({ decoder, tokenizer }: Omit<TextRunParts, 'scorer'>, signal: AbortSignal): Promise<number> {
  const [id = 0] = tokenizer.start(BEGINNING);
  let milliseconds = 0;
  for (let turn = 0; turn < 3; turn += 1) {
    throwIfStopped(signal);
    const from = performance.now();
    (await decoder.run([id], null)).cache.dispose();
    milliseconds = performance.now() - from;
  }
  return milliseconds;
}

/** The smallest step that the clock was seen to make, in milliseconds: browsers make it coarse on purpose. */
function clockStep(): number {
  let least = Infinity;
  for (let turn = 0; turn < 5; turn += 1) {
    const from = performance.now();
    let now = from;
    while (now === from) now = performance.now();
    least = Math.min(least, now - from);
  }
  return least;
}

function timeOver(): AppError {
  return new AppError('cancelled', 'The time is over.');
}
