/** What is computed of two texts in the worker. */
import type { PatchedScores, PatchedWriting, PatchReport, PatchRequest } from '../../steering/patching.ts';
import { firstSteered } from '../../steering/steering.ts';
import type { TokenDivergence } from '../../reading/token-divergence.ts';
import type { SteeredIds } from '../../engine/steering/engine-editor.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import type { CallArgs, ReadRun } from '../protocol.ts';
import type { CarriedProbes } from './carried-probes.ts';
import { instrumentSteering } from './steering-args.ts';

/** Calls that take two texts. */
export interface RunCalls {
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

/** A room over the engine's model, whichever is loaded when a call comes; runs are pushed by probes that `probes` takes. */
export function createRunCalls(
  engine: Pick<WebEngine, 'model' | 'editor' | 'scorer'>,
  probes: CarriedProbes,
): RunCalls {
  const idsOf = async ({ ids, given, push }: ReadRun, signal: AbortSignal): Promise<SteeredIds> => ({
    ids,
    from: firstSteered(push?.settings.where ?? 'all', given),
    push: push === null ? [] : await instrumentSteering(engine, probes, push, signal),
  });
  return {
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
