/** What opening a decoder takes and gives, and the steps that all providers share. */
import type { InferenceSession } from 'onnxruntime-common';
import type { GpuMemoryReport, RuntimeBuild } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import type { ProductsReport, ProductTrial } from '../../models/product-forms.ts';
import { describeDecoder } from '../../graph/decoder-shape.ts';
import type { HookedDecoder } from '../../graph/decoder-hooks.ts';
import { graphAsExported } from '../../graph/parse-decoder.ts';
import type { Decoder } from '../decoder.ts';
import type { LensHead } from '../lens/lens-head.ts';
import type { ModelConfig } from '../model/model-config.ts';
import type { CapturedWriter } from './webgpu/captured-writer.ts';

/** Where passes are computed. */
export type WebBackend = 'webgpu' | 'wasm';

/** A model's bytes: the stock graph and its weight files by the names that the graph uses. */
export interface DecoderFiles {
  readonly graph: Uint8Array;
  readonly weights: ReadonlyMap<string, Uint8Array>;
  readonly config: ModelConfig;
}

/** Builds with WebGPU. */
export type WebGpuBuild = Exclude<RuntimeBuild, 'wasm'>;

/** What only a graphics processor has. */
export interface OpenedGpu {
  readonly build: WebGpuBuild;
  /** Resolves if the device goes away, and never otherwise. */
  readonly lost: Promise<AppError>;
  /** What the device holds now. */
  memory(): GpuMemoryReport;
  /**
   * Opens the graph once more, captured for writing, with weights of its own; is disposed of with the decoder. Throws
   * `model-session-failed` where capture is refused, `gpu-memory-refused` where there is no room.
   */
  openWriter(): Promise<CapturedWriter>;
}

/** An open decoder with the version of the runtime that it runs on. */
export interface OpenedDecoder {
  readonly shape: HookedDecoder;
  readonly decoder: Decoder;
  readonly runtimeVersion: string;
  /** Null on WASM. */
  readonly gpu: OpenedGpu | null;
  /** How packed products are computed; null on WebGPU, where they stay as they are. */
  readonly products: ProductsReport | null;
  /**
   * Opens the lens of the same files where the decoder runs, with weights of its own; to be disposed of before the
   * decoder. Throws `cancelled`, `model-session-failed`, `gpu-memory-refused` or `model-node-missing`.
   */
  openLens(files: DecoderFiles, options: LensOptions): Promise<LensHead>;
}

/** How a lens is opened. */
export interface LensOptions {
  /** Rows at a time at most; on a graphics processor as many tokens as it gets right in a pass, since more need not be tried. */
  readonly mostRows: number;
  /** As {@link OpenOptions.again}. */
  readonly again?: () => Promise<DecoderFiles>;
  readonly signal?: AbortSignal;
}

/** How a decoder is opened: the graph as it is, for comparing logits, or rewritten. */
export interface OpenOptions {
  readonly hooked: boolean;
  /** Whether what leaves a layer can be changed token by token; such a decoder is slower, and adds nothing live. */
  readonly editing?: boolean;
  /** On WASM only: what trials of this device found, or `prove` to make them; left out, packed products stay as they are. */
  readonly products?: readonly ProductTrial[] | 'prove';
  /**
   * On WASM only: brings the same files once more. Where it is given, the weights of the files are used up if they are unpacked, and their
   * memory is given back before the session is opened; left out, they stay.
   */
  readonly again?: () => Promise<DecoderFiles>;
  /** On WASM only: computed in float32 whatever it was exported in. */
  readonly float32?: boolean;
  /** The runtime's build on WebGPU; left out, the best that the browser can run. */
  readonly build?: WebGpuBuild;
}

/**
 * Settings of every session (onnxruntime_session_options_config_keys.h). Where onnxruntime fuses a product with the weights that it
 * multiplies out, it would round activations to eight bits (accuracy level 4, its default); 0 leaves them as they are.
 */
export const SESSION_SETTINGS = { qdq_matmulnbits_accuracy_level: '0' } as const;

/** A graph as it is, described like one that was rewritten. */
export function untouched(graph: Uint8Array): HookedDecoder {
  return {
    ...describeDecoder(graph),
    graph: graphAsExported(graph),
    streams: [],
    logits: 'logits',
    branching: false,
    steering: false,
    steeringType: 'float32',
    editing: false,
    limits: [],
  };
}

/** Throws `model-gpu-only` where a graph does not run on the processor, naming the node. */
export function assertRunsOnCpu({ gpuOnly }: Pick<HookedDecoder, 'gpuOnly'>): void {
  if (gpuOnly !== null)
    throw new AppError(
      'model-gpu-only',
      `This model does not run on the processor: ${gpuOnly}. Use a browser with WebGPU, or pick an export with norms of their own (fuse_qk_norm_gqa=false).`,
      { backend: 'cpu' },
    );
}

/**
 * What a pass on the processor failed with. Where a kernel refuses what it was given, the graph does not fit together:
 * opening it does not see that.
 */
export function explainPass(thrown: unknown): AppError {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (
    thrown instanceof AppError ||
    !/while running \w+ node|Invalid rank for input|Got invalid dimensions for input/.test(said)
  )
    return AppError.from(thrown);
  return new AppError(
    'model-graph-malformed',
    `The model graph does not compute: ${said.split('\n')[0]?.slice(0, 300).replace(/\.?$/, '.') ?? ''} Load the file again, or pick another export.`,
    {},
    thrown,
  );
}

/** The weight files that a graph names. Throws `model-manifest-invalid` where one is missing. */
export function externalData(
  files: Pick<DecoderFiles, 'weights'>,
  graph: Pick<HookedDecoder, 'weightFiles'>,
): { path: string; data: Uint8Array }[] {
  return graph.weightFiles.map((path) => {
    const data = files.weights.get(path);
    if (!data)
      throw new AppError(
        'model-manifest-invalid',
        `The graph needs the weight file "${path}", which the model's manifest does not list.`,
        { path },
      );
    return { path, data };
  });
}

/** A session, or why there is none. Throws `model-session-failed`. */
export async function createSession(
  create: () => Promise<InferenceSession>,
  backend: WebBackend,
): Promise<InferenceSession> {
  try {
    return await create();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError(
      'model-session-failed',
      `onnxruntime could not open the model on ${backend === 'webgpu' ? 'WebGPU' : 'the CPU'}: ${reason}`,
      { backend },
      thrown,
    );
  }
}
