/** What "Copy diagnostics" puts on the clipboard: what the program knows about itself, and nothing that was typed. */
import type { AppError } from '../base/errors.ts';
import type { EngineMemory, EngineStatus, NumbersReport } from '../models/engine-report.ts';
import { pageHeapBytes } from '../state/storage/page-heap.ts';

/** Diagnostics as readable JSON. */
export function diagnosticsText(
  problem: AppError | null,
  phase: string,
  status: EngineStatus | null,
  numbers: NumbersReport | null,
  memory: EngineMemory | null,
): string {
  const report = {
    when: new Date().toISOString(),
    phase,
    problem: problem?.toRecord() ?? null,
    engine: status,
    numbers,
    memory: { ...memory, pageHeapBytes: pageHeapBytes() },
    browser: {
      userAgent: navigator.userAgent,
      webgpu: 'gpu' in navigator,
      secureContext: globalThis.isSecureContext,
      crossOriginIsolated: globalThis.crossOriginIsolated,
      processors: navigator.hardwareConcurrency,
    },
  };
  return JSON.stringify(report, null, 2);
}
