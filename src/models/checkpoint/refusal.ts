/** How a checkpoint, GGUF or safetensors, is refused: what is wrong with it, by name, and what to do. */
import { AppError } from '../../base/errors.ts';

/** Throws `model-checkpoint-invalid`: the file is damaged, or not what it claims to be. `what` is a sentence that names the place. */
export function damaged(file: string, what: string): never {
  throw new AppError('model-checkpoint-invalid', `${what} Get the file again from where it came from.`, { file });
}

/** Throws `model-checkpoint-unknown`: the file may be good, and holds something that is not read. `what` is a sentence that names it. */
export function notRead(file: string, what: string): never {
  throw new AppError(
    'model-checkpoint-unknown',
    `${what} Families that are read from a checkpoint: Llama, SmolLM 2 and 3, Mistral, Qwen 2 and 3, Gemma 3. Numbers: F32, F16, BF16, and in GGUF Q4_0 to Q8_0 and Q2_K to Q6_K.`,
    { file },
  );
}

/** Throws `model-checkpoint-unknown`: weights cannot be kept as it was asked. `what` is a sentence that names the tensor or file. */
export function cannotKeep(file: string, what: string): never {
  throw new AppError('model-checkpoint-unknown', `${what} Keep the weights as they are.`, { file });
}
