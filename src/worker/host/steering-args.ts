/** What a message asks to steer by, as steering on the engine's model. */
import { AppError } from '../../base/errors.ts';
import { checkTogether } from '../../steering/combine.ts';
import { checkCondition, conditionOf, type SteeringCondition } from '../../steering/condition.ts';
import { placeboSets } from '../../steering/placebos.ts';
import type { Intervention, SteeringSettings } from '../../steering/steering.ts';
import { steeringTogether } from '../../steering/steering-together.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { parseStorySet } from '../../formats/sets/story-set.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import { makeSteering, type SteeringDirection } from '../../steering/make-steering.ts';
import type { CarriedProbe } from '../../training/carry-over.ts';
import type { ConditionArgs, ProbeFiles, SteeredTextArgs, SteeringArgs } from '../protocol.ts';
import { type CarriedProbes, hashOf } from './carried-probes.ts';
import { setFiles } from './set-files.ts';

/**
 * A probe that the model takes, with its steering direction. Throws probe errors, also where the direction does not
 * hold at a steered layer.
 */
export function directionOf(
  probes: CarriedProbes,
  files: ProbeFiles,
  steered: Pick<SteeringSettings, 'from' | 'to'>,
): CarriedProbe & { readonly direction: SteeringDirection } {
  const carried = probes.takeToSteering(files, steered);
  const { title, steering } = carried.probe;
  return { ...carried, direction: { title, vectors: steering } };
}

/** The steering; reads the neutral stories for the unit of its strength, once. Throws probe and set errors, and `push-invalid`. */
export async function steeringFrom(
  engine: Pick<WebEngine, 'model' | 'editor'>,
  probes: CarriedProbes,
  { probe, settings, stories }: SteeringArgs,
  signal: AbortSignal,
): Promise<Intervention> {
  const { direction } = directionOf(probes, probe, settings);
  return makeSteering(direction, settings, await engine.editor.ground(neutralTexts(stories), signal), engine.model);
}

/**
 * What steers a text: the steering at each strength of the first direction, and the condition. Throws probe and set errors, and
 * `push-invalid` for directions that do not go together and for a condition that they would move.
 */
export async function steeredTextFrom(
  engine: Pick<WebEngine, 'model' | 'editor'>,
  probes: CarriedProbes,
  { probe, settings, also, when, placebo, stories }: Omit<SteeredTextArgs, 'text' | 'sampling' | 'readouts'>,
  signal: AbortSignal,
): Promise<{
  readonly interventionAt: (strength: number) => Intervention;
  readonly condition: SteeringCondition | null;
}> {
  const { where } = settings;
  const parts = [{ probe, settings }, ...also.map((part) => ({ ...part, settings: { ...part.settings, where } }))].map(
    (part) => ({ ...directionOf(probes, part.probe, part.settings), settings: part.settings, files: part.probe }),
  );
  const condition = when && conditionFrom(probes, when, parts);
  const directions =
    placebo === null
      ? parts.map(({ direction }) => direction)
      : (placeboSets(
          parts.map((part) => part.probe),
          placebo.seed,
        )[placebo.index]?.directions ?? noPlacebo(placebo.index));
  // Of one direction there is nothing to check, and hashes of some megabytes to spare.
  const named = parts.length === 1 ? [] : parts.map((part) => ({ ...part, probeSha256: hashOf(part.files) }));
  const ground = await engine.editor.ground(neutralTexts(stories), signal);
  return {
    interventionAt: (strength) => {
      const at = parts.map((part, index) => (index === 0 ? { ...part.settings, strength } : part.settings));
      checkTogether(
        named.flatMap(({ direction, probeSha256 }, index) => {
          const each = at[index];
          return each === undefined ? [] : [{ ...each, direction: direction.title, probeSha256 }];
        }),
      );
      return steeringTogether(directions, at, ground, engine.model);
    },
    condition,
  };
}

function conditionFrom(
  probes: CarriedProbes,
  { probe: files, ...settings }: ConditionArgs,
  steered: readonly { readonly settings: SteeringSettings }[],
): SteeringCondition {
  const { probe } = probes.take(files);
  checkCondition(
    settings,
    steered.map((part) => part.settings),
  );
  return conditionOf(probe, settings);
}

function noPlacebo(index: number): never {
  throw new AppError('usage', `There is no placebo ${index + 1} of these probes. Ask for fewer.`, { index });
}

/** The texts of neutral stories. Throws set errors. */
export function neutralTexts(stories: SetSource): readonly string[] {
  return parseStorySet(setFiles(stories)).stories.map(({ beats }) => beats.join(' '));
}
