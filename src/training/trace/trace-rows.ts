/** Reads the passages of a trace readout: two rows at a sentence end, one at any other place, at every layer. */
import { AppError } from '../../base/errors.ts';
import { floatToHalf, halfToFloat } from '../../base/half.ts';
import { meanReading } from '../../reading/score.ts';
import { endReading } from '../../reading/trace-score.ts';
import { giveWay } from '../give-way.ts';
import type { LongCall } from '../collect.ts';
import { readAll } from '../read-all.ts';
import type { SegmentReader } from '../reader.ts';
import type { TracePassage, TracePlace } from './trace-passages.ts';

/** A row of readings: what is at a place, or at a sentence end with the text's own token. */
export interface TraceRow extends TracePlace {
  readonly head: 'ends' | 'inside';
  /** Tokens of text up to the place. */
  readonly tokensBefore: number;
}

/** All rows. Readings are kept in half precision: there are many, and what is fitted on them moves in the fourth digit. */
export interface TraceRows {
  readonly info: readonly TraceRow[];
  readonly hidden: number;
  /** By layer 0 to L, each `[rows, hidden]` as 16 bits. */
  readonly halves: readonly Uint16Array[];
}

/** Reads everything. Throws `numbers-not-finite` and `cancelled`. */
export async function collectTrace(
  reader: SegmentReader,
  passages: readonly TracePassage[],
  call: LongCall = {},
): Promise<TraceRows> {
  const { hidden, layerCount } = reader.model;
  const total = passages.reduce(
    (sum, { places }) => sum + places.reduce((rows, { stand }) => rows + (stand === 'sentence' ? 2 : 1), 0),
    0,
  );
  const halves = Array.from({ length: layerCount + 1 }, () => new Uint16Array(total * hidden));
  const info: TraceRow[] = [];
  const take = (place: TracePlace, head: TraceRow['head'], tokensBefore: number, reading: Float32Array): void => {
    if (!reading.every((value) => Number.isFinite(value)))
      throw new AppError(
        'numbers-not-finite',
        'The model gave numbers that are not finite for a text of the readout. Run the numbers check; on a graphics processor, try the CPU instead.',
        { tokensBefore },
      );
    halves.forEach((layer, l) => {
      const to = info.length * hidden;
      for (let f = 0; f < hidden; f += 1) layer[to + f] = floatToHalf(reading[l * hidden + f] ?? NaN);
    });
    info.push({ ...place, head, tokensBefore });
  };
  let done = 0;
  const onGroup = async (size: number): Promise<void> => {
    done += size;
    call.onProgress?.({ stage: 'reading', done, total: passages.length });
    await giveWay(call);
  };
  for await (const [passage, { readouts }] of readAll(reader, passages, onGroup, call.signal)) {
    passage.places.forEach((place, at) => {
      const read = readouts[at];
      if (read === undefined || read.last === undefined)
        throw new AppError(
          'internal',
          `The reader gave ${readouts.length} readings where ${passage.places.length} with the last token were asked for.`,
        );
      const text = meanReading(read.means);
      take(place, 'inside', read.tokensBefore, text);
      if (place.stand === 'sentence') take(place, 'ends', read.tokensBefore, endReading(read.last, text));
    });
  }
  return { info, hidden, halves };
}

/** Some rows of one layer `[rows, hidden]`. */
export function rowsOfLayer(
  { halves, hidden }: Pick<TraceRows, 'halves' | 'hidden'>,
  layer: number,
  rows: readonly number[],
): Float32Array {
  const from = halves[layer] ?? new Uint16Array(0);
  const out = new Float32Array(rows.length * hidden);
  rows.forEach((row, i) => {
    for (let f = 0; f < hidden; f += 1) out[i * hidden + f] = halfToFloat(from[row * hidden + f] ?? 0);
  });
  return out;
}
