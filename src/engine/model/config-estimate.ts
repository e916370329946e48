/**
 * What a model takes by its config.json and its variant's name alone, where its graph holds its weights and is too
 * large to be looked into.
 */
import type { ModelNeeds } from '../../models/model-source.ts';
import { parseModelConfig } from './model-config.ts';

/** What is estimated. */
export type EstimatedNeeds = Pick<
  ModelNeeds,
  'layerCount' | 'cacheBytesPerToken' | 'largestWeightBytes' | 'half' | 'estimated'
>;

/** No field of a config that is counted with is larger. */
const LARGEST = 1e6;

/**
 * Keys and values of a token: 2 · layers · key/value heads · head size numbers. Largest buffer: width times vocabulary,
 * or times the inner width
 * where that is larger, in numbers as the activations have them; an embedding that is quantised is smaller, so this is
 * at most what it takes.
 * Numbers have 2 bytes where the variant's name ends in `f16` or is `fp16`, else 4. What config.json does not say is null.
 * Throws `model-text-invalid` as {@link parseModelConfig}.
 */
export function estimateNeeds(configJson: string, dtype: string): EstimatedNeeds {
  const { hidden, vocabulary } = parseModelConfig(configJson);
  const fields = JSON.parse(configJson) as Readonly<Record<string, unknown>>;
  const size = (name: string): number | null => {
    const value = fields[name];
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST ? value : null;
  };
  const half = /f(?:p)?16$/.test(dtype);
  const bytes = half ? 2 : 4;
  const [layers, heads] = [size('num_hidden_layers'), size('num_attention_heads')];
  const keyHeads = size('num_key_value_heads') ?? heads;
  const headSize = size('head_dim') ?? (heads === null ? null : Math.floor(hidden / heads));
  const known = layers !== null && keyHeads !== null && headSize !== null;
  return {
    layerCount: known ? layers : 0,
    cacheBytesPerToken: known ? 2 * layers * keyHeads * headSize * bytes : null,
    largestWeightBytes: hidden * Math.max(vocabulary, size('intermediate_size') ?? 0) * bytes,
    half,
    estimated: true,
  };
}
