/** Reads many passages: group by group, each reading with the passage that it is of. */
import { AppError } from '../base/errors.ts';
import type { Passage, SegmentReader, PassageReading } from './reader.ts';

/**
 * The readings of passages in their order. `onGroup` is awaited with the number of passages that were read together, once
 * all their readings have been taken. Throws what {@link SegmentReader.read} throws.
 */
export async function* readAll<P extends Passage>(
  reader: SegmentReader,
  passages: readonly P[],
  onGroup: (count: number) => Promise<void>,
  signal?: AbortSignal,
): AsyncGenerator<readonly [P, PassageReading]> {
  for (const group of reader.groups(passages)) {
    const readings = await reader.read(group, signal);
    for (const [index, passage] of group.entries()) {
      const reading = readings[index];
      if (reading === undefined || reading.readouts.length !== passage.readoutAfter.length)
        throw new AppError(
          'internal',
          `The reader gave ${readings.length} readings of ${group.length} passages, or not all of what was asked for.`,
        );
      yield [passage, reading];
    }
    await onGroup(group.length);
  }
}
