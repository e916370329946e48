/** Gathers futures while they are written. Pure. */
import { type Futures, type FuturesPlan, type FuturesSink, noFutures } from './futures.ts';

/** A sink that keeps everything; `onChange` is called with the whole after each step. */
export class GrownFutures implements FuturesSink {
  #futures: Futures;
  readonly #onChange: (futures: Futures) => void;

  constructor(plan: FuturesPlan, onChange: (futures: Futures) => void = () => undefined) {
    this.#futures = noFutures(plan);
    this.#onChange = onChange;
  }

  /** What is there so far; never changed afterwards. */
  get futures(): Futures {
    return this.#futures;
  }

  start(start: Parameters<FuturesSink['start']>[0]): void {
    this.#set({ ...this.#futures, start });
  }

  written(tokens: Parameters<FuturesSink['written']>[0]): void {
    const more = new Map(tokens.map(({ line, piece }) => [line, piece]));
    this.#each((line, index) => {
      const piece = more.get(index);
      return piece === undefined ? line : { ...line, pieces: [...line.pieces, piece] };
    });
  }

  readings(readings: Parameters<FuturesSink['readings']>[0]): void {
    const more = new Map(readings.map(({ line, reading }) => [line, reading]));
    this.#each((line, index) => {
      const reading = more.get(index);
      return reading === undefined ? line : { ...line, readings: [...line.readings, reading] };
    });
  }

  ended({ line: which, why }: Parameters<FuturesSink['ended']>[0]): void {
    this.#each((line, index) => (index === which ? { ...line, ended: why } : line));
  }

  #each(change: (line: Futures['lines'][number], index: number) => Futures['lines'][number]): void {
    this.#set({ ...this.#futures, lines: this.#futures.lines.map(change) });
  }

  #set(futures: Futures): void {
    this.#futures = futures;
    this.#onChange(futures);
  }
}
