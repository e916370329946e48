/** Opens a decoder on a WebGPU device of its own, with caches that stay where they are, and a writer when one is asked for. */
import { AppError } from '../../../base/errors.ts';
import { ATTENTION_MASK_INPUT } from '../../../graph/lengths.ts';
import { describeDecoder } from '../../../graph/decoder-shape.ts';
import { hookDecoder, type HookOptions, type HookedDecoder } from '../../../graph/decoder-hooks.ts';
import { lensGraph } from '../../../graph/lens-graph.ts';
import { needsOf, probeGpu } from '../../capability/probe-gpu.ts';
import { createEditFeeds } from '../edit-feeds.ts';
import { toleranceOf } from '../../proofs/chunk-proof.ts';
import { proveLens } from '../../proofs/lens-proof.ts';
import type { LensHead } from '../../lens/lens-head.ts';
import { createGrowingCache } from '../growing-cache.ts';
import {
  createSession,
  externalData,
  SESSION_SETTINGS,
  untouched,
  type DecoderFiles,
  type LensOptions,
  type OpenedDecoder,
  type OpenOptions,
  type WebGpuBuild,
} from '../opening.ts';
import { createOrtDecoder } from '../ort-decoder.ts';
import { capturing } from './capture-options.ts';
import { createCapturedWriter, type CapturedWriter } from './captured-writer.ts';
import { closeDevice, explainGpu, lossOf } from './device-loss.ts';
import { wrapDispatches } from './direct-dispatch.ts';
import { openDevice } from './gpu-device.ts';
import { createGpuFetch } from './gpu-fetch.ts';
import { createGpuLens } from './gpu-lens.ts';
import { watchMemory, withRoomForModel } from './gpu-memory.ts';
import { bufferOf } from './gpu-tensor.ts';
import { createProjector } from './projector.ts';
import { steeringOnGpu } from './gpu-steering.ts';
import { createStaticCaches } from './static-cache.ts';

type Runtime = typeof import('onnxruntime-web/webgpu');

/** How graphs are rewritten for the GPU: reading branches, which cannot be captured; writing is captured, and does not branch. */
const GPU_GRAPHS: { readonly reading: HookOptions; readonly writing: HookOptions } = {
  reading: { branching: true, lengths: true },
  writing: { branching: false, lengths: true },
};

/** The runtime's builds, best first: one needs a browser that can suspend WebAssembly. */
const BUILDS: Readonly<Record<WebGpuBuild, () => Promise<{ readonly ort: Runtime }>>> = {
  jspi: () => import('../runtime-webgpu-jspi.ts'),
  asyncify: () => import('../runtime-webgpu.ts'),
};

/** Opens the decoder on a graphics processor. Throws `model-session-failed`, `gpu-memory-refused` or the graph's own errors. */
export async function openGpuDecoder(files: DecoderFiles, options: OpenOptions): Promise<OpenedDecoder> {
  if (options.build !== undefined) return openBuild(options.build, files, options);
  if (!('Suspending' in WebAssembly)) return openBuild('asyncify', files, options);
  try {
    return await openBuild('jspi', files, options);
  } catch (thrown) {
    // Suspending is new to browsers; where the model cannot be opened with it, it may be without.
    if (AppError.from(thrown).code !== 'model-session-failed') throw thrown;
    return openBuild('asyncify', files, options);
  }
}

async function openBuild(build: WebGpuBuild, files: DecoderFiles, options: OpenOptions): Promise<OpenedDecoder> {
  const { ort } = await BUILDS[build]();
  const found = await probeGpu(needsOf(describeDecoder(files.graph)));
  if (!found.ok) throw new AppError('model-session-failed', found.detail, { cause: found.cause });
  const device = await openDevice(found.handle);
  try {
    return await openOn(ort, build, device, files, options);
  } catch (thrown) {
    closeDevice(device);
    throw thrown;
  }
}

async function openOn(
  ort: Runtime,
  build: WebGpuBuild,
  device: GPUDevice,
  files: DecoderFiles,
  { hooked, editing = false }: OpenOptions,
): Promise<OpenedDecoder> {
  const memory = watchMemory(device);
  const dispatch = wrapDispatches(device);
  const lost = lossOf(device);
  const explain = (thrown: unknown): Promise<AppError> => explainGpu(thrown, lost);
  const graph = hooked ? hookDecoder(files.graph, { ...GPU_GRAPHS.reading, editing }) : untouched(files.graph);
  const sessionOptions = (of: Pick<HookedDecoder, 'weightFiles'>, from = files) => ({
    executionProviders: [{ name: 'webgpu' as const, device }],
    externalData: externalData(from, of),
    logSeverityLevel: 3 as const,
    preferredOutputLocation: 'gpu-buffer' as const,
    extra: { session: SESSION_SETTINGS },
  });
  const session = await withRoomForModel(device, () =>
    createSession(() => ort.InferenceSession.create(graph.graph, sessionOptions(graph)), 'webgpu'),
  );
  const sizes = { ...files.config, layerCount: graph.layerCount };
  const staticCaches = createStaticCaches({
    memory,
    Tensor: ort.Tensor,
    shape: graph,
    contextTokens: sizes.contextTokens,
  });
  const steering = graph.steering ? await steeringOnGpu(memory, ort.Tensor, sizes, graph.steeringType) : null;
  const projector = hooked ? await createProjector(memory, ort.Tensor, sizes) : null;
  const { fetch, dispose: disposeFetch } = createGpuFetch(memory);
  const reading = createOrtDecoder({
    session,
    Tensor: ort.Tensor,
    sizes,
    graph,
    steering,
    editing: graph.editing ? createEditFeeds(ort.Tensor, sizes) : null,
    // The untouched graph is there to be compared with: it gets its caches the plain way.
    caches: hooked ? staticCaches : createGrowingCache(ort.Tensor, graph),
    fetch,
    rowless: false,
    overlaps: true,
    project: projector && {
      load: projector.load,
      run: async (projection, streams, tokens, kept) => {
        await projector.reserve(projection, tokens);
        const encoder = device.createCommandEncoder({ label: 'flipside products' });
        const products = projector.encode(encoder, projection, streams.map(bufferOf), tokens, kept);
        device.queue.submit([encoder.finish()]);
        return products;
      },
    },
    explain,
  });
  let writer: CapturedWriter | null = null;

  async function openWriter(): Promise<CapturedWriter> {
    if (writer) return writer;
    // A proof on a short text would not see it: within the window they are right (docs/decisions/0020).
    const windows = graph.windows.filter((window) => window < sizes.contextTokens);
    if (windows.length > 0)
      throw new AppError(
        'model-session-failed',
        `Layers of this model look back over ${windows.join(' or ')} tokens only, which onnxruntime 1.30 computes wrongly in captured passes.`,
      );
    const captured = hookDecoder(files.graph, GPU_GRAPHS.writing);
    const writing = await createSession(
      () => ort.InferenceSession.create(captured.graph, capturing(sessionOptions(captured))),
      'webgpu',
    ).catch(async (thrown: unknown) => {
      throw await explain(thrown);
    });
    try {
      if (writing.inputNames.includes(ATTENTION_MASK_INPUT))
        throw new AppError(
          'model-session-failed',
          'This graph needs its attention mask for more than lengths, and a captured pass has none.',
        );
      const made = await createCapturedWriter({
        session: writing,
        Tensor: ort.Tensor,
        sizes,
        graph: captured,
        caches: staticCaches,
        steering: steering?.feeds ?? {},
        projector,
        memory,
        dispatch,
        explain,
      });
      const dispose = async (): Promise<void> => {
        if (writer === null) return;
        writer = null;
        await made.dispose();
      };
      writer = { ...made, dispose };
      return writer;
    } catch (thrown) {
      await writing.release().catch(() => undefined); // the first failure is the one to tell
      throw thrown;
    }
  }

  async function openLens(from: DecoderFiles, { mostRows, signal }: LensOptions): Promise<LensHead> {
    const cut = lensGraph(from.graph);
    const session = await createSession(
      () => ort.InferenceSession.create(cut.graph, sessionOptions(cut, from)),
      'webgpu',
    );
    const lens = await createGpuLens({ session, Tensor: ort.Tensor, sizes, memory, fetch, explain }).catch(
      async (thrown: unknown) => {
        await session.release().catch(() => undefined); // the first failure is the one to tell
        throw thrown;
      },
    );
    try {
      return await proveLens(lens.withRows, mostRows, signal, toleranceOf(graph.activations));
    } catch (thrown) {
      await lens.dispose().catch(() => undefined);
      throw thrown;
    }
  }

  return {
    openLens,
    decoder: {
      ...reading,
      dispose: async () => {
        await writer?.dispose();
        disposeFetch();
        projector?.dispose();
        steering?.dispose();
        await reading.dispose();
        dispatch.remove();
        closeDevice(device);
      },
    },
    products: null,
    shape: graph,
    runtimeVersion: ort.env.versions.web ?? ort.env.versions.common,
    gpu: { build, lost, memory: () => memory.report(), openWriter },
  };
}
