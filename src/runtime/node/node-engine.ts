/** A model folder opened for reading in Node: decoder, tokenizer and identity. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { byWeightOrder } from '../../core/model-offer.ts';
import { describeDecoder } from '../../onnx/decoder-shape.ts';
import { withDtype } from '../../core/model-dtype.ts';
import type { ModelIdentity } from '../../core/probe-types.ts';
import type { SegmentReader } from '../../training/reader.ts';
import type { Decoder } from '../decoder.ts';
import type { LensHead } from '../lens-head.ts';
import { parseModelConfig, withGenerationConfig } from '../model-config.ts';
import { withTemplate } from '../model-files.ts';
import { limitsOf, type NumbersCheckParts } from '../numbers-check.ts';
import { ownReference, shippedReference } from '../numbers-reference.ts';
import { createSegmentReader } from '../segment-reader.ts';
import { weightsSha256 } from '../store/manifest.ts';
import { TextTokenizer } from '../tokenizer.ts';
import { modelPaths } from './model-folder.ts';
import { openNodeDecoder, openNodeLens, readModelFile } from './node-decoder.ts';

/** Tokens a pass: the CPU computes any number right, and this many keep memory small. */
export const NODE_CHUNK_TOKENS = 128;

/** Tokens of a pass that holds many short texts: each token costs least here (docs/decisions/0014). */
const NODE_SET_TOKENS = 512;

/** The chat template, where it lies in a file of its own. */
const TEMPLATE = 'chat_template.jinja';

/** What the commands read with. */
export interface NodeEngine {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
  /** Tokens of a pass over prompt sets. */
  readonly setTokens: number;
  /** What the numbers check holds it to: the reference in the folder or, where there is none, a float32 pass. */
  readonly numbers: () => Promise<Pick<NumbersCheckParts, 'reference' | 'against' | 'untouched' | 'limits'>>;
  /** The lens; the caller's to dispose of. */
  readonly openLens: () => Promise<LensHead>;
  dispose(): Promise<void>;
}

/** Opens a model folder, or a graph in one by its path, with `editing` for pushing its stream. Throws model errors that name the file. */
export async function openNodeEngine(modelDir: string, { editing = false }: { readonly editing?: boolean } = {}): Promise<NodeEngine> {
  const { graph, id, beside } = modelPaths(modelDir);
  const text = async (name: string): Promise<string> => (await readModelFile(beside(name))).toString('utf8');
  const textIfThere = async (name: string): Promise<string | null> => (existsSync(beside(name)) ? text(name) : null);
  const decoder = await openNodeDecoder(modelDir, { tapped: true, editing });
  const template = await textIfThere(TEMPLATE);
  const settings = await text('tokenizer_config.json');
  const tokenizer = new TextTokenizer(await text('tokenizer.json'), template === null ? settings : withTemplate(settings, TEMPLATE, template));
  const generation = await textIfThere('generation_config.json');
  const plain = parseModelConfig(await text('config.json'));
  const config = generation === null ? plain : withGenerationConfig(plain, generation);
  const { layerCount, hidden } = decoder.sizes;
  const model = withDtype({ id, weightsSha256: await hashWeights(graph), layerCount, hidden }, graph);
  return {
    decoder,
    tokenizer,
    model,
    endTokens: config.endTokens,
    chunkTokens: NODE_CHUNK_TOKENS,
    setTokens: NODE_SET_TOKENS,
    numbers: async () => {
      const limits = limitsOf(decoder.activations);
      if (existsSync(beside('reference.json'))) {
        const reference = shippedReference(await text('reference.json'), await readModelFile(beside('reference.safetensors')), decoder.sizes);
        return { reference, against: 'shipped', limits, untouched: () => openNodeDecoder(modelDir, { tapped: false }) };
      }
      const float32 = await openNodeDecoder(modelDir, { tapped: true, float32: true });
      try {
        return { reference: await ownReference(float32, (words) => tokenizer.encode(words), limits.logits, () => undefined), against: 'processor', limits, untouched: null };
      } finally {
        await float32.dispose();
      }
    },
    openLens: () => openNodeLens(modelDir, decoder.sizes),
    dispose: () => decoder.dispose(),
  };
}

/** Opens a model folder for training and judging. */
export async function openNodeReader(modelDir: string): Promise<SegmentReader & { dispose(): Promise<void> }> {
  const engine = await openNodeEngine(modelDir);
  return { ...createSegmentReader(engine), dispose: () => engine.dispose() };
}

/** The identity of the weights: the same number that the page computes from the model's manifest. */
async function hashWeights(graphPath: string): Promise<string> {
  const graph = await readModelFile(graphPath);
  const weights = await Promise.all([...describeDecoder(graph).weightFiles].sort(byWeightOrder).map((name) => readModelFile(join(dirname(graphPath), name))));
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return weightsSha256([{ role: 'graph', sha256: sha256(graph) }, ...weights.map((bytes) => ({ role: 'weights' as const, sha256: sha256(bytes) }))]);
}
