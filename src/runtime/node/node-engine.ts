/** A model folder opened for reading in Node: decoder, tokenizer and identity. */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { describeDecoder } from '../../onnx/decoder-shape.ts';
import type { ModelIdentity } from '../../core/probe-types.ts';
import type { SegmentReader } from '../../training/reader.ts';
import type { Decoder } from '../decoder.ts';
import type { LensHead } from '../lens-head.ts';
import { parseModelConfig } from '../model-config.ts';
import { createSegmentReader } from '../segment-reader.ts';
import { weightsSha256 } from '../store/manifest.ts';
import { TextTokenizer } from '../tokenizer.ts';
import { GRAPH_PATH, openNodeDecoder, openNodeLens, readModelFile } from './node-decoder.ts';

/** Tokens a pass: the CPU computes any number right, and this many keep memory small. */
export const NODE_CHUNK_TOKENS = 128;

/** Tokens of a pass that holds many short texts: each token costs least here (docs/decisions/0014). */
const NODE_SET_TOKENS = 512;

/** What the commands read with. */
export interface NodeEngine {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
  /** Tokens of a pass over prompt sets. */
  readonly setTokens: number;
  /** Files of the numbers check. */
  readonly reference: () => Promise<{ json: string; tensors: Uint8Array }>;
  /** The lens; the caller's to dispose of. */
  readonly openLens: () => Promise<LensHead>;
  /** The graph as it was exported. */
  readonly untouched: () => Promise<Decoder>;
  dispose(): Promise<void>;
}

/** Opens a model folder, with `editing` for pushing its stream. Throws model errors that name the file. */
export async function openNodeEngine(modelDir: string, { editing = false }: { readonly editing?: boolean } = {}): Promise<NodeEngine> {
  const text = async (path: string): Promise<string> => (await readModelFile(join(modelDir, path))).toString('utf8');
  const decoder = await openNodeDecoder(modelDir, { tapped: true, editing });
  const tokenizer = new TextTokenizer(await text('tokenizer.json'), await text('tokenizer_config.json'));
  const config = parseModelConfig(await text('config.json'));
  const model: ModelIdentity = {
    id: basename(resolve(modelDir)),
    weightsSha256: await hashWeights(modelDir),
    layerCount: decoder.sizes.layerCount,
    hidden: decoder.sizes.hidden,
  };
  return {
    decoder,
    tokenizer,
    model,
    endTokens: config.endTokens,
    chunkTokens: NODE_CHUNK_TOKENS,
    setTokens: NODE_SET_TOKENS,
    reference: async () => ({ json: await text('reference.json'), tensors: await readModelFile(join(modelDir, 'reference.safetensors')) }),
    openLens: () => openNodeLens(modelDir, decoder.sizes),
    untouched: () => openNodeDecoder(modelDir, { tapped: false }),
    dispose: () => decoder.dispose(),
  };
}

/** Opens a model folder for training and judging. */
export async function openNodeReader(modelDir: string): Promise<SegmentReader & { dispose(): Promise<void> }> {
  const engine = await openNodeEngine(modelDir);
  return { ...createSegmentReader(engine), dispose: () => engine.dispose() };
}

/** The identity of the weights: the same number that the page computes from the model's manifest. */
async function hashWeights(modelDir: string): Promise<string> {
  const graph = await readModelFile(join(modelDir, GRAPH_PATH));
  const weights = await Promise.all(describeDecoder(graph).weightFiles.map((path) => readModelFile(join(modelDir, 'onnx', path))));
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return weightsSha256([{ role: 'graph', sha256: sha256(graph) }, ...weights.map((bytes) => ({ role: 'weights' as const, sha256: sha256(bytes) }))]);
}
