/** Training and judging in the worker: the model reads, the readings are remembered, and the page gets the progress. */
import type { Judgement } from '../../probe/evidence/judgement-types.ts';
import type { MaskedJudgement } from '../../probe/evidence/masked-judgement.ts';
import type { Probe } from '../../probe/probe-types.ts';
import type {
  PackedReadings,
  SetSource,
  TrainedProbe,
  TrainingPlan,
  TrainingProgress,
} from '../../probe/training-plan.ts';
import { readControlVector } from '../../formats/containers/gguf.ts';
import { parseProbe } from '../../formats/probe/probe.ts';
import { parsePromptSet, type PromptSet } from '../../formats/sets/prompt-set.ts';
import { sha256Hex } from '../../engine/store/sha256.ts';
import { judgeProbe } from '../../training/evidence/judge.ts';
import { judgeMasked } from '../../training/evidence/judge-masked.ts';
import { judgeVector } from '../../training/evidence/judge-vector.ts';
import type { SegmentReader } from '../../training/reader.ts';
import { rememberReadings } from '../../training/remembered.ts';
import { runTraining } from '../../training/run-plan.ts';
import type { ProbeFiles, VectorFile } from '../protocol.ts';
import { createReadingMemory } from '../../training/reading-memory.ts';

/** Long calls on one model. */
export interface TrainingCalls {
  train(
    plan: TrainingPlan,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainedProbe>;
  judge(
    args: { readonly probe: ProbeFiles | VectorFile; readonly set: SetSource },
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<Judgement>;
  judgeMasked(
    args: { readonly probe: ProbeFiles; readonly set: SetSource; readonly most: number },
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<MaskedJudgement>;
  /** What it remembers, for the calls of another worker; and what another has remembered. */
  takeReadings(): PackedReadings;
  giveReadings(packed: PackedReadings): void;
}

/**
 * Calls on whatever model is loaded when they come; readings of another model are never taken for its own. `take`
 * gives a probe as that model takes it.
 */
export function createTrainingCalls(
  reader: () => SegmentReader,
  take: (files: ProbeFiles) => Probe = ({ json, tensors }) => parseProbe(json, new Uint8Array(tensors)),
): TrainingCalls {
  const memory = createReadingMemory();
  const hash = (content: string | Uint8Array): string =>
    sha256Hex(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  /** A set without neutral turns or scenes will do: nothing is fitted. */
  const parsed = (set: SetSource): PromptSet =>
    parsePromptSet(
      {
        headerName: `${set.name}.set.json`,
        rowsName: `${set.name}.jsonl`,
        header: set.header,
        rows: set.rows,
        sha256: hash(set.rows),
      },
      { requireNeutral: false, emptyScenes: true },
    );
  return {
    takeReadings: () => memory.pack(),
    giveReadings: (packed) => memory.unpack(packed),
    async train(plan, onProgress, signal) {
      const { json, tensors, reportJson } = await runTraining(rememberReadings(reader(), memory), plan, {
        hash,
        onProgress,
        signal,
        pause: laterTask,
        makeRoom: memory.makeRoom,
      });
      return { json, tensors, reportJson };
    },
    async judge({ probe, set }, onProgress, signal) {
      const remembering = rememberReadings(reader(), memory);
      const call = { onProgress, signal, pause: laterTask, makeRoom: memory.makeRoom };
      if ('vector' in probe)
        return judgeVector(remembering, readControlVector(new Uint8Array(probe.vector), probe.name), parsed(set), call);
      return judgeProbe(remembering, take(probe), parsed(set), call);
    },
    async judgeMasked({ probe, set, most }, onProgress, signal) {
      const [taken, texts] = [take(probe), parsed(set)];
      const remembering = rememberReadings(reader(), memory);
      const call = { onProgress, signal, pause: laterTask, makeRoom: memory.makeRoom };
      const unmasked = await judgeProbe(remembering, taken, texts, { ...call, onProgress: undefined });
      return judgeMasked(remembering, taken, texts, unmasked, { ...call, most });
    },
  };
}

/** A later task, not a microtask: only then does the worker get the message to stop. */
export function laterTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
