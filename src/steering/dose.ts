/** Measures a dose–response: a direction and its placebos, at strengths that change the next word alike. */
import { throwIfStopped } from '../base/abort.ts';
import {
  DOSE_DRAWS,
  type DoseChoices,
  type DoseLevel,
  type DoseProgress,
  type DoseRank,
  type DoseReport,
  type DoseSeries,
} from './dose-types.ts';
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import { AppError } from '../base/errors.ts';
import { clusterMean, shareAbove } from '../stats/effect.ts';
import type { Axis } from '../probe/probe-types.ts';
import type { Intervention, SteeringSettings } from './steering.ts';
import { mean } from '../stats/stats.ts';
import type { ScaledMode } from './modes.ts';
import { VERSION } from '../base/version.ts';
import type { ChoiceOdds, ForcedChoice, NeutralGround, SteeringRunner } from './steering-runner.ts';
import { makeSteering, type SteeringDirection } from './make-steering.ts';
import { matchStrengths } from './match-strength.ts';
import type { Placebo } from './placebos.ts';

/** Choices that were read from a set. */
export interface ChoiceSet {
  readonly name: string;
  readonly sha256: string;
  readonly choices: readonly ForcedChoice[];
}

/** What is measured, and how finely. */
export interface DoseOptions {
  readonly probe: DoseReport['probe'];
  readonly axis: Axis;
  readonly direction: SteeringDirection;
  readonly placebos: readonly Placebo[];
  /** Strength and pole do not matter: all strengths of both poles are measured. */
  readonly settings: SteeringSettings & { readonly mode: ScaledMode };
  /** KLs in nats, ascending, and those at which the placebos are measured too. */
  readonly targets: readonly number[];
  readonly placeboTargets: readonly number[];
  readonly choices: ChoiceSet;
  readonly control: ChoiceSet | null;
  readonly seed: number;
  /** How far the direction agrees with the model, where it was made on another variant; null on its own weights. */
  readonly carriedOver?: DtypeAgreement | null;
  readonly onProgress?: (progress: DoseProgress) => void;
  readonly signal?: AbortSignal;
}

/** Measures. Throws `push-invalid`, `cancelled` and what the model's engine throws. */
export async function measureDose(bench: SteeringRunner, options: DoseOptions): Promise<DoseReport> {
  const {
    probe,
    axis,
    direction,
    settings,
    targets,
    placeboTargets,
    choices,
    control,
    seed,
    carriedOver = null,
    onProgress,
    signal,
  } = options;
  const placebos = placeboTargets.length > 0 ? options.placebos : [];
  const { mode, from, to, where } = settings;
  onProgress?.({ stage: 'ground', done: 0, total: placebos.length + 1, title: 'neutral text' });
  const ground = await bench.ground(signal);
  const still = await bench.neutral([], signal);
  const meter = new EffectMeter(bench, settings, ground, signal);
  const own = await meter.over(choices, seed);
  const other = control && (await meter.over(control, seed));
  onProgress?.({ stage: 'direction', done: 0, total: placebos.length + 1, title: direction.title });
  const levels = await own.levels(direction, targets);
  const controlLevels: NonNullable<DoseReport['control']>['levels'][number][] = [];
  for (const { target, strength } of other ? levels : [])
    if (other) controlLevels.push({ target, ...pick(await other.at(direction, strength)) });
  const series: DoseSeries[] = [];
  for (const [index, placebo] of placebos.entries()) {
    throwIfStopped(signal);
    onProgress?.({ stage: 'placebos', done: index + 1, total: placebos.length + 1, title: placebo.title });
    const reached = await levelsReached((some) => own.levels(placebo, some), placeboTargets);
    if (reached.length > 0) series.push({ kind: placebo.kind, title: placebo.title, levels: reached });
  }
  return {
    probe,
    model: { id: bench.model.id, weightsSha256: bench.model.weightsSha256 },
    axis,
    mode,
    from,
    to,
    where,
    neutral: { texts: ground.texts, tokens: ground.tokens, perplexity: Math.exp(mean(still.surprise)) },
    choices: own.choices,
    direction: { kind: 'direction', title: direction.title, levels },
    control: other && { choices: other.choices, levels: controlLevels },
    placebos: series,
    ranks: placeboTargets.flatMap((target) => rankAmong(levels, series, target)),
    seed,
    version: VERSION,
    ...(carriedOver && { carriedOver }),
  };
}

/**
 * The levels that a placebo reaches: a weak direction may have no strength for the strongest, and what the others do is
 * no less known for that.
 */
async function levelsReached(
  levels: (targets: readonly number[]) => Promise<readonly DoseLevel[]>,
  targets: readonly number[],
): Promise<readonly DoseLevel[]> {
  for (let count = targets.length; count > 0; count -= 1) {
    try {
      return await levels(targets.slice(0, count));
    } catch (thrown) {
      if (AppError.from(thrown).code !== 'push-invalid') throw thrown;
    }
  }
  return [];
}

const pick = ({ effect, right }: Pick<DoseLevel, 'effect' | 'right'>): Pick<DoseLevel, 'effect' | 'right'> => ({
  effect,
  right,
});

/** The log-odds of a choice. */
const oddsOf = ({ positive, negative }: ChoiceOdds): number => positive - negative;

/** Measures effects with one kind of steering. */
class EffectMeter {
  readonly #bench: SteeringRunner;
  readonly #settings: SteeringSettings & { readonly mode: ScaledMode };
  readonly #ground: NeutralGround;
  readonly #signal: AbortSignal | undefined;

  constructor(
    bench: SteeringRunner,
    settings: SteeringSettings & { readonly mode: ScaledMode },
    ground: NeutralGround,
    signal: AbortSignal | undefined,
  ) {
    this.#bench = bench;
    this.#settings = settings;
    this.#ground = ground;
    this.#signal = signal;
  }

  /** The same over a set of choices, whose unsteered odds are read now. */
  async over({ name, sha256, choices }: ChoiceSet, seed: number) {
    const { where } = this.#settings;
    const read = async (intervention: Intervention): Promise<number[]> =>
      (await this.#bench.choices(choices, intervention, where, this.#signal)).map(oddsOf);
    const unsteered = await read([]);
    const estimate = (values: readonly number[]) => clusterMean(values, DOSE_DRAWS, seed);
    /** What a direction does at one strength. */
    const at = async (
      direction: SteeringDirection,
      strength: number,
    ): Promise<Pick<DoseLevel, 'towards' | 'away' | 'effect' | 'right'>> => {
      const [positive, negative] = this.#both(direction, strength);
      const [up, down] = [await read(positive), await read(negative)];
      const effects = up.map((value, index) => (value - (down[index] ?? NaN)) / 2);
      const shift = (values: readonly number[]) =>
        estimate(values.map((value, index) => value - (unsteered[index] ?? NaN)));
      return { towards: shift(up), away: shift(down), effect: estimate(effects), right: shareAbove(effects, 0) };
    };
    /** The same at the strengths that match these KLs. */
    const levels = async (direction: SteeringDirection, targets: readonly number[]): Promise<readonly DoseLevel[]> => {
      const matched = await matchStrengths(
        this.#bench,
        this.#settings.mode,
        (strength) => this.#both(direction, strength),
        targets,
        this.#signal,
      );
      const out: DoseLevel[] = [];
      for (const match of matched) out.push({ ...match, ...(await at(direction, match.strength)) });
      return out;
    };
    const facts: DoseChoices = { name, sha256, pairs: choices.length, unpushed: estimate(unsteered) };
    return { choices: facts, at, levels };
  }

  #both(direction: SteeringDirection, strength: number): readonly [Intervention, Intervention] {
    const intervention = (pole: 'positive' | 'negative'): Intervention =>
      makeSteering(direction, { ...this.#settings, pole, strength }, this.#ground, this.#bench.model);
    return [intervention('positive'), intervention('negative')];
  }
}

/** The direction among the placebos that were made to be compared with; an unrelated axis is no draw from any null. */
function rankAmong(levels: readonly DoseLevel[], series: readonly DoseSeries[], target: number): DoseRank[] {
  const own = levels.find((level) => level.target === target);
  const drawn = series
    .filter(({ kind }) => kind !== 'unrelated')
    .flatMap(({ title, levels: some }) =>
      some.filter((level) => level.target === target).map(({ effect }) => ({ title, size: Math.abs(effect.value) })),
    );
  if (own === undefined || drawn.length === 0) return [];
  const largest = drawn.reduce((most, one) => (one.size > most.size ? one : most));
  const atLeast = drawn.filter(({ size }) => size >= Math.abs(own.effect.value)).length;
  return [
    {
      target,
      largest: largest.size,
      largestTitle: largest.title,
      placebos: drawn.length,
      atLeast,
      p: (1 + atLeast) / (1 + drawn.length),
    },
  ];
}
