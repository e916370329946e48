/**
 * A model's last hidden states by functions that its compiled library may have: `prefill_to_last_hidden_states` and
 * `decode_to_last_hidden_states` (the Llama family has them; Gemma 3, Qwen 2 and Phi do not). They give every token's state after
 * the final norm. Nothing of the layers between is to be had, and nothing can be steered.
 */
import { AppError } from '../base/errors.ts';
import { concat } from '../base/float32.ts';
import { halfToFloat } from '../base/half.ts';
import type { Inside, TokenStates } from '../chat/chat-model.ts';
import type { ForwardFunction, Pipeline, Tensor } from './web-llm-parts.ts';

/** For passes of several tokens, and of one. */
const FUNCTIONS = ['prefill_to_last_hidden_states', 'decode_to_last_hidden_states'] as const;

/** What a loaded model shows of its inside. */
export function insideOf(pipeline: Pipeline): Inside {
  if (pipeline.kvCache === undefined || pipeline.rnnState !== undefined)
    return { kind: 'closed', lacks: ['a key-value cache of its own'] };
  const { tvm } = pipeline;
  tvm.beginScope();
  const lacks = FUNCTIONS.filter((name) => functionOf(pipeline, name) === null);
  tvm.endScope();
  return lacks.length === 0 ? { kind: 'last-layer' } : { kind: 'closed', lacks };
}

/** Tokens that a text may have. */
function contextOf({ contextWindowSize, slidingWindowSize }: Pipeline): number {
  return contextWindowSize > 0 ? contextWindowSize : slidingWindowSize;
}

/**
 * Reads tokens from the beginning, in as many passes as the library wants, and leaves the cache empty. Throws
 * `second-engine-unavailable` where the library lacks a function, `text-empty`, and `text-too-long`.
 */
export async function readStates(pipeline: Pipeline, tokens: readonly number[]): Promise<TokenStates> {
  const inside = insideOf(pipeline);
  if (inside.kind === 'closed')
    throw new AppError(
      'second-engine-unavailable',
      `This model's library lacks ${inside.lacks.join(' and ')}: its last layer cannot be read. Libraries of the Llama family have both functions.`,
      { lacks: inside.lacks.join(' ') },
    );
  const context = contextOf(pipeline);
  if (tokens.length === 0) throw new AppError('text-empty', 'There is no token to read.');
  if (tokens.length > context)
    throw new AppError('text-too-long', `The text has ${tokens.length} tokens, but this chat model takes ${context}.`, {
      tokens: tokens.length,
      context,
    });
  pipeline.resetChat();
  const parts: { readonly embeddings: Float32Array; readonly last: Float32Array }[] = [];
  let hidden = 0;
  try {
    for (let start = 0; start < tokens.length; start += pipeline.prefillChunkSize) {
      const part = await pass(pipeline, tokens.slice(start, start + pipeline.prefillChunkSize));
      hidden = part.hidden;
      parts.push(part);
    }
  } finally {
    pipeline.resetChat();
  }
  return {
    count: tokens.length,
    hidden,
    embeddings: concat(parts.map((part) => part.embeddings)),
    last: concat(parts.map((part) => part.last)),
  };
}

/** One pass over tokens that follow those in the cache. */
async function pass(
  pipeline: Pipeline,
  tokens: readonly number[],
): Promise<{ hidden: number; embeddings: Float32Array; last: Float32Array }> {
  const { tvm, kvCache, params } = pipeline;
  let hidden = 0;
  let copies: readonly Tensor[] = [];
  tvm.beginScope();
  try {
    const forward = functionOf(pipeline, tokens.length > 1 ? FUNCTIONS[0] : FUNCTIONS[1]);
    if (forward === null) throw new AppError('internal', 'A function of the library that was there is there no more.');
    const embedded = pipeline.getTokensEmbeddings(tokens);
    hidden = embedded.shape.at(-1) ?? 0;
    pipeline.fKVCacheBeginForward(kvCache, tvm.makeShapeTuple([0]), tvm.makeShapeTuple([tokens.length]));
    const states = forward(embedded.view([1, tokens.length, hidden]), kvCache, params).get(0);
    pipeline.fKVCacheEndForward(kvCache);
    copies = [embedded, states].map((tensor) =>
      tvm.detachFromCurrentScope(tvm.empty(tensor.shape, tensor.dtype, tvm.cpu())).copyFrom(tensor),
    );
  } finally {
    tvm.endScope();
  }
  // Copies from the card have arrived only after this.
  await pipeline.device.sync();
  const [embeddings, last] = copies.map((copy) => numbersOf(copy, tokens.length * hidden));
  for (const copy of copies) copy.dispose();
  return { hidden, embeddings: embeddings ?? new Float32Array(), last: last ?? new Float32Array() };
}

/** A function of the library; null where it has none of that name, which the runtime says by throwing. */
function functionOf({ vm }: Pipeline, name: string): ForwardFunction | null {
  try {
    const found = vm.getFunction(name);
    return typeof found === 'function' ? (found as ForwardFunction) : null;
  } catch {
    return null;
  }
}

/** The numbers of a tensor on the CPU, whatever their precision. */
function numbersOf(tensor: Tensor, count: number): Float32Array {
  const bytes = tensor.toRawBytes().slice();
  const numbers =
    tensor.dtype === 'float16'
      ? Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat)
      : tensor.dtype === 'float32'
        ? new Float32Array(bytes.buffer)
        : null;
  if (numbers?.length !== count)
    throw new AppError(
      'internal',
      `The library gave ${bytes.length} bytes of ${tensor.dtype} where ${count} numbers were expected.`,
    );
  return numbers;
}
