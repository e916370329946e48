/** What the header says about the model and the graphics card, as parts of one line. Never announced: it changes often. */
import { count, fileSize, megabytes, plural } from '../content/numbers.ts';
import { TRAINING_STAGE } from '../content/training.ts';
import type { EngineStatus } from '../models/engine-report.ts';
import type { ModelChoice } from '../state/engine/model-choice.svelte.ts';
import type { FinishedRun, Phase } from '../state/engine/phase.ts';

/**
 * Parts of the line for a phase; `tokens` is the length of the reading on show, `finished` the run that made it; `name`
 * and `bytes` are the chosen model's.
 */
export function statusLine(
  phase: Phase,
  tokens: number,
  finished: FinishedRun | null,
  { name, bytes }: Pick<ModelChoice, 'name' | 'bytes'>,
): string[] {
  switch (phase.kind) {
    case 'absent':
      return [name, 'not loaded', fileSize(bytes)];
    case 'lost':
      return [name, 'stopped', 'start again below'];
    case 'loading':
      return [name, ...loadParts(phase.progress)];
    case 'ready':
      return [
        name,
        ...backendParts(phase.status),
        ...(finished === null || finished.tokens === 0 ? [] : [speed(finished)]),
      ];
    case 'reading':
      return [`Reading… ${plural(tokens, 'token')}`, ...backendParts(phase.status)];
    case 'refining':
      return [
        phase.total === 0
          ? 'Reading inside the sentences…'
          : `Reading inside the sentences… ${count(phase.done)} of ${count(phase.total)}`,
        ...backendParts(phase.status),
      ];
    case 'writing':
      return [
        phase.tokensPerSecond === null
          ? 'Writing…'
          : `Writing… ${phase.tokensPerSecond.toFixed(phase.tokensPerSecond < 10 ? 1 : 0)} tok/s`,
        ...backendParts(phase.status),
      ];
    case 'training':
      return [
        phase.progress === null
          ? 'Training…'
          : `${TRAINING_STAGE[phase.progress.stage].short}… ${count(phase.progress.done)} of ${count(phase.progress.total)}`,
        ...backendParts(phase.status),
      ];
    case 'comparing':
      return [
        phase.total === 0 ? 'Comparing…' : `Comparing… ${count(phase.done)} of ${count(phase.total)}`,
        ...backendParts(phase.status),
      ];
    case 'measuring':
      return [
        phase.progress === null
          ? 'Finding the strength…'
          : `Measuring the steering… ${count(phase.progress.done)} of ${count(phase.progress.total)}`,
        ...backendParts(phase.status),
      ];
    case 'experimenting':
      return [
        phase.progress === null || phase.progress.stage !== 'units'
          ? 'Preparing the experiment…'
          : `Running the experiment… ${count(phase.progress.done)} of ${count(phase.progress.total)}`,
        ...backendParts(phase.status),
      ];
    case 'looking':
      return [
        phase.total === 0 ? 'Looking…' : `Looking… ${Math.floor((100 * phase.done) / phase.total)} %`,
        ...backendParts(phase.status),
      ];
    case 'timing':
      return [`Measuring speed… ${Math.floor((100 * phase.done) / phase.total)} %`, ...backendParts(phase.status)];
    case 'checking':
      return [`Checking numbers… ${count(phase.done)} of ${count(phase.total)}`, ...backendParts(phase.status)];
  }
}

/** Tokens of the text a second, as while it runs; what the readouts cost is in the time. */
export function speed(run: FinishedRun): string {
  const perSecond = (run.tokens * 1000) / Math.max(1, run.milliseconds);
  return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} tok/s`;
}

function loadParts(progress: Extract<Phase, { kind: 'loading' }>['progress']): string[] {
  if (progress === null) return ['opening'];
  switch (progress.phase) {
    case 'bytes':
      return [`${megabytes(progress.loadedBytes)} of ${megabytes(progress.totalBytes)}`];
    case 'hashing':
      return [`reading ${megabytes(progress.loadedBytes)} of ${megabytes(progress.totalBytes)}`];
    case 'trial':
      return ['trying this device'];
    case 'session':
      return ['starting'];
    case 'warm-up':
      return ['warm-up'];
    case 'probe':
      return ['measuring the probe'];
  }
}

function backendParts(status: EngineStatus): string[] {
  if (status.backend === 'wasm') return ['processor (WebAssembly)', `${count(status.chunkTokens)} tokens a pass`];
  const { adapter } = status;
  const card = adapter === null ? '' : [adapter.vendor, adapter.architecture].filter((part) => part !== '').join(' ');
  return ['WebGPU', ...(card === '' ? [] : [card]), `${plural(status.chunkTokens, 'token')} a pass`];
}
