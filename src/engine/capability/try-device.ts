/** Tries the graphics card, and where that is not plainly fast the processor too, and says which is to run a model of some size. */
import { VERSION } from '../../base/version.ts';
import { trialHidden } from '../../graph/build/trial-decoder.ts';
import {
  expectedOnCard,
  expectedOnProcessor,
  FAST_MS,
  planEngine,
  slower,
  type DeviceTrial,
  type EnginePlan,
  type EngineTrial,
} from '../../models/device-trial.ts';
import type { ModelToRun } from '../../models/model-to-run.ts';
import type { ProductTrial } from '../../models/product-forms.ts';
import { openWebDecoder } from '../ort/web-decoder.ts';
import { DEVICE_TRIAL, keepProof, recallProof } from '../proofs/proof-memory.ts';
import { probeGpu } from './probe-gpu.ts';
import { TRIAL_ANSWERS } from './trial-answers.ts';
import { TRIAL_GRAPHS, tryEngine, type OpenTrial } from './try-engine.ts';

/** Opens the graphs on each engine. */
export interface TrialEngines {
  readonly card: OpenTrial;
  readonly unpacked: OpenTrial;
  readonly packed: OpenTrial;
}

/** What says that weights of the graphs are to be unpacked. */
const UNPACKED: readonly ProductTrial[] = TRIAL_GRAPHS.flatMap((name) => {
  const { sizes } = TRIAL_ANSWERS[name];
  return [trialHidden(sizes), sizes.inner].map((columns) => ({
    form: 'float' as const,
    bits: 4 as const,
    columns,
    blockSize: 32,
    rows: 0,
    milliseconds: 0,
    relativeError: 0,
    chosen: true,
  }));
});

const ENGINES: TrialEngines = {
  card: async (files) => (await openWebDecoder(files, 'webgpu', { hooked: true })).decoder,
  unpacked: async (files) => (await openWebDecoder(files, 'wasm', { hooked: true, products: UNPACKED })).decoder,
  packed: async (files) => (await openWebDecoder(files, 'wasm', { hooked: true })).decoder,
};

/**
 * Which engine is to run a model here. What was found is remembered for the adapter, the browser and this version of
 * Flipside; an engine that was found wrong is tried anew. `onTrial` is called before anything is run. Throws `cancelled`.
 */
export async function tryDevice(
  { size, needs }: ModelToRun,
  {
    onTrial,
    signal,
    engines = ENGINES,
  }: {
    readonly onTrial: () => void;
    readonly signal: AbortSignal;
    readonly engines?: TrialEngines;
  },
): Promise<EnginePlan> {
  const gpu = await probeGpu(needs);
  const software = gpu.ok ? gpu.adapter.software : null;
  const key = {
    adapter: gpu.ok ? gpu.adapter : { vendor: 'processor', architecture: '', description: '' },
    browser: `${navigator.userAgent} ${navigator.hardwareConcurrency} ${String(globalThis.crossOriginIsolated)}`,
    // The version of Flipside says that of the runtime; weights are those of the graphs.
    runtimeVersion: '',
    weightsSha256: '',
    flipsideVersion: VERSION,
  };
  const plan = (trial: DeviceTrial): EnginePlan => {
    const found = planEngine(trial, size, software);
    return gpu.ok ? found : { ...found, cause: gpu.cause, detail: gpu.detail };
  };
  const known = await recallProof(DEVICE_TRIAL, key);
  if (known !== null && tells(known, plan(known))) return plan(known);
  onTrial();
  let processor: EngineTrial | null = known?.processor ?? null;
  const onProcessor = async (): Promise<EngineTrial> =>
    (processor ??= await tryEngine(engines.unpacked, { signal, openPacked: engines.packed }));
  const card = gpu.ok
    ? await tryEngine(engines.card, {
        signal,
        tooSlow: async (atLeast) => {
          const onCard = expectedOnCard(atLeast, size);
          if (onCard.tokenMs < FAST_MS) return false;
          const expected = expectedOnProcessor(await onProcessor(), size);
          return expected !== null && slower(onCard, expected);
        },
      })
    : null;
  const fast = card !== null && card.right && expectedOnCard(card.costs, size).tokenMs < FAST_MS;
  if (!fast) await onProcessor();
  const trial = { processor, card };
  await keepProof(DEVICE_TRIAL, key, trial);
  return plan(trial);
}

/** Whether what is remembered is enough: it may have been ended early, or without the processor, for a model of another size. */
function tells({ processor, card }: DeviceTrial, plan: EnginePlan): boolean {
  if (card === null) return processor !== null;
  if (plan.card === null) return false;
  return plan.engine === 'wasm' || (!plan.card.atLeast && (processor !== null || plan.card.tokenMs < FAST_MS));
}
