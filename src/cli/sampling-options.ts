/** How words are chosen, from the options of the command line. */
import type { SamplingOptions } from '../reading/reading.ts';
import type { Options } from './command.ts';

/** Options of writing, for `Options`. */
export const SAMPLING_OPTIONS = {
  seed: { type: 'string' },
  'max-tokens': { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  'top-p': { type: 'string' },
} as const;

/** How they are written. */
export const SAMPLING_USAGE = '[--seed N] [--max-tokens N] [--temperature X] [--top-k N] [--top-p X]';

/** The options as numbers; `maxTokens` where none are given. Throws `usage`. */
export function samplingFrom(options: Options, maxTokens = 60): SamplingOptions {
  return {
    seed: options.number('seed', 1, { min: 0, max: 2 ** 32 - 1, whole: true }),
    maxTokens: options.number('max-tokens', maxTokens, { min: 1, max: 8192, whole: true }),
    temperature: options.number('temperature', 0.8, { min: 0, max: 5 }),
    topK: options.number('top-k', 0, { min: 0, max: 1000, whole: true }),
    topP: options.number('top-p', 0.95, { min: 0.01, max: 1 }),
  };
}
