/**
 * Opens a decoder on onnxruntime-web, on WebGPU or on WASM, inside a worker. Files come as bytes (already verified).
 */
import type { InferenceSession } from 'onnxruntime-common';
import { AppError } from '../../core/errors.ts';
import { describeDecoder, tapDecoder } from '../../onnx/decoder-taps.ts';
import type { Decoder } from '../decoder.ts';
import type { ModelConfig } from '../model-config.ts';
import { createGpuFetch } from './gpu-fetch.ts';
import { createOrtDecoder, fetchFromCpu, type Fetch } from './ort-decoder.ts';

/** Where passes are computed. */
export type WebBackend = 'webgpu' | 'wasm';

/** A model's bytes: the stock graph and its weight files by the names that the graph uses. */
export interface DecoderFiles {
  readonly graph: Uint8Array;
  readonly weights: ReadonlyMap<string, Uint8Array>;
  readonly config: ModelConfig;
}

/** An open decoder and the version of the runtime that it runs on. */
export interface OpenedDecoder {
  readonly decoder: Decoder;
  readonly runtimeVersion: string;
}

/**
 * Opens the decoder. `tapped: false` loads the graph as it is, for comparing logits.
 * `onLost` is called once if the WebGPU device goes away. Throws `model-session-failed` or the graph's own errors.
 */
export async function openWebDecoder(files: DecoderFiles, backend: WebBackend, options: { tapped: boolean; onLost?: (error: AppError) => void }): Promise<OpenedDecoder> {
  const tapped = options.tapped ? tapDecoder(files.graph) : { ...describeDecoder(files.graph), graph: files.graph, taps: [] };
  const externalData = tapped.weightFiles.map((path) => {
    const data = files.weights.get(path);
    if (!data) throw new AppError('model-manifest-invalid', `The graph needs the weight file "${path}", which the model's manifest does not list.`, { path });
    return { path, data };
  });
  const { ort } = backend === 'webgpu' ? await import('./runtime-webgpu.ts') : await import('./runtime-wasm.ts');
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(tapped.graph, {
      executionProviders: [backend],
      externalData,
      logSeverityLevel: 3,
      ...(backend === 'webgpu' ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('model-session-failed', `onnxruntime could not open the model on ${backend === 'webgpu' ? 'WebGPU' : 'the CPU'}: ${reason}`, { backend }, thrown);
  }
  const gpu = backend === 'webgpu' ? watchDevice(await ort.env.webgpu.device, options.onLost) : null;
  const fetch: Fetch = gpu ? createGpuFetch(gpu.device) : fetchFromCpu;
  const decoder = createOrtDecoder({
    session,
    Tensor: ort.Tensor,
    shape: tapped,
    sizes: { ...files.config, layerCount: tapped.layerCount },
    taps: tapped.taps,
    fetch,
    explain: (thrown) => gpu?.lost() ?? AppError.from(thrown),
  });
  return { decoder, runtimeVersion: ort.env.versions.web ?? ort.env.versions.common };
}

/** The device that onnxruntime made, and whether it is still there. */
function watchDevice(device: GPUDevice, onLost?: (error: AppError) => void): { device: GPUDevice; lost: () => AppError | null } {
  let lost: AppError | null = null;
  void device.lost.then((info) => {
    // Destroying the device on purpose, when the worker ends, is no loss.
    if (info.reason === 'destroyed') return;
    lost = new AppError('gpu-device-lost', `The graphics processor went away (${info.message || 'no reason given'}). Your text is kept: start the model again, on the CPU if it happens twice.`, { reason: info.reason, message: info.message });
    onLost?.(lost);
  });
  return { device, lost: () => lost };
}
