/** What two compared runs differ by at the chosen layer and running mean. Everything follows from the runs and the view. */
import {
  columnDifference,
  obstacle,
  sentenceMeans,
  sharedDifference,
  readoutPairs,
} from '../../reading/run-difference.ts';
import type { ReadWith, SharedDifference } from '../../reading/run-difference.ts';
import { sentenceEnds } from '../../text/sentences.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import type { ComparedRuns, Side } from './compared-runs.svelte.ts';

/** Two readouts after the same sentence end, with the score of each. */
export interface ComparedReadout {
  readonly column: number;
  readonly a: number;
  readonly b: number;
}

/** One sentence of a run, for runs that share too little to be compared token by token. */
export interface RunSentence {
  /** Mean score of its tokens. */
  readonly mean: number;
  /** Score of the readout after it; NaN where there is none. */
  readonly readout: number;
}

/** What a run was read with. */
function readWith({ provenance, run }: Recording): ReadWith {
  return { ...provenance, ...(run?.carriedOver && { carriedOver: run.carriedOver }) };
}

/** The difference, second run less the first. */
export class RunDifference {
  readonly #runs: ComparedRuns;

  constructor(runs: ComparedRuns) {
    this.#runs = runs;
  }

  /** Why the two may not be subtracted; null where they may, or have not come. */
  readonly obstacle = $derived.by(() => {
    const { both } = this.#runs;
    return both === null ? null : obstacle(readWith(both.a.recording), readWith(both.b.recording));
  });

  /** Whether differences are shown: the runs have one scale, and enough tokens in common. */
  readonly shown = $derived.by(() => this.obstacle === null && this.#runs.alignment?.alike === true);

  /** By column, of what the strips show; null where differences are not shown. */
  readonly series = $derived.by((): Float32Array | null => this.#of((side) => this.#runs.instruments[side].series));

  /** The mean over shared tokens, of single tokens; null where differences are not shown. */
  readonly shared = $derived.by((): SharedDifference | null => {
    const alone = this.#of((side) => this.#runs.instruments[side].alone);
    return alone === null ? null : sharedDifference(alone, this.#runs.alignment?.parting ?? null);
  });

  /** Readouts after shared sentence ends, whether or not they may be subtracted. */
  readonly readouts = $derived.by((): readonly ComparedReadout[] => {
    const { alignment, instruments } = this.#runs;
    if (alignment?.alike !== true) return [];
    const [a, b] = [instruments.a.readouts, instruments.b.readouts];
    return readoutPairs(alignment.columns, a, b).map((pair) => ({
      column: pair.column,
      a: a[pair.a]?.score ?? Number.NaN,
      b: b[pair.b]?.score ?? Number.NaN,
    }));
  });

  /** Each run by its own sentences. */
  readonly sentences = $derived.by((): Readonly<Record<Side, readonly RunSentence[]>> => ({
    a: this.#sentences('a'),
    b: this.#sentences('b'),
  }));

  #of(values: (side: Side) => ArrayLike<number>): Float32Array | null {
    const { alignment } = this.#runs;
    return this.shown && alignment !== null ? columnDifference(alignment.columns, values('a'), values('b')) : null;
  }

  #sentences(side: Side): readonly RunSentence[] {
    const { alone, cells, readouts } = this.#runs.instruments[side];
    const ends = sentenceEnds(cells.map((cell) => cell.text));
    const means = sentenceMeans(ends, alone);
    const after = new Map(readouts.map((readout) => [readout.afterToken, readout.score]));
    return ends.map((end, index) => ({ mean: means[index] ?? Number.NaN, readout: after.get(end) ?? Number.NaN }));
  }
}
