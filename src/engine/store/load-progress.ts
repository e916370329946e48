/** One count of bytes over all files of a load, told at a bearable rate. */
import type { ByteSource, LoadProgress } from '../../models/engine-report.ts';

/** A bar for all files. */
export interface LoadCount {
  readonly totalBytes: number;
  /** Bytes of the current file so far; may go back when a file has to start again. */
  current(storedBytes: number, networkBytes: number): void;
  /** The current file is complete. */
  fileDone(): void;
  /** The load is over, well or badly: nothing more is reported. */
  end(): void;
  networkBytes(): number;
  source(): ByteSource;
}

/** Progress is reported at most this often, and at the end of every file. */
const EVERY_MS = 50;

/**
 * Starts to count. `missingBytes` is what storage lacks: it names the source before the first byte has come. What is
 * not stored comes from `elsewhere`.
 */
export function createCount(
  totalBytes: number,
  missingBytes: number,
  elsewhere: 'network' | 'disk',
  tell: ((progress: Extract<LoadProgress, { phase: 'bytes' }>) => void) | undefined,
): LoadCount {
  let [storedBefore, networkBefore, stored, network] = [0, 0, 0, 0];
  let toldAt = -Infinity;
  let later: ReturnType<typeof setTimeout> | undefined;
  const source = (): ByteSource => {
    const fromStorage = storedBefore + stored;
    const fromNetwork = networkBefore + network;
    if (fromStorage > 0 && fromNetwork > 0) return 'mixed';
    if (fromStorage === 0 && fromNetwork === 0)
      return missingBytes === 0 ? 'storage' : missingBytes < totalBytes ? 'mixed' : elsewhere;
    return fromStorage > 0 ? 'storage' : elsewhere;
  };
  const report = (): void => {
    clearTimeout(later);
    later = undefined;
    toldAt = performance.now();
    tell?.({
      phase: 'bytes',
      loadedBytes: storedBefore + networkBefore + stored + network,
      totalBytes,
      source: source(),
    });
  };
  report();
  return {
    totalBytes,
    source,
    networkBytes: () => networkBefore + network,
    current: (storedBytes, networkBytes) => {
      stored = storedBytes;
      network = networkBytes;
      if (performance.now() - toldAt >= EVERY_MS) report();
      // When the bytes stop coming, the bar shall show all that have come.
      else later ??= setTimeout(report, EVERY_MS);
    },
    end: () => {
      clearTimeout(later);
    },
    fileDone: () => {
      storedBefore += stored;
      networkBefore += network;
      stored = network = 0;
      report();
    },
  };
}
