/**
 * A number of Flipside as a Python program: at most 25 lines that read the same text at the same layers with the same
 * directions in float32, and assert the same number. Pure text; nothing is run.
 */
import { AppError } from '../../base/errors.ts';
import { directionLines, STREAM_LINES } from './program-lines.ts';
import { headLines } from './program-parts.ts';
import type { PythonLibrary, PythonProgram } from './program-types.ts';

/** Lines that a program has at most, and how many more where it rounds the weights first. */
export const MOST_PYTHON_LINES = 25;
export const MOST_ROUNDING_LINES = 4;

/**
 * Writes the program for a library. A direction needs no streams, so its program is that for transformers in any. Throws
 * `usage` for numbers that are not finite.
 */
export function pythonProgram(program: PythonProgram, library: PythonLibrary = 'transformers'): string {
  if (![program.expected, program.tolerance, ...numbersOf(program)].every(Number.isFinite))
    throw new AppError(
      'usage',
      'There is no number to compare: the first token of a text has no score. Choose another token.',
    );
  const lines =
    program.kind === 'direction'
      ? [...headLines(program, 'transformers'), ...directionLines(program)]
      : [
          ...headLines(program, library),
          ...(program.kind === 'reading'
            ? STREAM_LINES[library].reading(program)
            : STREAM_LINES[library].steering(program)),
        ];
  return `${lines.join('\n')}\n`;
}

function numbersOf(program: PythonProgram): readonly number[] {
  if (program.kind === 'reading') return [...program.zero, program.scale, ...program.directions];
  return program.kind === 'direction' ? [...program.direction] : [];
}
