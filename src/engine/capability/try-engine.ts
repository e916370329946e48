/**
 * Runs small decoders on an engine before a model is fetched: are the numbers right, and what does a pass cost? Three graphs tell what a
 * layer, a weight and a pass as such take.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import {
  trialDecoder,
  trialHidden,
  trialWeights,
  TRIAL_CONTEXT,
  TRIAL_VOCABULARY,
} from '../../graph/build/trial-decoder.ts';
import {
  passCost,
  TRIAL_PASS_TOKENS,
  type EngineCosts,
  type EngineTrial,
  type PassCost,
  type TrialFault,
  type TrialShapes,
  type TrialTimes,
} from '../../models/device-trial.ts';
import { relativeError } from '../../stats/relative-error.ts';
import type { Cache, Decoder } from '../decoder.ts';
import type { DecoderFiles } from '../ort/opening.ts';
import { toleranceOf } from '../proofs/chunk-proof.ts';
import { TRIAL_ANSWERS } from './trial-answers.ts';

/** One of the three graphs. */
export type TrialGraph = keyof TrialTimes;

/** The graphs in the order in which they are run: the one that takes longest comes last. */
export const TRIAL_GRAPHS: readonly TrialGraph[] = ['shallow', 'deep', 'wide'];

/** The tokens of the text: those of the long pass, and one more. */
const IDS: readonly number[] = Array.from({ length: TRIAL_PASS_TOKENS + 1 }, (_, i) => (7 * i + 3) % TRIAL_VOCABULARY);

/** A pass is timed so often, or until so much time has gone: a slow engine is known after few. */
const RUNS = 9;
const FEWEST_RUNS = 2;
const MOST_MS = 150;

/** What the costs are counted by. */
export const TRIAL_SHAPES = Object.fromEntries(
  TRIAL_GRAPHS.map((name) => {
    const { sizes } = TRIAL_ANSWERS[name];
    const head = TRIAL_VOCABULARY * trialHidden(sizes);
    return [name, { layers: sizes.layers, millions: (trialWeights(sizes) + head) / 1e6 }];
  }),
) as TrialShapes;

/** The files of one of the graphs, as those of a model that was loaded. */
export function trialFiles(name: TrialGraph): DecoderFiles {
  const { sizes } = TRIAL_ANSWERS[name];
  const { graph, files } = trialDecoder(sizes);
  return {
    graph,
    weights: new Map(files.map((made) => [made.file, made.whole()])),
    config: {
      hidden: trialHidden(sizes),
      vocabulary: TRIAL_VOCABULARY,
      contextTokens: TRIAL_CONTEXT,
      endTokens: [],
    },
  };
}

/** Opens one of the graphs; the decoder is disposed of by whom it is given to. */
export type OpenTrial = (files: DecoderFiles) => Promise<Decoder>;

/** How an engine is tried. */
export interface TrialOptions {
  readonly signal: AbortSignal;
  /** Opens the same with packed weights, where the engine would unpack them. */
  readonly openPacked?: OpenTrial;
  /** Asked between graphs, with costs that are no more than a lower bound. True ends the trial, where these are too much already. */
  readonly tooSlow?: (atLeast: EngineCosts) => Promise<boolean>;
}

/** Tries an engine. What is wrong with it is the answer; throws `cancelled` alone. */
export async function tryEngine(open: OpenTrial, options: TrialOptions): Promise<EngineTrial> {
  const { openPacked, ...how } = options;
  try {
    const found = await runGraphs(open, how);
    const packed = openPacked === undefined ? null : (await runGraphs(openPacked, { signal: how.signal })).costs;
    return { right: true, ...found, packed };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code === 'cancelled') throw error;
    return { right: false, cause: faultOf(error), detail: error.message };
  }
}

/** What passes cost, and the largest error. Throws `numbers-wrong`, and what the engine throws. */
async function runGraphs(
  open: OpenTrial,
  { signal, tooSlow }: TrialOptions,
): Promise<Pick<EngineTrial & { right: true }, 'relativeError' | 'costs' | 'atLeast'>> {
  const token: Partial<Record<TrialGraph, number>> = {};
  const pass: Partial<Record<TrialGraph, number>> = {};
  let worst = 0;
  for (const name of TRIAL_GRAPHS) {
    const decoder = await open(trialFiles(name));
    try {
      throwIfStopped(signal);
      const ran = await runGraph(decoder, name, signal);
      worst = Math.max(worst, ran.relativeError);
      token[name] = ran.tokenMs;
      pass[name] = ran.passMs;
    } finally {
      // A lost device may fail to be closed as well; the first failure is the one to tell.
      await decoder.dispose().catch(() => undefined);
    }
    if (name === 'wide' || tooSlow === undefined) continue;
    const costs = { token: costAtLeast(token), pass: costAtLeast(pass) };
    if (await tooSlow(costs)) return { relativeError: worst, costs, atLeast: true };
  }
  return {
    relativeError: worst,
    costs: { token: passCost(token as TrialTimes, TRIAL_SHAPES), pass: passCost(pass as TrialTimes, TRIAL_SHAPES) },
    atLeast: false,
  };
}

/** What a pass costs at least, by the graphs that have run: weights cost nothing yet, and layers nothing before the deep one. */
function costAtLeast({ shallow = 0, deep = shallow }: Partial<TrialTimes>): PassCost {
  return passCost({ shallow, deep, wide: shallow }, TRIAL_SHAPES);
}

/** One graph: held to the known numbers, then timed. The first passes also compile and make room, and count for nothing. */
async function runGraph(
  decoder: Decoder,
  name: TrialGraph,
  signal: AbortSignal,
): Promise<{ readonly relativeError: number; readonly tokenMs: number; readonly passMs: number }> {
  const answer = TRIAL_ANSWERS[name];
  const first = IDS.slice(0, TRIAL_PASS_TOKENS);
  const last = IDS.slice(TRIAL_PASS_TOKENS);
  const { logits, cache } = await decoder.run(first, null);
  try {
    const one = await decoder.run(last, cache);
    one.cache.dispose();
    const error = Math.max(errorOf(logits, answer.pass), errorOf(one.logits, answer.token));
    if (!(error <= toleranceOf('float32')))
      throw new AppError(
        'numbers-wrong',
        `A small graph gave numbers that are wrong by ${error.toPrecision(2)} (relative; ${toleranceOf('float32')} is rounding). Update the graphics driver.`,
        { graph: name, relativeError: error },
      );
    const tokenMs = await median(decoder, last, cache, signal);
    return { relativeError: error, tokenMs, passMs: await median(decoder, first, null, signal) };
  } finally {
    cache.dispose();
  }
}

function errorOf(found: Float32Array, truth: readonly number[]): number {
  const error = found.length === truth.length ? relativeError(found, Float32Array.from(truth)) : Infinity;
  return Number.isFinite(error) ? error : Infinity;
}

async function median(
  decoder: Decoder,
  ids: readonly number[],
  past: Cache | null,
  signal: AbortSignal,
): Promise<number> {
  const times: number[] = [];
  let spent = 0;
  while (times.length < RUNS && (times.length < FEWEST_RUNS || spent < MOST_MS)) {
    throwIfStopped(signal);
    const started = performance.now();
    (await decoder.run(ids, past)).cache.dispose();
    const took = performance.now() - started;
    spent += took;
    times.push(took);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? 0;
}

function faultOf({ code }: AppError): TrialFault {
  switch (code) {
    case 'numbers-wrong':
    case 'numbers-not-finite':
      return 'wrong-numbers';
    case 'gpu-device-lost':
      return 'device-lost';
    case 'gpu-memory-refused':
      return 'no-room';
    default:
      return 'session-failed';
  }
}
