/**
 * A device for one model. The runtime would make one of its own and keep it for the life of the worker; ours can be
 * watched from its first buffer, and is destroyed with its model.
 */
import { AppError } from '../../../base/errors.ts';

/** What onnxruntime's kernels use where the adapter has it (onnxruntime 1.30: webgpu_context.cc). */
const FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query'];

/** Limits that it raises as far as the adapter goes. */
const LIMITS = [
  'maxBindGroups',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

/** Asks an adapter for its one device. Throws `model-session-failed`. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({
      label: 'flipside',
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    });
  } catch (thrown) {
    throw new AppError(
      'model-session-failed',
      `The graphics adapter gave no device: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      {},
      thrown,
    );
  }
}
