/** How far the next words of two compared runs are apart: what it takes to measure it, and what was measured. */
import {
  divergenceByColumn,
  firstApart,
  sharedPairs,
  summariseDivergence,
  type DivergenceSummary,
  type TokenDivergence,
} from '../../reading/token-divergence.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import type { ReadRun } from '../../worker/protocol.ts';
import type { ComparedRuns } from './compared-runs.svelte.ts';
import type { ProbeOffer } from '../../state/probes/probe-card.ts';
import { steeringArgsOf } from '../../state/probes/steered-by.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

/** What a measurement is of. */
interface Measured {
  readonly a: Recording;
  readonly b: Recording;
  readonly divergence: TokenDivergence;
}

/** What is shown of it. */
export interface ShownDivergence {
  /** By column, in nats; NaN where the tokens are not the same. */
  readonly ab: Float32Array;
  readonly ba: Float32Array;
  readonly summary: DivergenceSummary;
  /** The first column whose next words differ; null where none do. */
  readonly first: number | null;
}

/** Why nothing can be measured: too little is shared, the runs are of two models or of another than the one that is loaded, or none is. */
export type DivergenceObstacle = 'unlike' | 'models' | 'other-model' | 'no-model' | 'busy';

/** What it works with. */
export interface DivergenceParts {
  readonly runs: ComparedRuns;
  readonly session: Session;
  readonly offers: () => readonly ProbeOffer[];
}

/** The divergence of the two runs on show. */
export class ComparedDivergence {
  readonly #parts: DivergenceParts;
  #measured = $state.raw<Measured | null>(null);

  constructor(parts: DivergenceParts) {
    this.#parts = parts;
  }

  /** What keeps it from being measured now; null where nothing does. */
  readonly obstacle = $derived.by((): DivergenceObstacle | null => {
    const { runs, session } = this.#parts;
    const { both, alignment } = runs;
    if (both === null || alignment?.alike !== true) return 'unlike';
    const [a, b] = [both.a.recording.provenance.weightsSha256, both.b.recording.provenance.weightsSha256];
    if (a !== b) return 'models';
    if (session.status === null) return 'no-model';
    if (session.status.model.weightsSha256 !== a) return 'other-model';
    return session.ready ? null : 'busy';
  });

  /** What was measured of the two on show, whichever of them stands first; null where nothing was. */
  readonly shown = $derived.by((): ShownDivergence | null => {
    const { both, alignment } = this.#parts.runs;
    if (both === null || alignment === null || this.#measured === null) return null;
    const { a, b, divergence } = this.#measured;
    const straight = a === both.a.recording && b === both.b.recording;
    if (!straight && !(a === both.b.recording && b === both.a.recording)) return null;
    const { ab, ba } = straight ? divergence : { ab: divergence.ba, ba: divergence.ab };
    const { columns } = alignment;
    const summary = summariseDivergence({ ab, ba });
    return {
      ab: divergenceByColumn(columns, ab),
      ba: divergenceByColumn(columns, ba),
      summary,
      first: firstApart(columns, summary),
    };
  });

  /** Measures unless there is an {@link obstacle}; what goes wrong is shown. Stopped, what was measured before stays. */
  async measure(): Promise<void> {
    const { runs, session, offers } = this.#parts;
    const { both, alignment } = runs;
    // Loading the model may have shown that it is another one.
    if (both === null || alignment === null || this.obstacle !== null) return;
    const [a, b] = [both.a.recording, both.b.recording];
    try {
      const run = async ({ tokens, givenTokens, run: origin }: Recording): Promise<ReadRun> => ({
        ids: tokens.map(({ id }) => id),
        given: givenTokens,
        steering: origin?.push ? await steeringArgsOf(origin.push, offers(), session) : null,
      });
      const divergence = await session.diverge({
        a: await run(a),
        b: await run(b),
        pairs: sharedPairs(alignment.columns),
      });
      if (divergence !== null) this.#measured = { a, b, divergence };
    } catch (error) {
      session.report(error);
    }
  }
}
