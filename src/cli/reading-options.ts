/** How densely a text is read, from the options of the command line, and what is printed of it. */
import { readingsLack } from '../content/readings.ts';
import type { ReadingsLeft } from '../models/engine-report.ts';
import type { ReadingSink, ReadoutReading } from '../reading/reading.ts';
import { GRANULARITIES, type Granularity } from '../reading/refinement.ts';
import { type TracePoint, tracePoints } from '../reading/trace.ts';
import type { TextRun } from '../engine/text-run.ts';
import type { Options } from './command.ts';
import { readProse } from './files.ts';
import { showProgress } from './progress.ts';

/** The option, for `Options`. */
export const EVERY = { every: { type: 'string' } } as const;

/** How it is written. */
export const EVERY_USAGE = `[--every ${GRANULARITIES.join('|')}]`;

/** What it does, for summaries. */
export const EVERY_SUMMARY =
  '--every clause, word (as the page: the ends of words of four letters and more too) or token also reads inside sentences, where the probe has numbers for that.';

/** The option's value. Throws `usage`. */
export function everyFrom(options: Options, fallback: Granularity): Granularity {
  const given = options.text('every') ?? fallback;
  const known = GRANULARITIES.find((each) => each === given);
  return known ?? options.refuse(`--every must be one of ${GRANULARITIES.join(', ')}, got "${given}"`);
}

/** The text that `--text` holds, or that lies in the file that `--file` names. Throws `usage` unless one of them is given. */
export async function textFrom(options: Options): Promise<string> {
  const [text, file] = [options.text('text'), options.text('file')];
  if ((text === undefined) === (file === undefined)) options.refuse('give either --text or --file');
  return text ?? readProse(file ?? '');
}

type Tell = ReadingSink['readout'];

/** Reads inside the sentences of a run's text; why that could not be done everywhere, null where it was. */
export async function readInside(
  run: TextRun,
  every: Granularity,
  readout: Tell,
  signal: AbortSignal,
): Promise<ReadingsLeft | null> {
  if (every === 'sentence') return null;
  const sink: ReadingSink = { tokens: () => undefined, readout };
  return (await run.refine(every, sink, (done, total) => showProgress('readings', done, total), signal)).left;
}

/** The readings as they are shown, in the order of the text, with a sentence on what they lack. */
export function shownReadings(
  readouts: readonly ReadoutReading[],
  tokens: number,
  defaultLayer: number,
  left: ReadingsLeft | null,
): object {
  const rounded = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null);
  const points = tracePoints(readouts, tokens, null, defaultLayer);
  const printed = ({ from, afterToken, stand, score, low, high }: TracePoint): object => {
    return { from, afterToken, stand, score: rounded(score), low: rounded(low), high: rounded(high) };
  };
  return {
    readings: points.map(printed),
    readingsLack: readingsLack(readouts, left),
  };
}
