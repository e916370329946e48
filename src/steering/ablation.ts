/**
 * Takes a probe's directions out of the stream at every layer, and measures what the model loses of what a context tells it. A
 * behaviour that stays does not need the direction, however well the direction reads or steers. Random directions that change
 * neutral text as much say what any such disturbance loses.
 */
import { throwIfStopped } from '../base/abort.ts';
import { AppError } from '../base/errors.ts';
import { createRng } from '../base/rng.ts';
import { VERSION } from '../base/version.ts';
import type { Probe } from '../probe/probe-types.ts';
import { clusterMean } from '../stats/effect.ts';
import { clusterStatistic } from '../stats/cluster-statistic.ts';
import { mean } from '../stats/stats.ts';
import { type AblationReport, ERASED, type Erased, type Erasure, type RandomErasure } from './ablation-types.ts';
import { directionCosines } from './direction-cosines.ts';
import type { ChoiceSet } from './dose.ts';
import { DOSE_DRAWS } from './dose-types.ts';
import type { SteeringDirection } from './make-steering.ts';
import { matchStrengths, tryStrength } from './match-strength.ts';
import { flippedPlacebos } from './placebos.ts';
import type { Intervention, StreamSteering } from './steering.ts';
import type { ForcedChoice, NeutralGround, SteeringRunner } from './steering-runner.ts';

/** Random directions that are taken out. */
export const RANDOM_ERASURES = 10;

/** Other choices that show a pole before each. */
const SHOWS = 1;

/** Neutral texts on which KLs are measured and matched. */
const ABLATION_TEXTS = 4;

/** How close the KL of a random direction comes to that of the probe's, as a share of it. */
const TOLERANCE = 0.1;

/** What is measured. */
export interface AblationOptions {
  readonly probe: Pick<
    Probe,
    'id' | 'title' | 'axis' | 'model' | 'directions' | 'steering' | 'placebos' | 'evidence' | 'provenance'
  >;
  /** Of the probe's files. */
  readonly sha256: string;
  readonly choices: ChoiceSet;
  readonly seed: number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly title: string }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Measures. Throws `usage` for choices that the probe was trained on and where there are fewer than {@link SHOWS} others, `push-invalid`
 * for a direction that points nowhere at every layer, `cancelled`, and what the engine throws.
 */
export async function measureAblation(bench: SteeringRunner, options: AblationOptions): Promise<AblationReport> {
  const { probe, sha256, choices, seed, onProgress, signal } = options;
  if (probe.provenance.sets.some((set) => set.sha256 === choices.sha256))
    throw new AppError(
      'usage',
      `${probe.title} was trained on ${choices.name}. What it loses must be measured on other texts: name choices of this axis that it was not trained on.`,
    );
  const random = randomDirections(probe, seed);
  const total = ERASED.length + random.length + 1;
  const asked = shownChoices(choices, seed);
  const ground = await bench.ground(signal);
  // Ten directions are matched, each in several readings: the first few texts must do.
  let tokens = 0;
  const meter: Meter = {
    async neutral(intervention, stop) {
      const effect = await bench.neutral(intervention, stop, ABLATION_TEXTS);
      tokens = effect.kl.length;
      return effect;
    },
  };
  const told = async (intervention: Intervention): Promise<number[]> => {
    const odds = await bench.choices(asked, intervention, 'all', signal);
    const values = odds.map(({ positive, negative }) => positive - negative);
    const half = values.length / 2;
    return values.slice(0, half).map((value, i) => value - (values[half + i] ?? NaN));
  };
  const step = (done: number, title: string): void => {
    throwIfStopped(signal);
    onProgress?.({ done, total, title });
  };
  step(0, 'nothing taken out');
  const whole = await told([]);
  const out = { reading: probe.directions, steering: probe.steering } satisfies Record<Erased, Float32Array>;
  const measured: { readonly what: Erased; readonly kl: number; readonly left: readonly number[] }[] = [];
  for (const [index, what] of ERASED.entries()) {
    step(index + 1, `the direction of ${what}`);
    const intervention = heldAt({ title: probe.title, vectors: out[what] }, 0, ground, bench.model);
    const { kl } = await tryStrength(meter, [intervention], 0, signal);
    measured.push({ what, kl, left: await told(intervention) });
  }
  const target = Math.max(...measured.map(({ kl }) => kl));
  const drawn: (Omit<RandomErasure, 'lost'> & { readonly left: readonly number[] })[] = [];
  for (const [index, direction] of random.entries()) {
    step(ERASED.length + index + 1, direction.title);
    const { offset, kl } = await matchedOffset(
      meter,
      (offset) => heldAt(direction, offset, ground, bench.model),
      target,
      signal,
    );
    drawn.push({
      title: direction.title,
      offset,
      kl,
      left: await told(heldAt(direction, offset, ground, bench.model)),
    });
  }
  const nulls = drawn.map(({ left }) => left);
  return {
    probe: { id: probe.id, title: probe.title, sha256 },
    model: { id: bench.model.id, weightsSha256: bench.model.weightsSha256 },
    axis: probe.axis,
    choices: { name: choices.name, sha256: choices.sha256, pairs: choices.choices.length },
    shows: SHOWS,
    neutral: { texts: Math.min(ABLATION_TEXTS, ground.texts), tokens },
    told: clusterMean(whole, DOSE_DRAWS, seed),
    erased: Object.fromEntries(
      measured.map(({ what, kl, left }) => [what, erasureOf(whole, left, nulls, kl, seed)]),
    ) as Record<Erased, Erasure>,
    random: drawn.map(({ left, ...one }) => ({ ...one, lost: lostShare(whole, left) })),
    cosines: directionCosines(probe, random),
    seed,
    version: VERSION,
  };
}

/**
 * What is lost of `whole` `[choices]` where `left` `[choices]` remains, beside what remains under random directions, `nulls`
 * `[directions][choices]`.
 * Intervals resample choices.
 */
function erasureOf(
  whole: readonly number[],
  left: readonly number[],
  nulls: readonly (readonly number[])[],
  kl: number,
  seed: number,
): Erasure {
  const share = (values: readonly number[], pick: ArrayLike<number>): number =>
    1 - sumAt(values, pick) / sumAt(whole, pick);
  const over = (statistic: (pick: Int32Array) => number): Erasure['lost'] =>
    clusterStatistic(whole.length, statistic, DOSE_DRAWS, seed);
  const lost = over((pick) => share(left, pick));
  const atLeast = nulls.filter((values) => lostShare(whole, values) >= lost.value).length;
  return {
    kl,
    told: clusterMean(left, DOSE_DRAWS, seed),
    lost,
    beyond: over((pick) => share(left, pick) - mean(nulls.map((values) => share(values, pick)))),
    atLeast,
    p: (1 + atLeast) / (1 + nulls.length),
  };
}

function sumAt(values: readonly number[], pick: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < pick.length; i += 1) sum += values[pick[i] ?? -1] ?? NaN;
  return sum;
}

function lostShare(whole: readonly number[], left: readonly number[]): number {
  return 1 - mean(left) / mean(whole);
}

/** The probe's directions with the pole swapped at random topic by topic, or isotropic ones where it has none. */
function randomDirections(
  { placebos, model }: Pick<Probe, 'placebos' | 'model'>,
  seed: number,
): readonly SteeringDirection[] {
  const layers = model.layerCount + 1;
  if (placebos !== null) return flippedPlacebos(placebos, layers, model.hidden).slice(0, RANDOM_ERASURES);
  return Array.from({ length: RANDOM_ERASURES }, (_, index) => {
    const rng = createRng(seed, index + 1);
    return {
      title: `isotropic ${index + 1}`,
      vectors: Float32Array.from({ length: layers * model.hidden }, () => rng.normal()),
    };
  });
}

/** Every choice twice: after others that end in the positive way, then all again after the same that end in the negative way. */
function shownChoices({ name, choices }: ChoiceSet, seed: number): readonly ForcedChoice[] {
  if (choices.length <= SHOWS)
    throw new AppError('usage', `${name} has ${choices.length} choices, and more than ${SHOWS} are needed.`, {
      choices: choices.length,
    });
  const order = createRng(seed).shuffle(choices.map((_, i) => i));
  const place = new Map(order.map((choice, at) => [choice, at]));
  return (['positive', 'negative'] as const).flatMap((pole) =>
    choices.map((choice, i): ForcedChoice => {
      const before = Array.from({ length: SHOWS }, (_, k) => {
        const other = choices[order[((place.get(i) ?? 0) + k + 1) % order.length] ?? -1];
        return other === undefined ? '' : `${other.context} ${other[pole]}`;
      });
      return { ...choice, context: [...before, choice.context].join(' ') };
    }),
  );
}

/**
 * The stream held at one value along a direction at every layer but the embedding: at its mean over neutral text, or `offset` typical
 * lengths from there. Layers where it points nowhere are left alone.
 */
function heldAt(
  { title, vectors }: SteeringDirection,
  offset: number,
  { mean: neutral, lengths }: NeutralGround,
  { layerCount, hidden }: SteeringRunner['model'],
): Intervention {
  const intervention = Array.from({ length: layerCount }, (_, at) => at + 1).flatMap((stream): StreamSteering[] => {
    const own = vectors.subarray(stream * hidden, (stream + 1) * hidden);
    const length = Math.hypot(...own);
    if (!(length > 0)) return [];
    const direction = own.map((value) => value / length);
    const centre = direction.reduce((sum, value, i) => sum + value * (neutral[stream * hidden + i] ?? NaN), 0);
    const value = centre + offset * (lengths[stream] ?? NaN);
    return [{ stream, add: null, bound: { direction, low: value, high: value } }];
  });
  if (intervention.length === 0)
    throw new AppError('push-invalid', `${title} points nowhere at every layer, so there is nothing to take out.`);
  return intervention;
}

/** What measures a KL. */
type Meter = Pick<SteeringRunner, 'neutral'>;

/** How far a random direction is held from its mean so that its KL is `target`; 0 where it is as large at the mean, or none is found. */
async function matchedOffset(
  meter: Meter,
  at: (offset: number) => Intervention,
  target: number,
  signal: AbortSignal | undefined,
): Promise<Pick<RandomErasure, 'offset' | 'kl'>> {
  const still = await tryStrength(meter, [at(0)], 0, signal);
  if (still.kl >= target * (1 - TOLERANCE)) return { offset: 0, kl: still.kl };
  try {
    const [found] = await matchStrengths(meter, 'add', (offset) => [at(offset)], [target], signal, {
      tolerance: TOLERANCE,
    });
    if (found !== undefined) return { offset: found.strength, kl: found.kl };
  } catch (thrown) {
    if (AppError.from(thrown).code !== 'push-invalid') throw thrown;
  }
  return { offset: 0, kl: still.kl };
}
