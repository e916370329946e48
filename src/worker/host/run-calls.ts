/** What is computed of a text with several probes, and of two texts, in the worker. */
import type { PatchedScores, PatchedWriting, PatchReport, PatchRequest } from '../../steering/patching.ts';
import type { AxesRead } from '../../reading/axes/axes.ts';
import { firstSteered } from '../../steering/steering.ts';
import type { TokenDivergence } from '../../reading/token-divergence.ts';
import { readAxes } from '../../engine/axes/read-axes.ts';
import type { SteeredIds } from '../../engine/steering/engine-editor.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import type { CallArgs, ReadRun } from '../protocol.ts';
import type { CarriedProbes } from './carried-probes.ts';
import { steeringFrom } from './steering-args.ts';

/** Calls that leave the text in memory alone. */
export interface RunCalls {
  readAxes(
    args: CallArgs<'readAxes'>,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<AxesRead>;
  diverge(
    args: CallArgs<'diverge'>,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<TokenDivergence>;
  patch(
    args: PatchRequest,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<PatchReport>;
  patchGoOn(args: CallArgs<'patchGoOn'>, signal: AbortSignal): Promise<PatchedWriting>;
  patchRead(args: CallArgs<'patchRead'>, signal: AbortSignal): Promise<PatchedScores>;
}

/** Calls on the engine's model, whichever is loaded when they come; runs are steered by probes that `probes` takes. */
export function createRunCalls(
  engine: Pick<WebEngine, 'model' | 'editor' | 'scorer' | 'reader'>,
  probes: CarriedProbes,
): RunCalls {
  const idsOf = async ({ ids, given, steering }: ReadRun, signal: AbortSignal): Promise<SteeredIds> => ({
    ids,
    from: firstSteered(steering?.settings.where ?? 'all', given),
    intervention: steering === null ? [] : await steeringFrom(engine, probes, steering, signal),
  });
  return {
    readAxes: async ({ probes: files, ...text }, onProgress, signal) =>
      readAxes(
        engine.reader,
        files.map((each) => probes.take(each).probe),
        text,
        onProgress,
        signal,
      ),
    async diverge({ a, b, pairs }, onProgress, signal) {
      return engine.editor.divergence(await idsOf(a, signal), await idsOf(b, signal), pairs, onProgress, signal);
    },
    patch: async (args, onProgress, signal) => (await engine.editor.patches()).grid(args, onProgress, signal),
    patchGoOn: async ({ place, sampling, ...texts }, signal) =>
      (await engine.editor.patches()).goOn(texts, place, sampling, signal),
    patchRead: async ({ place, ...texts }, signal) =>
      (await engine.editor.patches()).readAgain(texts, place, engine.scorer, signal),
  };
}
