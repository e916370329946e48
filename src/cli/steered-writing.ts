/** `steer --prompt`: the model writes under steering, and reads what it wrote without. */
import { POLES, type Pole } from '../probe/heads.ts';
import { steeringTogether } from '../steering/steering-together.ts';
import { conditionOf } from '../steering/condition.ts';
import type { MatchedStrength } from '../steering/dose-types.ts';
import type { Intervention, SteeringPart, SteeringSettings } from '../steering/steering.ts';
import { isScaled, MAX_STRENGTH, MODE_NAMES, modeDef } from '../steering/modes.ts';
import { createSteeringRunner } from '../engine/steering/engine-steering-runner.ts';
import { createSegmentReader } from '../engine/passages/segment-reader.ts';
import type { SteeringRunner } from '../steering/steering-runner.ts';
import type { SteeringDirection } from '../steering/make-steering.ts';
import { matchStrengths } from '../steering/match-strength.ts';
import { summariseWritten, type SteeringSide, type WrittenText } from '../steering/written.ts';
import { agreementPart, carriedProbe, steeringProbe } from './carried-probe.ts';
import type { Options } from './command.ts';
import { readProbe, readProse } from './files.ts';
import { openModel } from './open-model.ts';
import { showProgress } from './progress.ts';
import { alsoFrom, COMBINED_OPTIONS, COMBINED_USAGE, whenFrom } from './steering/asked.ts';
import { askedPlacebos, type PlaceboTexts, rankOf, writePlacebo } from './steering/placebo-texts.ts';
import { checkParts, conditionFrom, directionOf, partOn, shownCondition } from './steering/together.ts';
import { steeringFrom } from './steering-options.ts';
import { writeSteeredTexts } from './steered-texts.ts';
import { neutralTexts } from './shipped.ts';
import { SAMPLING_OPTIONS, SAMPLING_USAGE, samplingFrom } from './sampling-options.ts';

/** Options of writing under steering, for `Options`. */
export const WRITING_OPTIONS = {
  ...SAMPLING_OPTIONS,
  prompt: { type: 'string' },
  prompts: { type: 'string' },
  pole: { type: 'string' },
  strength: { type: 'string' },
  match: { type: 'string' },
  seeds: { type: 'string' },
  ...COMBINED_OPTIONS,
} as const;

/** How they are written. */
export const WRITING_USAGE = `(--prompt TEXT | --prompts FILE) [--pole positive|negative|both] [--strength X | --match KL] [--seeds N] ${COMBINED_USAGE} ${SAMPLING_USAGE}`;

/** Whether these options ask for words. */
export function asksToWrite(options: Options): boolean {
  return options.text('prompt') !== undefined || options.text('prompts') !== undefined;
}

/**
 * Writes every prompt with every seed: unsteered, and steered to the poles that were asked for, along every direction that was
 * asked for and only while the condition holds. Gives each text with what the unsteered model reads after it, and what all of
 * them come to, beside placebos. Throws `usage`, `push-invalid`, `push-too-strong` and model errors.
 */
export async function writeUnderSteering(options: Options, signal: AbortSignal): Promise<unknown> {
  const own = await readProbe(options.needed('probe'));
  const prompts = await promptsFrom(options);
  const plan = steeringFrom(options, own.probe.model, MODE_NAMES);
  const asked = alsoFrom(options, plan.where);
  const when = whenFrom(options);
  // What is the same for both poles stands under the first.
  const poles = modeDef(plan.mode).hasPole ? polesFrom(options) : POLES.slice(0, 1);
  const { seed, ...sampling } = samplingFrom(options);
  const seeds = Array.from(
    { length: options.number('seeds', 1, { min: 1, max: 1000, whole: true }) },
    (_, index) => (seed + index) % 2 ** 32,
  );
  if (options.text('strength') !== undefined && options.text('match') !== undefined)
    options.refuse('--strength and --match contradict each other');
  const given =
    options.text('strength') === undefined
      ? null
      : options.number('strength', 0, { min: -MAX_STRENGTH, max: MAX_STRENGTH });
  const target = options.number('match', 1, { min: 0.001, max: 20 });
  const further = await Promise.all(asked.map(async (part) => ({ ...part, ...(await readProbe(part.folder)) })));
  const togetherAt = (strength: number): void => checkParts(own, { ...plan, pole: 'positive', strength }, further);
  togetherAt(given ?? 0);
  const condition =
    when === null ? null : await conditionFrom(options, when, [plan, ...asked.map(({ settings }) => settings)]);
  const sets =
    options.text('placebos') === undefined
      ? []
      : askedPlacebos(options, [own.probe, ...further.map(({ probe }) => probe)], seed);
  const neutral = await neutralTexts();
  const engine = await openModel(options, { editing: true });
  try {
    const reader = createSegmentReader(engine);
    const { probe, agreement } = await steeringProbe(reader, own.probe, plan, options, signal);
    const also: SteeringPart[] = [];
    for (const part of further)
      also.push(partOn(part, await steeringProbe(reader, part.probe, part.settings, options, signal)));
    const reading = condition && (await carriedProbe(reader, condition.probe, options, signal));
    const bench = createSteeringRunner({ ...engine, neutral });
    const ground = await bench.ground(signal);
    const ownDirections = [probe, ...further.map((part) => part.probe)].map(directionOf);
    const interventionAt = (directions: readonly SteeringDirection[], pole: Pole, strength: number): Intervention =>
      steeringTogether(
        directions,
        [{ ...plan, pole, strength }, ...further.map(({ settings }) => settings)],
        ground,
        engine.model,
      );
    const matchFor = async (directions: readonly SteeringDirection[]): Promise<MatchedStrength | null> =>
      given === null
        ? strengthFor(
            bench,
            plan.mode,
            target,
            // Matched by itself: what the further ones do beside it is theirs.
            (strength) => poles.map((pole) => interventionAt(directions.slice(0, 1), pole, strength)),
            signal,
          )
        : null;
    const matched = await matchFor(ownDirections);
    const strength = given ?? matched?.strength ?? 0;
    togetherAt(strength);
    const write = (
      interventions: ReadonlyMap<SteeringSide, Intervention>,
      what: string,
    ): Promise<readonly WrittenText[]> =>
      writeSteeredTexts(
        engine,
        engine.decoder,
        engine.decoder,
        probe,
        {
          prompts,
          seeds,
          interventions,
          where: plan.where,
          condition: condition && reading && conditionOf(reading.probe, condition),
          sampling,
        },
        (done, total) => showProgress(what, done, total),
        signal,
      );
    const texts = await write(
      new Map<SteeringSide, Intervention>([
        ['unpushed', []],
        ...poles.map((pole): [SteeringSide, Intervention] => [pole, interventionAt(ownDirections, pole, strength)]),
      ]),
      'writing',
    );
    const summary = summariseWritten(texts, seed);
    const unsteered = texts.filter(({ side }) => side === 'unpushed');
    const placebos: PlaceboTexts[] = [];
    for (const [index, set] of sets.entries()) {
      const other = given ?? (await matchFor(set.directions))?.strength ?? 0;
      const name = `placebo ${index + 1} of ${sets.length}`;
      placebos.push(
        await writePlacebo(set, poles, {
          strength: other,
          interventionAt,
          write: (interventions) => write(interventions, name),
          unsteered,
          seed,
        }),
      );
    }
    return {
      model: engine.model,
      probe: { id: probe.id, sha256: own.sha256 },
      ...agreementPart(agreement),
      unit: 'standard deviations of the probe at the control texts of its training turns',
      layer: probe.defaultLayer,
      push: {
        ...plan,
        strength,
        matched,
        ...(also.length > 0 && { also }),
        ...(condition && reading && { when: shownCondition(condition, reading) }),
      },
      sampling: { seeds, ...sampling },
      summary,
      ...(placebos.length > 0 && { rank: rankOf(summary, placebos), placebos }),
      texts,
    };
  } finally {
    await engine.dispose();
  }
}

/** The strength that was asked for as a KL, of the poles' interventions pooled; null for a mode without one. */
async function strengthFor(
  bench: SteeringRunner,
  mode: SteeringSettings['mode'],
  target: number,
  interventions: (strength: number) => readonly Intervention[],
  signal: AbortSignal,
): Promise<MatchedStrength | null> {
  if (!isScaled(mode)) return null;
  const [match] = await matchStrengths(bench, mode, interventions, [target], signal);
  return match ?? null;
}

async function promptsFrom(options: Options): Promise<readonly string[]> {
  const [one, file] = [options.text('prompt'), options.text('prompts')];
  if (one !== undefined && file !== undefined) options.refuse('--prompt and --prompts contradict each other');
  const prompts =
    one !== undefined ? [one] : (await readProse(file ?? '')).split(/\r?\n/).filter((line) => line.trim() !== '');
  return prompts.length === 0
    ? options.refuse('--prompts names a file without a line in it: write one prompt a line')
    : prompts;
}

function polesFrom(options: Options): readonly Pole[] {
  const asked = options.text('pole') ?? 'both';
  if (asked === 'both') return POLES;
  return POLES.includes(asked as Pole)
    ? [asked as Pole]
    : options.refuse(`--pole must be positive, negative or both, got "${asked}"`);
}
