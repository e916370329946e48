/**
 * Opens a decoder on onnxruntime-web, on WebGPU or on WASM, inside a worker. Files come as bytes (already verified).
 */
import { tapDecoder } from '../../onnx/decoder-taps.ts';
import { inFloat32 } from '../../onnx/float32-graph.ts';
import { lensGraph } from '../../onnx/lens-graph.ts';
import { createCpuLens } from './cpu-lens.ts';
import { createGrowingCache } from './growing-cache.ts';
import { createEditFeeds } from './edit-feeds.ts';
import { assertRunsOnCpu, createSession, explainPass, externalData, SESSION_SETTINGS, untouched, type DecoderFiles, type OpenedDecoder, type OpenOptions, type WebBackend } from './opening.ts';
import { fetchFromCpu, type Fetch } from './fetch.ts';
import { createOrtDecoder } from './ort-decoder.ts';
import { steeringOnCpu } from './steering-feeds.ts';

/** Opens the decoder. Throws `model-session-failed` or the graph's own errors. */
export async function openWebDecoder(files: DecoderFiles, backend: WebBackend, options: OpenOptions): Promise<OpenedDecoder> {
  if (backend === 'webgpu') return (await import('./webgpu/open-gpu-decoder.ts')).openGpuDecoder(files, options);
  const { ort } = await import('./runtime-wasm.ts');
  const stock = options.tapped ? tapDecoder(files.graph, { branching: true, lengths: false, editing: options.editing === true }) : untouched(files.graph);
  const graph = options.float32 === true ? inFloat32(stock) : stock;
  assertRunsOnCpu(graph);
  const open = (of: typeof files, { graph: bytes, weightFiles }: Pick<typeof graph, 'graph' | 'weightFiles'>) =>
    createSession(() => ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], externalData: externalData(of, { weightFiles }), logSeverityLevel: 3, extra: { session: SESSION_SETTINGS } }), 'wasm');
  const session = await open(files, graph);
  const sizes = { ...files.config, layerCount: graph.layerCount };
  const decoder = createOrtDecoder({
    session,
    Tensor: ort.Tensor,
    sizes,
    graph,
    steering: graph.steering ? steeringOnCpu(ort.Tensor, sizes, graph.steeringType) : null,
    editing: graph.editing ? createEditFeeds(ort.Tensor, sizes) : null,
    caches: createGrowingCache(ort.Tensor, graph),
    fetch: fetchAndListen,
    project: null,
    overlaps: false,
    explain: (thrown) => Promise.resolve(explainPass(thrown)),
  });
  return {
    decoder,
    shape: graph,
    runtimeVersion: ort.env.versions.web ?? ort.env.versions.common,
    gpu: null,
    openLens: async (of) => createCpuLens({ session: await open(of, lensGraph(of.graph)), Tensor: ort.Tensor, sizes, pause: listen }),
  };
}

/** WASM computes a pass within one task: without a pause between passes the worker would never hear that it is to stop. */
const listen = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const fetchAndListen: Fetch = async (parts) => {
  await listen();
  return fetchFromCpu(parts);
};
