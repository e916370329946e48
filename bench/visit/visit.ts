/** What a visit to the page without a graphics card does, step by step. Times are in milliseconds, `…Ms` since the press of "Load". */

/** The steps, in the order of a visit. */
export interface VisitSteps {
  load(given: { readonly base: string }): Promise<{
    readonly loadedMs: number;
    /** Weights unpacked in the heap. */
    readonly unpackedBytes: number;
  }>;
  /** Reads a text with readouts. */
  read(given: { readonly text: string }): Promise<{ readonly firstScoreMs: number }>;
  /** Writes on; a gap lies between a written token and the next: the choice, the pass and its scores. */
  write(given: { readonly tokens: number }): Promise<{
    readonly firstWrittenMs: number;
    readonly gaps: readonly number[];
    readonly ids: readonly number[];
  }>;
  /** Reads texts one by one. */
  readShort(given: {
    readonly texts: readonly string[];
    readonly readouts: boolean;
  }): Promise<{ readonly milliseconds: number }>;
}

/** A step as it travels to the worker. */
export type VisitCall = readonly [keyof VisitSteps, object];

/** What the page offers as `visit`. */
export interface VisitPage {
  step(name: keyof VisitSteps, argument: object): Promise<unknown>;
}
