/** Runs the units of an experiment that have not run, one after another, keeping each as it ends. */
import { throwIfStopped } from '../base/abort.ts';
import type { ExperimentProgress } from './experiment-run.ts';
import type { RunSize } from './experiment-types.ts';
import type { Cost, JsonObject, UnitCall, UnitPlan, UnitResult } from './design.ts';
import { Eta } from './eta.ts';
import { measurePace, type Pace, secondsOf, totalCost } from './pace.ts';
import type { LoadedSpec } from './spec.ts';
import type { Subject } from './subject.ts';

export type { ExperimentProgress } from './experiment-run.ts';

/** Where what has run is kept. */
export interface UnitStore {
  /** What was prepared; null before that. */
  prepared(): Promise<JsonObject | null>;
  keepPrepared(prepared: JsonObject): Promise<void>;
  /** Ids of the units that have run. */
  ids(): Promise<ReadonlySet<string>>;
  keep(result: UnitResult): Promise<void>;
}

/** Which part of the units runs here: part `index` (1 to `of`). */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** What {@link runUnits} needs. */
export interface RunParts {
  readonly loaded: LoadedSpec;
  readonly size: RunSize;
  readonly subject: Subject;
  readonly store: UnitStore;
  readonly shard?: Shard | undefined;
  /** Stops after the preparation. */
  readonly prepareOnly?: boolean | undefined;
  /** As {@link estimateRun} measured it; measured anew where it is left out. */
  readonly pace?: Pace | undefined;
  /** Milliseconds from any origin. */
  readonly clock: () => number;
  readonly onProgress?: ((progress: ExperimentProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As far as a step can seem to be before it has ended. */
const NEARLY = 0.99;

/** The units of a shard: every `of`-th, so that dear and cheap ones are dealt out alike. */
export function unitsOfShard(units: readonly UnitPlan[], shard: Shard | undefined): readonly UnitPlan[] {
  return shard === undefined ? units : units.filter((_, index) => index % shard.of === shard.index - 1);
}

/** What of a run is still to be paid: the preparation unless it was kept, and the units of the shard that have not run. */
export function dueCost(
  { design, spec }: Pick<LoadedSpec, 'design' | 'spec'>,
  size: RunSize,
  kept: { readonly prepared: boolean; readonly has: (id: string) => boolean },
  shard?: Shard,
): Cost {
  const units = unitsOfShard(design.units(spec, size), shard).filter(({ id }) => !kept.has(id));
  return totalCost([...(kept.prepared ? [] : [design.preparation(spec, size)]), ...units.map(({ cost }) => cost)]);
}

/** Seconds that the rest of a run takes on this model, by a short reading; nothing is kept. */
export async function estimateRun({
  loaded,
  size,
  subject,
  shard,
  clock,
  signal,
  store,
  prepareOnly = false,
}: RunParts): Promise<{ readonly seconds: number; readonly pace: Pace }> {
  const have = await store.ids();
  const cost = dueCost(
    loaded,
    size,
    { prepared: (await store.prepared()) !== null, has: (id) => prepareOnly || have.has(id) },
    shard,
  );
  const pace = await measurePace(subject, clock, cost.written > 0, signal);
  return { seconds: secondsOf(cost, pace), pace };
}

/**
 * Prepares, unless that was kept, and runs what is missing; what was kept is not run again, so that a run that was stopped, or
 * whose device was lost, goes on where it was. Throws `cancelled` and what the subject throws; what has run stays kept.
 */
export async function runUnits(parts: RunParts): Promise<void> {
  const { loaded, size, subject, store, clock, signal } = parts;
  const { design, spec } = loaded;
  const all = unitsOfShard(design.units(spec, size), parts.shard);
  const kept = await store.ids();
  const due = all.filter(({ id }) => !kept.has(id));
  const known = await store.prepared();
  const preparation = [design.preparation(spec, size)];
  const ran = totalCost([
    ...(known === null ? [] : preparation),
    ...all.filter(({ id }) => kept.has(id)).map(({ cost }) => cost),
  ]);
  const eta = new Eta(
    ran,
    [...(known === null ? preparation : []), ...(parts.prepareOnly === true ? [] : due.map(({ cost }) => cost))],
    clock,
  );
  const tell = (stage: ExperimentProgress['stage'], unit: string | null, step = 0): void =>
    parts.onProgress?.({
      stage,
      done: all.length - due.length + (stage === 'units' ? eta.done - (known === null ? 1 : 0) : 0),
      total: all.length,
      unit,
      ...eta.at(step),
    });
  tell('pace', null);
  eta.begin(parts.pace ?? (await estimateRun(parts)).pace);
  /**
   * Runs a step and tells how far it is: by the tokens that are read, of those it was to cost, or where it writes by
   * what it says itself.
   */
  const followed = async <T>(
    stage: ExperimentProgress['stage'],
    unit: string | null,
    cost: Cost,
    step: (call: UnitCall) => Promise<T>,
  ): Promise<T> => {
    let read = 0;
    let most = 0;
    const onShare = (share: number): void => {
      if (share <= most) return;
      most = share;
      tell(stage, unit, share);
    };
    // A cost is an estimate: what was to end may go on.
    if (cost.written === 0)
      subject.hear?.((tokens) => onShare(Math.min(NEARLY, (read += tokens) / Math.max(1, cost.read))));
    try {
      return await step({ signal, onShare: cost.written === 0 && subject.hear !== undefined ? undefined : onShare });
    } finally {
      subject.hear?.(null);
    }
  };

  let prepared = known;
  if (prepared === null) {
    tell('prepare', null);
    await store.keepPrepared(
      await followed('prepare', null, design.preparation(spec, size), (call) =>
        design.prepare(spec, size, subject, call),
      ),
    );
    eta.finish();
    // What is kept is what every later run has: numbers that a file holds.
    prepared = await store.prepared();
  }
  if (prepared === null || parts.prepareOnly === true) return;
  for (const unit of due) {
    throwIfStopped(signal);
    tell('units', unit.id);
    const ready = prepared;
    await store.keep({
      id: unit.id,
      data: await followed('units', unit.id, unit.cost, (call) => design.run(spec, unit, ready, subject, call)),
    });
    eta.finish();
  }
  tell('units', null);
}
