/** What a message asks to push by, as a push on the engine's model. */
import type { Probe } from '../../core/probe-types.ts';
import type { Push } from '../../core/push.ts';
import type { SetSource } from '../../core/training-plan.ts';
import { assertProbeFits, parseProbe } from '../../format/probe.ts';
import { parseStorySet } from '../../format/story-set.ts';
import { sha256Hex } from '../../runtime/store/sha256.ts';
import type { WebEngine } from '../../runtime/web-engine.ts';
import { makePush, type PushDirection } from '../../steering/make-push.ts';
import type { ProbeFiles, PushArgs } from '../protocol.ts';

/** A probe that fits the model, with its steering direction. Throws probe errors. */
export function directionOf(engine: WebEngine, { json, tensors }: ProbeFiles): { readonly probe: Probe; readonly direction: PushDirection } {
  const probe = parseProbe(json, new Uint8Array(tensors));
  assertProbeFits(probe, engine.model);
  return { probe, direction: { title: probe.title, vectors: probe.steering } };
}

/** The push; reads the neutral stories for the unit of its strength, once. Throws probe and set errors, and `push-invalid`. */
export async function pushOf(engine: WebEngine, { probe, settings, stories }: PushArgs, signal: AbortSignal): Promise<Push> {
  const { direction } = directionOf(engine, probe);
  return makePush(direction, settings, await engine.editor.ground(neutralTexts(stories), signal), engine.model);
}

/** The texts of neutral stories. Throws set errors. */
export function neutralTexts(stories: SetSource): readonly string[] {
  return parseStorySet(setFiles(stories)).stories.map(({ beats }) => beats.join(' '));
}

/** A set as its two files. */
export const setFiles = (set: SetSource) => ({ headerName: `${set.name}.set.json`, rowsName: `${set.name}.jsonl`, header: set.header, rows: set.rows, sha256: sha256Hex(new TextEncoder().encode(set.rows)) });
