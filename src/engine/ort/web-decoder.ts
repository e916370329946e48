/**
 * Opens a decoder on onnxruntime-web, on WebGPU or on WASM, inside a worker. Files come as bytes (already verified).
 */
import type { InferenceSession } from 'onnxruntime-common';
import { hookDecoder } from '../../graph/decoder-hooks.ts';
import { inFloat32 } from '../../graph/float32-graph.ts';
import { lensGraph } from '../../graph/lens-graph.ts';
import { createCpuLens } from './cpu-lens.ts';
import { createGrowingCache } from './growing-cache.ts';
import { COPIED, createStaticCpuCaches } from './static-cpu-cache.ts';
import { createEditFeeds } from './edit-feeds.ts';
import {
  assertRunsOnCpu,
  createSession,
  explainPass,
  externalData,
  SESSION_SETTINGS,
  untouched,
  type DecoderFiles,
  type OpenedDecoder,
  type OpenOptions,
  type WebBackend,
} from './opening.ts';
import { fetchFromCpu, type Fetch } from './fetch.ts';
import { createOrtDecoder } from './ort-decoder.ts';
import { proveProducts, type OpenSampleOn } from '../proofs/product-proof.ts';
import { sampleOn } from './product-sample.ts';
import { steeringOnCpu } from './steering-feeds.ts';
import { openFormed, WEB_OFFERED, type FormedFiles } from './web-products.ts';

/** What runs passes on the processor: the version of the runtime, and on how many threads. */
export async function wasmRuntime(): Promise<{ readonly version: string; readonly threads: number }> {
  const { ort } = await import('./runtime-wasm.ts');
  return { version: versionOf(ort.env.versions), threads: ort.env.wasm.numThreads ?? 1 };
}

const versionOf = ({ web, common }: { readonly web?: string; readonly common: string }): string => web ?? common;

/** Opens the decoder. Throws `model-session-failed` or the graph's own errors. */
export async function openWebDecoder(
  files: DecoderFiles,
  backend: WebBackend,
  options: OpenOptions,
): Promise<OpenedDecoder> {
  if (backend === 'webgpu') return (await import('./webgpu/open-gpu-decoder.ts')).openGpuDecoder(files, options);
  const { ort } = await import('./runtime-wasm.ts');
  const stock = options.hooked
    ? hookDecoder(files.graph, {
        branching: true,
        lengths: false,
        editing: options.editing === true,
        writtenSlots: true,
      })
    : untouched(files.graph);
  const graph = options.float32 === true ? inFloat32(stock) : stock;
  assertRunsOnCpu(graph);
  const open = ({
    graph: bytes,
    weightFiles,
    files: data,
  }: Pick<FormedFiles, 'graph' | 'weightFiles' | 'files'>): Promise<InferenceSession> =>
    createSession(
      () =>
        ort.InferenceSession.create(bytes, {
          executionProviders: ['wasm'],
          externalData: externalData({ weights: data }, { weightFiles }),
          logSeverityLevel: 3,
          extra: { session: SESSION_SETTINGS },
        }),
      'wasm',
    );
  const openSample: OpenSampleOn = async (sample, data) =>
    sampleOn(await open({ graph: sample, weightFiles: [...data.keys()], files: data }), ort.Tensor);
  const trials =
    options.products === 'prove'
      ? await proveProducts(graph.graph, files.weights, WEB_OFFERED, openSample)
      : (options.products ?? []);
  const { session, formed } = await openFormed(graph.graph, files.weights, trials, open, {
    again: weightsOf(options.again),
  });
  const sizes = { ...files.config, layerCount: graph.layerCount };
  const decoder = createOrtDecoder({
    session,
    Tensor: ort.Tensor,
    sizes,
    graph,
    steering: graph.steering ? steeringOnCpu(ort.Tensor, sizes, graph.steeringType) : null,
    editing: graph.editing ? createEditFeeds(ort.Tensor, sizes) : null,
    caches: options.hooked ? createStaticCpuCaches(ort.Tensor, graph, COPIED) : createGrowingCache(ort.Tensor, graph),
    fetch: fetchAndListen,
    rowless: true,
    project: null,
    overlaps: false,
    explain: (thrown) => Promise.resolve(explainPass(thrown)),
  });
  return {
    decoder: releasing(decoder, formed),
    products: formed.report,
    shape: graph,
    runtimeVersion: versionOf(ort.env.versions),
    gpu: null,
    openLens: async (of, { again }) => {
      const lens = await openFormed(lensGraph(of.graph).graph, of.weights, trials, open, { again: weightsOf(again) });
      return releasing(createCpuLens({ session: lens.session, Tensor: ort.Tensor, sizes, pause: listen }), lens.formed);
    },
  };
}

const weightsOf = (
  again: (() => Promise<DecoderFiles>) | undefined,
): (() => Promise<DecoderFiles['weights']>) | null =>
  again === undefined ? null : async () => (await again()).weights;

/** The same, giving back the room of unpacked weights when it is disposed of. */
function releasing<T extends { dispose(): Promise<void> }>(owner: T, { release }: FormedFiles): T {
  let open = true;
  return {
    ...owner,
    dispose: async () => {
      if (open) release();
      open = false;
      await owner.dispose();
    },
  };
}

/** WASM computes a pass within one task: without a pause between passes the worker would never get the message to stop. */
const listen = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const fetchAndListen: Fetch = async (parts) => {
  await listen();
  return fetchFromCpu(parts);
};
