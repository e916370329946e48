/** What a short run needs to know of a model whose weights are not there yet. */
import type { ModelSize } from './device-trial.ts';

/** The limits of WebGPU that a model can run into. */
export type GpuLimit =
  | 'maxStorageBufferBindingSize'
  | 'maxBufferSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeWorkgroupStorageSize';

/** What a model needs at least, in the units of the limit (bytes, or a number of buffers). */
export type GpuNeeds = Readonly<Partial<Record<GpuLimit, number>>> & {
  /** Whether it computes in float16. */
  readonly half?: boolean;
  /** Why it runs on the processor only, as the end of a sentence; left out where it runs here too. */
  readonly cpuOnly?: string;
};

/** A model before its weights are there. */
export interface ModelToRun {
  readonly size: ModelSize;
  /** What a graphics card must allow, as far as it is known. */
  readonly needs: GpuNeeds;
}
