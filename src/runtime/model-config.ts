/** The few numbers of a model's `config.json` that the engine needs. */
import { AppError } from '../core/errors.ts';

/** Sizes from `config.json`. */
export interface ModelConfig {
  readonly hidden: number;
  readonly vocabulary: number;
  readonly contextTokens: number;
  /** Ids that end a text. */
  readonly endTokens: readonly number[];
}

/** Reads `config.json` of a Hugging Face model. Throws `model-manifest-invalid` naming the field. */
export function parseModelConfig(text: string): ModelConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (thrown) {
    throw new AppError('model-manifest-invalid', 'config.json is not valid JSON. Load the model again.', {}, thrown);
  }
  const fields: Record<string, unknown> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const size = (name: string): number => {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1e7) {
      throw new AppError('model-manifest-invalid', `config.json: ${name} must be a whole number from 1 to 10,000,000, got ${JSON.stringify(value) ?? 'nothing'}.`, { field: name });
    }
    return value;
  };
  const end = fields['eos_token_id'];
  const endTokens = (Array.isArray(end) ? end : [end]).filter((id): id is number => typeof id === 'number' && Number.isInteger(id));
  return { hidden: size('hidden_size'), vocabulary: size('vocab_size'), contextTokens: size('max_position_embeddings'), endTokens };
}
