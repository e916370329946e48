/**
 * Models on the Hugging Face Hub that are known to fit: their family is read and compared with PyTorch, their licence is open, and their
 * weights with a text of 2,048 tokens take less than the 4 GiB of a tab. Sizes are those of the files at the commits in docs/models.md.
 */

/** One of them. */
export interface HubModel {
  /** `owner/name`. */
  readonly repo: string;
  /** The variant that is looked at first, as a list of its files calls it. */
  readonly dtype: string;
  /** Bytes of the file that holds its weights. */
  readonly bytes: number;
  /** As `model_type` in config.json, or `general.architecture` in a GGUF file, calls it. */
  readonly family: string;
  /** By its SPDX name. */
  readonly licence: string;
}

/** Smallest first. */
export const HUB_MODELS: readonly HubModel[] = [
  {
    repo: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    dtype: 'safetensors',
    bytes: 269_060_552,
    family: 'llama',
    licence: 'Apache-2.0',
  },
  {
    repo: 'HuggingFaceTB/SmolLM2-360M-Instruct-GGUF',
    dtype: 'Q8_0',
    bytes: 386_404_992,
    family: 'llama',
    licence: 'Apache-2.0',
  },
  { repo: 'Qwen/Qwen3-0.6B-GGUF', dtype: 'Q8_0', bytes: 639_446_688, family: 'qwen3', licence: 'Apache-2.0' },
  {
    repo: 'Qwen/Qwen2.5-0.5B-Instruct-GGUF',
    dtype: 'Q8_0',
    bytes: 675_710_816,
    family: 'qwen2',
    licence: 'Apache-2.0',
  },
];
