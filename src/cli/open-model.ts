/** Opens the model that a command's options name, and says what keeping its weights in fewer bits changed. */
import { roundingSentence } from '../content/rounding.ts';
import {
  openNodeEngine,
  type openNodeReader,
  type NodeEngine,
  type NodeEngineOptions,
} from '../engine/node/node-engine.ts';
import type { Options } from './command.ts';
import { clearProgress } from './progress.ts';

/** Opens it, weights kept as `--bits` says. Throws `usage` and model errors that name the file. */
export async function openModel(options: Options, how: Omit<NodeEngineOptions, 'kept'> = {}): Promise<NodeEngine> {
  const kept = options.bits();
  const engine = await openNodeEngine(options.model(), { ...how, ...(kept && { kept }) });
  sayRounding(engine);
  return engine;
}

/** The same for readings alone, by an opener that tests replace. `memory` as {@link openNodeReader} takes it. */
export async function openReader(
  open: typeof openNodeReader,
  options: Options,
  memory?: Parameters<typeof openNodeReader>[1],
): ReturnType<typeof openNodeReader> {
  const reader = await open(options.model(), memory, options.bits());
  sayRounding(reader);
  return reader;
}

/** Says on standard error what quantising changed, where anything was quantised. */
function sayRounding({ rounding = null }: Partial<Pick<NodeEngine, 'rounding'>>): void {
  if (rounding === null) return;
  clearProgress();
  process.stderr.write(`${roundingSentence(rounding)}\n`);
}
