/** Arguments of `npm run -s bench -- engine`. */
import { parseArgs } from 'node:util';

/** What is asked for. */
export interface EngineOptions {
  /** Sizes that a software adapter gets through in minutes. */
  readonly quick: boolean;
  /** A real graphics processor, or nothing. */
  readonly gpu: boolean;
  /** Null: as many as the sizes say. */
  readonly rounds: number | null;
  readonly tokens: number | null;
  /** `build` makes the page and ends; `reuse` takes the page as it was made; `both` is the usual thing. */
  readonly page: 'both' | 'build' | 'reuse';
  /** The file that gets the section of results. */
  readonly results: string | null;
}

/** How it is used, in one line. */
export const USAGE =
  'Use: npm run -s bench -- engine [--quick] [--gpu] [--rounds N] [--tokens N] [--results FILE] [--build | --built]';

/** Reads the arguments. Throws an `Error` whose message says what is wrong with them. */
export function parseOptions(args: readonly string[]): EngineOptions {
  const flag = { type: 'boolean', default: false } as const;
  const value = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { quick: flag, gpu: flag, build: flag, built: flag, rounds: value, tokens: value, results: value },
  });
  if (values.build && values.built)
    throw new Error('--build makes the page and --built takes it as it is: choose one.');
  return {
    quick: values.quick,
    gpu: values.gpu,
    rounds: atLeast('--rounds', values.rounds, 1),
    tokens: atLeast('--tokens', values.tokens, 3),
    page: values.build ? 'build' : values.built ? 'reuse' : 'both',
    results: values.results ?? null,
  };
}

function atLeast(name: string, given: string | undefined, least: number): number | null {
  if (given === undefined) return null;
  const number = Number(given);
  if (!Number.isInteger(number) || number < least)
    throw new Error(`${name} takes a whole number of at least ${least}, got "${given}".`);
  return number;
}
