/**
 * What a GGUF file says of a model, as the graph builder takes it: sizes from its metadata, tensors by their names (llama.cpp,
 * gguf-py/gguf/constants.py and src/llama-model.cpp). Keys, tensors and settings that are not known are refused by their names.
 */
import type { ReadTensor, StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import { shown } from '../../base/shown.ts';
import type { DecoderPlan, LayerKind } from './decoder-config.ts';
import { unfused } from './fused.ts';
import { smallTensor } from './made-tensors.ts';
import { planOf, type Sizes, type TensorNames } from './plan.ts';
import { inverseFrequencies } from './rotary.ts';
import { positiveIn, wholeIn } from './settings.ts';

/** Values of GGUF metadata as they are read here. */
export type Metadata = ReadonlyMap<string, unknown>;

/** What of a family a GGUF file does not say (llama.cpp has it in its code). */
interface GgufFamily {
  readonly activation: DecoderPlan['activation'];
  /** Whether rows of queries and keys lie in pairs. */
  readonly paired: boolean;
  /** Whether queries, keys and values have a bias in every model of the family. */
  readonly biased: boolean;
  readonly headNorms: Sizes['headNorms'];
  /** Whether attention and MLP read the stream through norms. */
  readonly beforeNorms: boolean;
  readonly afterNorms: boolean;
  readonly scalesEmbedding: boolean;
  /** Of how many layers one, the last, has no rotary embedding; 0 where all have it. */
  readonly everyNoRotary: number;
  /**
   * Of how many layers one, the last, sees everything where the others look back over a window; Infinity where all do if the file
   * names a window; 0 where none has one.
   */
  readonly everyWhole: number;
  /** The rotary base of layers with a window; 0 where it is that of all. */
  readonly localBase: number;
  /** Layers of a size whose queries are scaled by the model's width (llama.cpp, LLM_TYPE_27B); 0 where there is none. */
  readonly layersScaledByWidth: number;
  /** Caps of attention's scores and of logits where the file says none; null where the family has none. */
  readonly caps: { readonly attention: number; readonly logits: number } | null;
  /** Phi-3: queries, keys and values are one product, and so are gate and up. */
  readonly fused: boolean;
}

const PLAIN: GgufFamily = {
  activation: 'silu',
  paired: false,
  biased: false,
  headNorms: null,
  beforeNorms: true,
  afterNorms: false,
  scalesEmbedding: false,
  everyNoRotary: 0,
  everyWhole: 0,
  localBase: 0,
  layersScaledByWidth: 0,
  caps: null,
  fused: false,
};

/** By `general.architecture`. */
const FAMILIES: Readonly<Record<string, GgufFamily>> = {
  llama: { ...PLAIN, paired: true },
  smollm3: { ...PLAIN, paired: true, everyNoRotary: 4 },
  granite: { ...PLAIN, paired: true },
  phi3: { ...PLAIN, fused: true, everyWhole: Infinity },
  qwen2: { ...PLAIN, biased: true },
  qwen3: { ...PLAIN, headNorms: 'each' },
  olmo2: { ...PLAIN, headNorms: 'all', beforeNorms: false, afterNorms: true },
  gemma2: {
    ...PLAIN,
    activation: 'gelu-tanh',
    afterNorms: true,
    scalesEmbedding: true,
    everyWhole: 2,
    layersScaledByWidth: 46,
    caps: { attention: 50, logits: 30 },
  },
  gemma3: {
    ...PLAIN,
    activation: 'gelu-tanh',
    headNorms: 'each',
    afterNorms: true,
    scalesEmbedding: true,
    everyWhole: 6,
    localBase: 10_000,
    layersScaledByWidth: 62,
  },
};

/** Names of tensors, by role. */
const NAMES: TensorNames = {
  embedding: 'token_embd',
  finalNorm: 'output_norm',
  head: 'output',
  layer: (index, part) => `blk.${index}.${part}`,
  parts: {
    attentionNorm: 'attn_norm',
    query: 'attn_q',
    key: 'attn_k',
    value: 'attn_v',
    output: 'attn_output',
    queryNorm: 'attn_q_norm',
    keyNorm: 'attn_k_norm',
    afterAttentionNorm: 'post_attention_norm',
    mlpNorm: 'ffn_norm',
    gate: 'ffn_gate',
    up: 'ffn_up',
    down: 'ffn_down',
    afterMlpNorm: 'post_ffw_norm',
  },
};

/** Factors of the rotary embedding, which Llama 3.1 and later have. */
const ROPE_FACTORS = 'rope_freqs.weight';

/** Keys below the architecture's name that are read. */
const KEYS = new Set([
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'attention.sliding_window',
  'attention.sliding_window_pattern',
  'rope.dimension_count',
  'rope.freq_base',
  'rope.freq_base_swa',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
]);

/** Factors that Granite has. */
const FACTORS = ['embedding_scale', 'attention.scale', 'residual_scale', 'logit_scale'] as const;

/** Caps that Gemma 2 has. */
const CAPS: readonly string[] = ['attn_logit_softcapping', 'final_logit_softcapping'];

/** Keys that change nothing at the one value that they may have. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  expert_count: [0],
  expert_used_count: [0],
  final_logit_softcapping: [0],
  attn_logit_softcapping: [0],
  'attention.causal': [true],
  embedding_scale: [1],
  residual_scale: [1],
  logit_scale: [1],
  tensor_data_layout: ['Meta AI original pth', 'reference'],
};

/**
 * The plan of a model by its metadata and tensors, from one file or several. Throws `model-checkpoint-unknown` and
 * `model-checkpoint-invalid`, naming what is wrong.
 */
export function ggufPlan(
  file: string,
  metadata: Metadata,
  tensors: readonly StoredTensor[],
  read: ReadTensor,
): DecoderPlan {
  const architecture = metadata.get('general.architecture');
  const family =
    typeof architecture === 'string' && Object.hasOwn(FAMILIES, architecture) ? FAMILIES[architecture] : undefined;
  if (typeof architecture !== 'string' || family === undefined)
    return notRead(file, `${file} is of the architecture ${shown(architecture ?? null)}, which is not read.`);
  const settings = new Settings(file, metadata, architecture, family);
  const layerCount = settings.whole('block_count', 1, 512);
  const hidden = settings.whole('embedding_length', 1, 65_536);
  const heads = settings.whole('attention.head_count', 1, 1024);
  const headSize = settings.whole('attention.key_length', 2, 4096, hidden / heads);
  settings.equal('attention.value_length', headSize);
  settings.equal('rope.dimension_count', headSize);
  const [factors, others] = [
    tensors.filter(({ name }) => name === ROPE_FACTORS),
    tensors.filter(({ name }) => name !== ROPE_FACTORS),
  ];
  const base = settings.real('rope.freq_base', 10_000);
  const linear = settings.linearFactor();
  const stretch = factors[0] === undefined ? linear : factorsIn(file, factors[0], headSize, read);
  const rotations = [inverseFrequencies(headSize, base, stretch)];
  const window =
    family.everyWhole === 0 || (family.everyWhole === Infinity && !settings.has('attention.sliding_window'))
      ? null
      : settings.whole('attention.sliding_window', 1, 2 ** 31);
  if (window !== null && family.localBase > 0)
    rotations.push(inverseFrequencies(headSize, settings.real('rope.freq_base_swa', family.localBase)));
  if (architecture === 'olmo2' && settings.has('attention.sliding_window'))
    notRead(file, `${file} has the setting olmo2.attention.sliding_window, as OLMo 3 has, which is not read.`);
  const isWhole = settings.pattern(layerCount, family.everyWhole);
  const kinds = Array.from({ length: layerCount }, (_, layer): LayerKind => {
    const local = window !== null && !isWhole(layer);
    const none = family.everyNoRotary > 0 && (layer + 1) % family.everyNoRotary === 0;
    return { rotation: none ? null : local ? rotations.length - 1 : 0, window: local ? window : null };
  });
  const widthOfQueries = layerCount === family.layersScaledByWidth ? hidden / heads : headSize;
  const kvHeads = settings.whole('attention.head_count_kv', 1, heads, heads);
  const inner = settings.whole('feed_forward_length', 1, 2 ** 24);
  return planOf(
    {
      file,
      hidden,
      heads,
      kvHeads,
      headSize,
      inner,
      vocabulary: null,
      contextTokens: settings.whole('context_length', 1, 2 ** 24),
      epsilon: settings.real('attention.layer_norm_rms_epsilon'),
      attentionScale: settings.factor('attention.scale', widthOfQueries ** -0.5),
      attentionCap: family.caps && settings.real('attn_logit_softcapping', family.caps.attention),
      activation: family.activation,
      embeddingScale: family.scalesEmbedding ? Math.sqrt(hidden) : settings.factor('embedding_scale', 1),
      branchScale: settings.factor('residual_scale', 1),
      logitScale: 1 / settings.factor('logit_scale', 1),
      logitCap: family.caps && settings.real('final_logit_softcapping', family.caps.logits),
      normOffset: 0,
      headNorms: family.headNorms,
      beforeNorms: family.beforeNorms,
      afterNorms: family.afterNorms,
      rotations,
      kinds,
      paired: family.paired,
      biased: family.biased,
    },
    NAMES,
    family.fused
      ? unfused(file, others, {
          attn_qkv: [
            ['attn_q', heads * headSize],
            ['attn_k', kvHeads * headSize],
            ['attn_v', kvHeads * headSize],
          ],
          ffn_up: [
            ['ffn_gate', inner],
            ['ffn_up', inner],
          ],
        })
      : others,
  );
}

function factorsIn(file: string, tensor: StoredTensor, headSize: number, read: ReadTensor): Float32Array {
  const values = tensor.dims.length === 1 && tensor.dims[0] === headSize / 2 ? smallTensor(tensor, read) : null;
  if (values === null || values.some((value) => !Number.isFinite(value) || value <= 0))
    return damaged(
      file,
      `${file} ${tensor.name} must hold ${headSize / 2} factors above 0, one for each pair of a head.`,
    );
  return values;
}

/** The metadata below an architecture's name. */
class Settings {
  readonly #file: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #scaled: boolean;

  constructor(file: string, metadata: Metadata, architecture: string, family: GgufFamily) {
    this.#file = file;
    const prefix = `${architecture}.`;
    this.#scaled = architecture === 'granite';
    this.#values = new Map(
      [...metadata].flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
      ),
    );
    for (const [key, value] of this.#values) {
      const neutral = Object.hasOwn(NEUTRAL, key) ? NEUTRAL[key] : undefined;
      if (KEYS.has(key) || neutral?.includes(value) === true) continue;
      if (family.caps !== null && CAPS.includes(key)) continue;
      if (this.#scaled && (FACTORS as readonly string[]).includes(key)) continue;
      notRead(file, `${file} has the setting ${prefix}${key} = ${shown(value)}, which is not read.`);
    }
  }

  /** A whole number; lists, as layers of several kinds have them, only where all are equal. */
  whole(key: string, least: number, most: number, missing?: number): number {
    const given = this.#values.get(key);
    const value =
      Array.isArray(given) && given.length > 0 && given.every((one) => one === given[0])
        ? (given[0] as unknown)
        : (given ?? missing);
    return wholeIn({ file: this.#file, key, value }, least, most);
  }

  /** A number above 0. */
  real(key: string, missing?: number): number {
    return positiveIn({ file: this.#file, key, value: this.#values.get(key) ?? missing });
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** One of the factors that Granite has; `missing` for other families. */
  factor(key: (typeof FACTORS)[number], missing: number): number {
    return this.#scaled ? this.real(key, missing) : missing;
  }

  /** Refuses a setting that is there and another than the one that is read. */
  equal(key: string, wanted: number): void {
    const value = this.#values.get(key);
    if (value !== undefined && value !== wanted)
      notRead(this.#file, `${this.#file} ${key} is ${shown(value)}; only ${wanted}, the size of a head, is read.`);
  }

  /** What inverse frequencies are divided by. */
  linearFactor(): number {
    const type = this.#values.get('rope.scaling.type') ?? 'none';
    if (type === 'none') return 1;
    if (type === 'linear') return this.real('rope.scaling.factor');
    return notRead(this.#file, `${this.#file} scales its rotary embedding by ${shown(type)}, which is not read.`);
  }

  /** Which layers see everything: as the file says, or else one in `every`. */
  pattern(layerCount: number, every: number): (layer: number) => boolean {
    const given = this.#values.get('attention.sliding_window_pattern');
    if (every === 0 || given === undefined) return (layer) => every === 0 || (layer + 1) % every === 0;
    if (typeof given === 'number' && Number.isInteger(given) && given > 0) return (layer) => (layer + 1) % given === 0;
    if (Array.isArray(given) && given.length === layerCount && given.every((one) => typeof one === 'boolean'))
      return (layer) => given[layer] === false;
    return damaged(
      this.#file,
      `${this.#file} attention.sliding_window_pattern must say for each of ${layerCount} layers whether it has a window.`,
    );
  }
}
