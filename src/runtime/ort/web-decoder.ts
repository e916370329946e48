/**
 * Opens a decoder on onnxruntime-web, on WebGPU or on WASM, inside a worker. Files come as bytes (already verified).
 */
import type { InferenceSession } from 'onnxruntime-common';
import { AppError } from '../../core/errors.ts';
import { describeDecoder, tapDecoder } from '../../onnx/decoder-taps.ts';
import type { Decoder } from '../decoder.ts';
import type { ModelConfig } from '../model-config.ts';
import { createGpuFetch } from './gpu-fetch.ts';
import { trimOnGpu } from './gpu-trim.ts';
import { createOrtDecoder, fetchFromCpu, trimOnCpu, type Fetch } from './ort-decoder.ts';

/** Where passes are computed. */
export type WebBackend = 'webgpu' | 'wasm';

/** A model's bytes: the stock graph and its weight files by the names that the graph uses. */
export interface DecoderFiles {
  readonly graph: Uint8Array;
  readonly weights: ReadonlyMap<string, Uint8Array>;
  readonly config: ModelConfig;
}

/** An open decoder with the version of the runtime that it runs on. */
export interface OpenedDecoder {
  readonly decoder: Decoder;
  readonly runtimeVersion: string;
  /** Resolves if the WebGPU device goes away, and never otherwise; null on WASM. */
  readonly lost: Promise<AppError> | null;
}

/** Opens the decoder. `tapped: false` loads the graph as it is, for comparing logits. Throws `model-session-failed` or the graph's own errors. */
export async function openWebDecoder(files: DecoderFiles, backend: WebBackend, options: { tapped: boolean }): Promise<OpenedDecoder> {
  const tapped = options.tapped ? tapDecoder(files.graph) : { ...describeDecoder(files.graph), graph: files.graph, taps: [], branching: false };
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
  const device = backend === 'webgpu' ? await ort.env.webgpu.device : null;
  const lost = device && lossOf(device);
  const gpu = device && createGpuFetch(device);
  const decoder = createOrtDecoder({
    session,
    Tensor: ort.Tensor,
    shape: tapped,
    sizes: { ...files.config, layerCount: tapped.layerCount },
    taps: tapped.taps,
    branching: tapped.branching,
    fetch: gpu?.fetch ?? fetchAndListen,
    trim: device ? trimOnGpu(device, ort.Tensor) : trimOnCpu(ort.Tensor),
    explain: (thrown) => (lost ? explainGpu(thrown, lost) : Promise.resolve(AppError.from(thrown))),
    onDispose: () => gpu?.dispose(),
  });
  return { decoder, runtimeVersion: ort.env.versions.web ?? ort.env.versions.common, lost };
}

/** WASM computes a pass within one task: without a pause between passes the worker would never hear that it is to stop. */
const fetchAndListen: Fetch = async (tensors) => {
  await new Promise((resolve) => setTimeout(resolve));
  return fetchFromCpu(tensors);
};

/** Resolves with what to tell once the device is gone. Destroying it on purpose, when the worker ends, is no loss. */
function lossOf(device: GPUDevice): Promise<AppError> {
  return new Promise((resolve) => {
    void device.lost.then((info) => {
      if (info.reason !== 'destroyed') resolve(lostError(info.message || 'no reason given'));
    });
  });
}

/** How long a failed call waits for the browser to say that the device is gone: the two arrive in either order. */
const LOSS_GRACE_MS = 500;

/** Why a call on the GPU failed: most often because the device went away, which other errors only hint at. */
async function explainGpu(thrown: unknown, lost: Promise<AppError>): Promise<AppError> {
  const waited = new Promise<null>((resolve) => setTimeout(() => resolve(null), LOSS_GRACE_MS));
  const loss = await Promise.race([lost, waited]);
  if (loss) return loss;
  // Mapping a buffer is aborted only when the buffer or its device is gone; nobody has stopped anything.
  return thrown instanceof DOMException && thrown.name === 'AbortError' ? lostError(thrown.message) : AppError.from(thrown);
}

function lostError(reason: string): AppError {
  return new AppError('gpu-device-lost', `The graphics processor went away (${reason}). Your text is kept: start the model again, on the CPU if it happens twice.`, { reason });
}
