/** What a message asks to push by, as a push on the engine's model. */
import type { Push, PushSettings } from '../../steering/push.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { parseStorySet } from '../../formats/sets/story-set.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import { makePush, type PushDirection } from '../../steering/make-push.ts';
import type { CarriedProbe } from '../../training/dtype-agreement.ts';
import type { ProbeFiles, PushArgs } from '../protocol.ts';
import type { CarriedProbes } from './carried-probes.ts';
import { setFiles } from './set-files.ts';

/**
 * A probe that the model takes, with its steering direction. Throws probe errors, also where the direction does not
 * hold at a pushed layer.
 */
export function directionOf(
  probes: CarriedProbes,
  files: ProbeFiles,
  pushed: Pick<PushSettings, 'from' | 'to'>,
): CarriedProbe & { readonly direction: PushDirection } {
  const carried = probes.takeToPush(files, pushed);
  const { title, steering } = carried.probe;
  return { ...carried, direction: { title, vectors: steering } };
}

/** The push; reads the neutral stories for the unit of its strength, once. Throws probe and set errors, and `push-invalid`. */
export async function pushOf(
  engine: Pick<WebEngine, 'model' | 'editor'>,
  probes: CarriedProbes,
  { probe, settings, stories }: PushArgs,
  signal: AbortSignal,
): Promise<Push> {
  const { direction } = directionOf(probes, probe, settings);
  return makePush(direction, settings, await engine.editor.ground(neutralTexts(stories), signal), engine.model);
}

/** The texts of neutral stories. Throws set errors. */
export function neutralTexts(stories: SetSource): readonly string[] {
  return parseStorySet(setFiles(stories)).stories.map(({ beats }) => beats.join(' '));
}
