/**
 * Probes as the loaded model takes them. One that was made on another variant of it is measured first, once for each: after
 * that every call that takes a probe takes it, and until then none does.
 */
import { assertInterventions, type DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { otherDtype } from '../../models/model-dtype.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SteeringSettings } from '../../steering/steering.ts';
import { assertProbeFits, parseProbe } from '../../formats/probe/probe.ts';
import { parsePromptSet } from '../../formats/sets/prompt-set.ts';
import { sha256Hex } from '../../engine/store/sha256.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import { type CarriedProbe, carryOver } from '../../training/carry-over.ts';
import type { ProbeFiles, ProbeToUse } from '../protocol.ts';
import { setFiles } from './set-files.ts';
import { laterTask } from './training-calls.ts';

/** What the worker knows of probes. */
export interface CarriedProbes {
  /** Measures a probe where it has to be. Throws probe and set errors, with what was measured where something was. */
  measure(
    probe: ProbeToUse,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<CarriedProbe>;
  /** A probe that fits, or that was measured before. Throws probe errors. */
  take(files: ProbeFiles): CarriedProbe;
  /** The same for one whose direction steers these layers. Throws `probe-model-mismatch` too where it does not hold at one of them. */
  takeToSteering(files: ProbeFiles, steered: Pick<SteeringSettings, 'from' | 'to'>): CarriedProbe;
}

/** What an engine's model takes, whichever is loaded when a call comes. */
export function createCarriedProbes(engine: Pick<WebEngine, 'model' | 'segmentReader'>): CarriedProbes {
  const measured = new Map<string, DtypeAgreement>();
  const keyOf = (files: ProbeFiles, model: ModelIdentity): string => `${hashOf(files)} ${model.weightsSha256}`;

  const take = (files: ProbeFiles): CarriedProbe => {
    const { model } = engine;
    const probe = parseProbe(files.json, new Uint8Array(files.tensors));
    const agreement = (otherDtype(probe.model, model) && measured.get(keyOf(files, model))) ?? null;
    if (agreement !== null) return { probe: { ...probe, model }, agreement };
    assertProbeFits(probe, model);
    return { probe, agreement };
  };

  return {
    take,
    takeToSteering(files, steered) {
      const carried = take(files);
      if (carried.agreement !== null) assertInterventions(carried.probe, carried.agreement, steered);
      return carried;
    },
    async measure(files, onProgress, signal) {
      const { model } = engine;
      const probe = parseProbe(files.json, new Uint8Array(files.tensors));
      if (otherDtype(probe.model, model) === null || measured.has(keyOf(files, model))) return take(files);
      const fitted = () =>
        Promise.resolve(files.sets.map((set) => parsePromptSet(setFiles(set), { requireNeutral: false })));
      const carried = await carryOver(engine.segmentReader(), probe, fitted, {
        onProgress: ({ done, total }) => onProgress(done, total),
        signal,
        pause: laterTask,
      });
      if (carried.agreement !== null) measured.set(keyOf(files, model), carried.agreement);
      return carried;
    },
  };
}

/** Hash of a probe's two files one after the other, as recordings have it. */
export function hashOf({ json, tensors }: ProbeFiles): string {
  const head = new TextEncoder().encode(json);
  const both = new Uint8Array(head.length + tensors.byteLength);
  both.set(head);
  both.set(new Uint8Array(tensors), head.length);
  return sha256Hex(both);
}
