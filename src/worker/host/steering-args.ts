/** What a message asks to push by, as a push on the engine's model. */
import type { Push, SteeringSettings } from '../../steering/steering.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { parseStorySet } from '../../formats/sets/story-set.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import { makeSteering, type SteeringDirection } from '../../steering/make-steering.ts';
import type { CarriedProbe } from '../../training/dtype-agreement.ts';
import type { ProbeFiles, SteeringArgs } from '../protocol.ts';
import type { CarriedProbes } from './carried-probes.ts';
import { setFiles } from './set-files.ts';

/**
 * A probe that the model takes, with its steering direction. Throws probe errors, also where the direction does not
 * hold at a pushed layer.
 */
export function directionOf(
  probes: CarriedProbes,
  files: ProbeFiles,
  pushed: Pick<SteeringSettings, 'from' | 'to'>,
): CarriedProbe & { readonly direction: SteeringDirection } {
  const carried = probes.takeToSteering(files, pushed);
  const { title, steering } = carried.probe;
  return { ...carried, direction: { title, vectors: steering } };
}

/** The push; reads the neutral stories for the unit of its strength, once. Throws probe and set errors, and `push-invalid`. */
export async function steeringFrom(
  engine: Pick<WebEngine, 'model' | 'editor'>,
  probes: CarriedProbes,
  { probe, settings, stories }: SteeringArgs,
  signal: AbortSignal,
): Promise<Push> {
  const { direction } = directionOf(probes, probe, settings);
  return makeSteering(direction, settings, await engine.editor.ground(neutralTexts(stories), signal), engine.model);
}

/** The texts of neutral stories. Throws set errors. */
export function neutralTexts(stories: SetSource): readonly string[] {
  return parseStorySet(setFiles(stories)).stories.map(({ beats }) => beats.join(' '));
}
