/** What bench/instrument.ts asks of the page that it measures. */

/** Steps that can be timed: each answers milliseconds from the change of state to a finished layout. */
export interface InstrumentBench {
  readonly tokens: number;
  append(steps: number, batch: number): number[];
  switchLayer(steps: number): number[];
  hover(steps: number): number[];
  recolour(steps: number): number[];
  /** Lets the text grow to so many tokens as the engine does, `batch` tokens a frame and a reading after each sentence; answers frames. */
  live(tokens: number, batch: number): Promise<number>;
}
