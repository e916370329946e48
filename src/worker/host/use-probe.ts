/** Makes a probe the one that scores, in the worker: one that was made on another variant of the model is measured first. */
import type { DtypeAgreement } from '../../core/dtype-agreement.ts';
import { parseProbe } from '../../format/probe.ts';
import { parsePromptSet } from '../../format/prompt-set.ts';
import { sha256Hex } from '../../runtime/store/sha256.ts';
import type { WebEngine } from '../../runtime/web-engine.ts';
import { carryOver } from '../../training/dtype-agreement.ts';
import type { ProbeToUse } from '../protocol.ts';
import { laterTask } from './training-room.ts';

/** How far the probe agrees where it was made on another variant; null where it was made on these weights. Throws probe and set errors. */
export async function useProbe(engine: Pick<WebEngine, 'segmentReader' | 'useProbe'>, { json, tensors, sets }: ProbeToUse, onProgress: (done: number, total: number) => void, signal: AbortSignal): Promise<DtypeAgreement | null> {
  const fitted = () => Promise.resolve(sets.map(({ name, header, rows }) => parsePromptSet({ headerName: `${name}.set.json`, rowsName: `${name}.jsonl`, header, rows, sha256: sha256Hex(new TextEncoder().encode(rows)) }, { requireNeutral: false })));
  const { probe, agreement } = await carryOver(engine.segmentReader(), parseProbe(json, new Uint8Array(tensors)), fitted, { onProgress: ({ done, total }) => onProgress(done, total), signal, pause: laterTask });
  engine.useProbe(probe);
  return agreement;
}
