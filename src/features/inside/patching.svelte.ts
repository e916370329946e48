/** Patching one text into another: the question, its progress, its result, and the cell on show. */
import { PATCH_FIRST, PATCH_PLACEBOS } from '../../content/patching.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { patchWork, streamsEvery } from '../../steering/patch-work.ts';
import {
  patchCell,
  type PatchCell,
  type PatchedScores,
  type PatchedWriting,
  type PatchReport,
  type PatchRequest,
  strongestPatch,
} from '../../steering/patching.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import type { ProbeCard } from '../../state/probes/probe-card.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

/** Every so many layers that can be chosen. */
export const PATCH_STEPS: readonly number[] = [1, 3, 6];

/** Tokens a second before anything has been patched here. */
const FIRST_SPEED = { webgpu: 600, wasm: 60 } as const;

/** How B goes on: greedily, so that only the patch makes a difference. */
const GO_ON: SamplingOptions = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 24 };

/** The results of one grid. */
interface Patched {
  readonly request: PatchRequest;
  readonly report: PatchReport;
}

/** What was made of one cell. */
interface Followed {
  readonly writing: PatchedWriting | null;
  readonly scores: {
    readonly of: PatchedScores;
    readonly probe: ProbeCard;
    readonly agreement: DtypeAgreement | null;
  } | null;
}

/** What it works with. */
export interface PatchingParts {
  readonly session: Session;
  /** The probe in use; null before its card has come. */
  readonly probe: () => ProbeCard | null;
  readonly clock?: () => number;
}

/** The patching of this visit. */
export class Patching {
  readonly #session: Session;
  readonly #probe: () => ProbeCard | null;
  readonly #clock: () => number;
  a = $state<string>(PATCH_FIRST.a);
  b = $state<string>(PATCH_FIRST.b);
  /** The two ways of going on as they stand in the fields; a space before each is added where it begins with a letter. */
  first = $state<string>(PATCH_FIRST.words[0].trim());
  second = $state<string>(PATCH_FIRST.words[1].trim());
  /** Every so many layers. */
  step = $state(3);
  /** Whether unrelated streams are put in the same places. */
  placebos = $state(true);
  #patched = $state.raw<Patched | null>(null);
  #at = $state.raw({ row: 0, column: 0 });
  #followed = $state.raw<ReadonlyMap<string, Followed>>(new Map());
  #speed = $state<number | null>(null);
  #left = $state<number | null>(null);

  constructor({ session, probe, clock = () => performance.now() }: PatchingParts) {
    this.#session = session;
    this.#probe = probe;
    this.#clock = clock;
  }

  /** What would be asked now. */
  readonly request = $derived.by((): PatchRequest => {
    const spaced = (word: string): string => (/^[\p{L}\p{N}]/u.test(word) ? ` ${word}` : word);
    const layers = this.#session.status?.model.layerCount ?? 0;
    return {
      a: this.a,
      b: this.b,
      words: [spaced(this.first.trim()), spaced(this.second.trim())],
      streams: layers === 0 ? [] : streamsEvery(this.step, layers),
      tokens: 'differing',
      placebos: this.placebos ? PATCH_PLACEBOS : [],
    };
  });

  /** About how long it takes, in milliseconds; null before a model says how many layers it has. */
  readonly estimate = $derived.by((): number | null => {
    const { status } = this.#session;
    if (status === null) return null;
    const { a, b, streams, placebos } = this.request;
    return (1000 * patchWork(a, b, streams.length, 1 + placebos.length)) / (this.#speed ?? FIRST_SPEED[status.backend]);
  });

  /** Milliseconds that are left; null where nothing runs, or nothing is known yet. */
  get left(): number | null {
    return this.#left;
  }

  /** The results of the last grid. */
  get report(): PatchReport | null {
    return this.#patched?.report ?? null;
  }

  /** Whether the fields have been changed since. */
  readonly outdated = $derived.by(
    () => this.#patched !== null && JSON.stringify(this.#patched.request) !== JSON.stringify(this.request),
  );

  /** Row and column of the cell that is looked at. */
  get at(): { readonly row: number; readonly column: number } {
    return this.#at;
  }

  /** The same with its numbers; null where there is no grid. */
  readonly cell = $derived.by((): PatchCell | null =>
    this.report === null ? null : patchCell(this.report, this.#at.row, this.#at.column),
  );

  /** What was made of it. */
  readonly followed = $derived.by(
    (): Followed => this.#followed.get(keyOf(this.#at)) ?? { writing: null, scores: null },
  );

  /** Goes to a cell, as near as there is one. */
  go(row: number, column: number): void {
    const { report } = this;
    if (report === null) return;
    this.#at = { row: clamp(row, report.streams.length), column: clamp(column, report.pairs.length) };
  }

  /** Reads a grid; what goes wrong is shown, and stopped, what was there stays. */
  async run(): Promise<void> {
    await this.#attempt(async () => {
      const { request } = this;
      const work = patchWork(request.a, request.b, request.streams.length, 1 + request.placebos.length);
      const started = this.#clock();
      const report = await this.#session.patch(request, ({ done, total }) => {
        const took = this.#clock() - started;
        this.#left = done === 0 ? null : (took * (total - done)) / done;
      });
      if (report === null) return;
      this.#speed = (1000 * work) / Math.max(1, this.#clock() - started);
      this.#patched = { request, report };
      this.#followed = new Map();
      this.#at = strongestPatch(report) ?? { row: 0, column: 0 };
    });
    this.#left = null;
  }

  /** Lets B go on with the patch that is looked at. */
  async goOn(): Promise<void> {
    await this.#follow(async (pair) => {
      const writing = await this.#session.patchGoOn({ ...pair, sampling: GO_ON });
      return writing && { writing };
    });
  }

  /** Reads B again with the patch that is looked at, by the probe in use. */
  async readAgain(): Promise<void> {
    const probe = this.#probe();
    if (probe === null) return;
    const { agreement } = this.#session;
    await this.#follow(async (pair) => {
      const of = await this.#session.patchRead(pair);
      return of && { scores: { of, probe, agreement } };
    });
  }

  async #follow(
    what: (pair: {
      readonly a: string;
      readonly b: string;
      readonly place: PatchCell;
    }) => Promise<Partial<Followed> | null>,
  ): Promise<void> {
    const [patched, cell, at] = [this.#patched, this.cell, this.#at];
    if (patched === null || cell === null) return;
    await this.#attempt(async () => {
      const {
        request: { a, b },
      } = patched;
      const found = await what({ a, b, place: cell });
      // Another grid may have come meanwhile.
      if (found === null || this.#patched !== patched) return;
      const before = this.#followed.get(keyOf(at)) ?? { writing: null, scores: null };
      this.#followed = new Map([...this.#followed, [keyOf(at), { ...before, ...found }]]);
    });
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      this.#session.report(error);
    }
  }
}

function keyOf({ row, column }: { readonly row: number; readonly column: number }): string {
  return `${row} ${column}`;
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}
