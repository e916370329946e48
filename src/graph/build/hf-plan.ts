/**
 * What the `config.json` of a Hugging Face model says, as the graph builder takes it: sizes, and tensors by the names that transformers
 * gives them. Settings and tensors that are not known are refused by their names.
 */
import type { StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import { shown } from '../../base/shown.ts';
import type { DecoderPlan, LayerKind } from './decoder-config.ts';
import { unfused } from './fused.ts';
import { planOf, type Sizes, type TensorNames } from './plan.ts';
import { inverseFrequencies, llama3Frequencies } from './rotary.ts';
import { positiveIn, wholeIn } from './settings.ts';

/** What of a family its config does not say. */
interface HfFamily {
  readonly headNorms: Sizes['headNorms'];
  /** OLMo 2: the results of attention and MLP are normed, and what these read is not. */
  readonly afterOnly: boolean;
  /** Gemma: norms after attention and MLP, norms around zero, embeddings scaled. */
  readonly gemma: boolean;
  readonly biased: boolean;
  /** transformers' own default for a head. */
  readonly headSize: number | null;
  /** The rotary base where the config says none. */
  readonly base: number;
  /** Of how many layers one, the last, has no rotary embedding; 0 where all have it. */
  readonly everyNoRotary: number;
  /** Of how many layers one, the last, sees everything where the config does not say which; 0 where all the others do too. */
  readonly everyWhole: number;
  /** The rotary base of layers with a window; 0 where it is that of all. */
  readonly localBase: number;
  /** Caps of attention's scores and of logits where the config says none; null where the family has none. */
  readonly caps: { readonly attention: number; readonly logits: number } | null;
  /** Granite: embeddings, scores of attention, branches and logits have factors of their own. */
  readonly factors: boolean;
  /** Phi-3: queries, keys and values are one product, and so are gate and up. */
  readonly fused: boolean;
}

const PLAIN: HfFamily = {
  headNorms: null,
  afterOnly: false,
  gemma: false,
  biased: false,
  headSize: null,
  base: 10_000,
  everyNoRotary: 0,
  everyWhole: 0,
  localBase: 0,
  caps: null,
  factors: false,
  fused: false,
};

/** By `model_type`. */
const FAMILIES: Readonly<Record<string, HfFamily>> = {
  llama: PLAIN,
  mistral: PLAIN,
  smollm3: { ...PLAIN, everyNoRotary: 4 },
  granite: { ...PLAIN, factors: true },
  phi3: { ...PLAIN, fused: true },
  qwen2: { ...PLAIN, biased: true },
  qwen3: { ...PLAIN, headNorms: 'each', headSize: 128 },
  olmo2: { ...PLAIN, headNorms: 'all', afterOnly: true, base: 500_000 },
  gemma2: { ...PLAIN, gemma: true, headSize: 256, everyWhole: 2, caps: { attention: 50, logits: 30 } },
  gemma3_text: {
    ...PLAIN,
    headNorms: 'each',
    gemma: true,
    headSize: 256,
    base: 1_000_000,
    everyWhole: 6,
    localBase: 10_000,
  },
};

const NAMES = {
  embedding: 'model.embed_tokens',
  finalNorm: 'model.norm',
  head: 'lm_head',
  layer: (index: number, part: string): string => `model.layers.${index}.${part}`,
  parts: {
    attentionNorm: 'input_layernorm',
    query: 'self_attn.q_proj',
    key: 'self_attn.k_proj',
    value: 'self_attn.v_proj',
    output: 'self_attn.o_proj',
    queryNorm: 'self_attn.q_norm',
    keyNorm: 'self_attn.k_norm',
    afterAttentionNorm: 'post_attention_layernorm',
    mlpNorm: 'post_attention_layernorm',
    gate: 'mlp.gate_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
    afterMlpNorm: 'post_feedforward_layernorm',
  },
} satisfies TensorNames;

const GEMMA_NAMES: TensorNames = { ...NAMES, parts: { ...NAMES.parts, mlpNorm: 'pre_feedforward_layernorm' } };

/** Frequencies that old checkpoints hold as tensors, though their config says them. */
const OLD_FREQUENCIES = /^model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/;

/** The plan of a model. Throws `model-checkpoint-unknown` and `model-checkpoint-invalid`, naming what is wrong. */
export function hfPlan(
  file: string,
  config: Readonly<Record<string, unknown>>,
  tensors: readonly StoredTensor[],
): DecoderPlan {
  const settings = new Settings(file, config);
  const type = config['model_type'];
  const family = typeof type === 'string' && Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (typeof type !== 'string' || family === undefined)
    return notRead(file, `${file} has the model_type ${shown(type ?? null)}, which is not read.`);
  if (config['quantization_config'] !== undefined)
    notRead(file, `${file} has quantization_config: weights that are quantised in safetensors are not read.`);
  const cap = (key: string, missing: number | undefined): number | null =>
    missing === undefined ? settings.without(key) : config[key] === null ? null : settings.real(key, missing);
  const layerCount = settings.whole('num_hidden_layers', 1, 512);
  const hidden = settings.whole('hidden_size', 1, 65_536);
  const heads = settings.whole('num_attention_heads', 1, 1024);
  const headSize = settings.whole('head_dim', 2, 4096, family.headSize ?? hidden / heads);
  if (config['tie_word_embeddings'] === false && !tensors.some(({ name }) => name === 'lm_head.weight'))
    damaged(file, `${file} says that the head has weights of its own, and there is no tensor lm_head.weight.`);
  const kinds = settings.kinds(layerCount, family);
  const rotations = settings.rotations(headSize, family);
  const kvHeads = settings.whole('num_key_value_heads', 1, heads, heads);
  const inner = settings.whole('intermediate_size', 1, 2 ** 24);
  const factor = (key: string): number => (family.factors ? settings.real(key, 1) : 1);
  const used = tensors.filter(
    ({ name }) => !OLD_FREQUENCIES.test(name) && !(name === 'lm_head.weight' && config['tie_word_embeddings'] === true),
  );
  return planOf(
    {
      file,
      hidden,
      heads,
      kvHeads,
      headSize,
      inner,
      vocabulary: settings.whole('vocab_size', 1, 2 ** 24),
      contextTokens: settings.whole('max_position_embeddings', 1, 2 ** 24),
      epsilon: settings.real('rms_norm_eps', 1e-6),
      attentionScale: family.factors
        ? factor('attention_multiplier')
        : (family.gemma ? settings.real('query_pre_attn_scalar', 256) : headSize) ** -0.5,
      attentionCap: cap('attn_logit_softcapping', family.caps?.attention),
      activation: settings.activation(),
      embeddingScale: family.gemma ? Math.sqrt(hidden) : factor('embedding_multiplier'),
      branchScale: factor('residual_multiplier'),
      logitScale: 1 / factor('logits_scaling'),
      logitCap: cap('final_logit_softcapping', family.caps?.logits),
      normOffset: family.gemma ? 1 : 0,
      headNorms: family.headNorms,
      beforeNorms: !family.afterOnly,
      afterNorms: family.gemma || family.afterOnly,
      rotations,
      kinds,
      paired: false,
      biased: family.biased,
    },
    family.gemma ? GEMMA_NAMES : NAMES,
    family.fused
      ? unfused(file, used, {
          'self_attn.qkv_proj': [
            ['self_attn.q_proj', heads * headSize],
            ['self_attn.k_proj', kvHeads * headSize],
            ['self_attn.v_proj', kvHeads * headSize],
          ],
          'mlp.gate_up_proj': [
            ['mlp.gate_proj', inner],
            ['mlp.up_proj', inner],
          ],
        })
      : used,
  );
}

/** The settings of a config. */
class Settings {
  readonly #file: string;
  readonly #config: Readonly<Record<string, unknown>>;

  constructor(file: string, config: Readonly<Record<string, unknown>>) {
    this.#file = file;
    this.#config = config;
  }

  whole(key: string, least: number, most: number, missing?: number): number {
    return wholeIn({ file: this.#file, key, value: this.#config[key] ?? missing }, least, most);
  }

  real(key: string, missing?: number, from = this.#config): number {
    return positiveIn({ file: this.#file, key, value: from[key] ?? missing });
  }

  /** Refuses a setting that is there and not null. */
  without(key: string): null {
    const value = this.#config[key];
    if (value === undefined || value === null) return null;
    return notRead(this.#file, `${this.#file} has the setting ${key} = ${shown(value)}, which is not read.`);
  }

  activation(): DecoderPlan['activation'] {
    const name = this.#config['hidden_activation'] ?? this.#config['hidden_act'] ?? 'silu';
    if (name === 'silu') return 'silu';
    if (name === 'gelu_pytorch_tanh') return 'gelu-tanh';
    return notRead(this.#file, `${this.#file} has the activation ${shown(name)}, which is not read.`);
  }

  /** How each layer attends. */
  kinds(layerCount: number, family: HfFamily): readonly LayerKind[] {
    const {
      layer_types: types,
      sliding_window: width,
      use_sliding_window: used,
      no_rope_layers: rotary,
    } = this.#config;
    const window = typeof width === 'number' && used !== false ? this.whole('sliding_window', 1, 2 ** 31) : null;
    const isLocal = this.#locals(types, layerCount, window, family);
    const everyNone =
      family.everyNoRotary === 0 ? 0 : this.whole('no_rope_layer_interval', 1, 512, family.everyNoRotary);
    if (
      rotary !== undefined &&
      rotary !== null &&
      !(Array.isArray(rotary) && rotary.length === layerCount && rotary.every((one) => one === 0 || one === 1))
    )
      damaged(
        this.#file,
        `${this.#file} no_rope_layers must say 0 or 1 for each of ${layerCount} layers, got ${shown(rotary)}.`,
      );
    return Array.from({ length: layerCount }, (_, layer): LayerKind => {
      const local = isLocal(layer);
      const none = Array.isArray(rotary) ? rotary[layer] === 0 : everyNone > 0 && (layer + 1) % everyNone === 0;
      return { rotation: none ? null : local && family.localBase > 0 ? 1 : 0, window: local ? window : null };
    });
  }

  #locals(types: unknown, layerCount: number, window: number | null, family: HfFamily): (layer: number) => boolean {
    if (window === null) return () => false;
    if (types !== undefined && types !== null) {
      const known = ['sliding_attention', 'full_attention'];
      if (!Array.isArray(types) || types.length !== layerCount || !types.every((one) => known.includes(one as string)))
        return notRead(
          this.#file,
          `${this.#file} layer_types must be "sliding_attention" or "full_attention" for each of ${layerCount} layers, got ${shown(types)}.`,
        );
      return (layer) => types[layer] === 'sliding_attention';
    }
    if (family.everyWhole > 0) {
      const every = this.whole('sliding_window_pattern', 1, 512, family.everyWhole);
      return (layer) => (layer + 1) % every !== 0;
    }
    // Of Qwen 2 the layers from this one on; of Mistral all.
    const first = this.whole('max_window_layers', 0, 512, 0);
    return (layer) => layer >= first;
  }

  /** Inverse frequencies of the rotary tables: one, and of Gemma 3 a second for layers with a window. */
  rotations(headSize: number, family: HfFamily): readonly Float32Array[] {
    const given = this.#config['rope_parameters'];
    const parameters = isObject(given) ? given : null;
    if (family.localBase === 0) return [this.#rotation(headSize, parameters, family.base)];
    const [whole, local] = [parameters?.['full_attention'], parameters?.['sliding_attention']];
    if (isObject(whole) && isObject(local))
      return [this.#rotation(headSize, whole, family.base), this.#rotation(headSize, local, family.localBase)];
    const base = this.real('rope_local_base_freq', family.localBase);
    return [this.#rotation(headSize, parameters, family.base), inverseFrequencies(headSize, base)];
  }

  #rotation(headSize: number, parameters: Readonly<Record<string, unknown>> | null, missing: number): Float32Array {
    const scaling = this.#config['rope_scaling'];
    const from = { ...(isObject(scaling) ? scaling : {}), ...(parameters ?? {}) };
    const plain = inverseFrequencies(headSize, this.real('rope_theta', this.real('rope_theta', missing), from));
    const type = from['rope_type'] ?? from['type'] ?? 'default';
    const part = this.#config['partial_rotary_factor'] ?? from['partial_rotary_factor'] ?? 1;
    if (part !== 1)
      notRead(this.#file, `${this.#file} turns a part of each head only (partial_rotary_factor), which is not read.`);
    if (type === 'default') return plain;
    const real = (key: string): number => this.real(key, undefined, from);
    if (type === 'linear') return plain.map((frequency) => frequency / real('factor'));
    if (type === 'llama3')
      return llama3Frequencies(plain, {
        factor: real('factor'),
        lowFrequencyFactor: real('low_freq_factor'),
        highFrequencyFactor: real('high_freq_factor'),
        originalContext: real('original_max_position_embeddings'),
      });
    return notRead(this.#file, `${this.#file} scales its rotary embedding by ${shown(type)}, which is not read.`);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
