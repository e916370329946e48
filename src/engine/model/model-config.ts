/** The few numbers of a model's `config.json` that the engine needs. */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import { jsonIn } from './model-text.ts';

/** Sizes from `config.json`. */
export interface ModelConfig {
  readonly hidden: number;
  readonly vocabulary: number;
  readonly contextTokens: number;
  /** Ids that end a text. */
  readonly endTokens: readonly number[];
}

/** Reads `config.json` of a Hugging Face model. Throws `model-text-invalid` naming the field. */
export function parseModelConfig(text: string): ModelConfig {
  const raw = jsonIn('config.json', text);
  const fields: Record<string, unknown> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const size = (name: string): number => {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1e7) {
      throw new AppError(
        'model-text-invalid',
        `config.json: ${name} must be a whole number from 1 to 10,000,000, got ${shown(value)}. Take the config.json that the model was published with.`,
        { file: 'config.json', field: name },
      );
    }
    return value;
  };
  return {
    hidden: size('hidden_size'),
    vocabulary: size('vocab_size'),
    contextTokens: size('max_position_embeddings'),
    endTokens: endTokensIn(fields),
  };
}

/**
 * Ids that end a text by `generation_config.json` as well: what a chat ends with is often said there alone. Throws
 * `model-text-invalid` where it is no JSON.
 */
export function withGenerationConfig(config: ModelConfig, text: string): ModelConfig {
  const raw = jsonIn('generation_config.json', text);
  const more = typeof raw === 'object' && raw !== null ? endTokensIn({ ...raw }) : [];
  return { ...config, endTokens: [...new Set([...config.endTokens, ...more])] };
}

function endTokensIn({ eos_token_id: end }: { readonly eos_token_id?: unknown }): readonly number[] {
  return (Array.isArray(end) ? end : [end]).filter(
    (id): id is number => typeof id === 'number' && Number.isInteger(id),
  );
}
