/**
 * Can this browser compute on a graphics processor, and if not, why not. Asks only; it makes no device.
 * Works on the page and in a worker. What comes to light later (a lost device, wrong numbers) is the engine's to tell.
 */
import type { EngineStatus, GpuCause } from '../../models/engine-report.ts';
import type { GpuLimit, GpuNeeds } from '../../models/model-to-run.ts';
import type { DecoderShape } from '../../graph/decoder-shape.ts';

/** What the graph of a model needs. */
export function needsOf({
  largestWeightBytes,
  half,
  cpuOnly,
}: Pick<DecoderShape, 'largestWeightBytes' | 'half' | 'cpuOnly'>): GpuNeeds {
  const buffers = { maxBufferSize: largestWeightBytes, maxStorageBufferBindingSize: largestWeightBytes };
  return { ...buffers, half, ...(cpuOnly !== undefined && { cpuOnly }) };
}

/** A graphics processor that will do, or the cause from the closed list and the facts behind it. */
export type GpuAnswer =
  | {
      readonly ok: true;
      /** Good for one device; adapters expire when they have given it. */
      readonly handle: GPUAdapter;
      readonly adapter: NonNullable<EngineStatus['adapter']>;
      readonly features: readonly string[];
      readonly limits: Readonly<Record<GpuLimit, number>>;
    }
  | {
      readonly ok: false;
      readonly cause: Extract<GpuCause, 'no-api' | 'insecure-page' | 'no-adapter' | 'limit' | 'no-half' | 'no-kernel'>;
      readonly detail: string;
    };

const LIMITS: readonly GpuLimit[] = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
];

/** The first request after the browser's launch may give null while its GPU process starts (seen in Chromium 156, half a second). */
const RETRY_PAUSES_MS = [100, 200, 300, 600, 800];

/** Software that stands in for a graphics processor: right, and tens of times slower. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i;

/** Asks the browser for an adapter that meets the needs; without one it takes about two seconds to say so. */
export async function probeGpu(needs: GpuNeeds = {}): Promise<GpuAnswer> {
  const scope = globalThis as { navigator?: { gpu?: GPU }; isSecureContext?: boolean };
  const gpu = scope.navigator?.gpu;
  if (gpu === undefined) {
    if (scope.isSecureContext === false)
      return {
        ok: false,
        cause: 'insecure-page',
        detail: 'The page came over plain HTTP from another machine, and browsers offer WebGPU to secure pages only.',
      };
    return { ok: false, cause: 'no-api', detail: 'navigator.gpu does not exist in this browser.' };
  }
  if (needs.cpuOnly !== undefined)
    return { ok: false, cause: 'no-kernel', detail: `It runs on the processor: ${needs.cpuOnly}.` };
  const found = await requestAdapter(gpu);
  if (typeof found === 'string') return { ok: false, cause: 'no-adapter', detail: found };
  const limits = limitsOf(found);
  const short = LIMITS.find((name) => limits[name] < (needs[name] ?? 0));
  if (short !== undefined) {
    return {
      ok: false,
      cause: 'limit',
      detail: `${short} is ${String(limits[short])} on this adapter, and the model needs ${String(needs[short])}.`,
    };
  }
  if (needs.half === true && !found.features.has('shader-f16')) {
    return {
      ok: false,
      cause: 'no-half',
      detail: 'This adapter has no shader-f16, and the model computes in float16.',
    };
  }
  return { ok: true, handle: found, adapter: describe(found), features: [...found.features].sort(), limits };
}

/** An adapter, or what happened instead. */
async function requestAdapter(gpu: GPU): Promise<GPUAdapter | string> {
  const asked = performance.now();
  let problem = '';
  for (let attempt = 0; ; attempt++) {
    try {
      const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
      if (adapter !== null) return adapter;
    } catch (error) {
      problem = ` The last error was: ${error instanceof Error ? error.message : String(error)}`;
    }
    const pause = RETRY_PAUSES_MS[attempt];
    if (pause === undefined) {
      const seconds = ((performance.now() - asked) / 1000).toFixed(1);
      return `The browser gave no adapter to ${String(attempt + 1)} requests in ${seconds} seconds.${problem}`;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function limitsOf(adapter: GPUAdapter): Record<GpuLimit, number> {
  const {
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize,
  } = adapter.limits;
  return {
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize,
  };
}

function describe(adapter: GPUAdapter): NonNullable<EngineStatus['adapter']> {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter || SOFTWARE.test(`${architecture} ${device} ${description}`);
  return { vendor, architecture, description: description || device, software };
}
