/** Words about models that are brought in: variants, where they come from, and whether they fit. */
import type { MemoryEstimate } from '../core/model-memory.ts';
import { HOSTS_VARIABLE } from '../core/model-hosts.ts';
import { count, fileSize } from './numbers.ts';

/** What a variant is, by the name that exporters give it. */
const DTYPES: Readonly<Record<string, string>> = {
  fp32: 'as exported; mostly 32-bit weights',
  fp16: '16-bit weights and activations',
  q4: '4-bit weights, 32-bit activations',
  q4f16: '4-bit weights, 16-bit activations',
  q8: '8-bit weights',
  int8: '8-bit weights',
  uint8: '8-bit weights',
  bnb4: '4-bit weights, bitsandbytes',
  q2: '2-bit weights',
  q2f16: '2-bit weights, 16-bit activations',
};

/** What is known of a variant by its name. */
export function dtypeWords(dtype: string): string {
  return DTYPES[dtype] ?? '';
}

/** Why there is no field for a model's id, and how to get one. */
export const HOSTS_OFF = `This page asks no other address for anything, so it fetches no models. To let it, stop Flipside and start it as ${HOSTS_VARIABLE}="https://huggingface.co https://*.hf.co" npm start.`;

/** How much memory a model takes, in one sentence. */
export function memorySentence(estimate: MemoryEstimate): string {
  const { weightBytes, cacheBytes, tokens, bytes } = estimate;
  if (cacheBytes === null) return `About ${fileSize(bytes)} on the graphics card for its weights; what a text takes is known once it is loaded, because this graph holds its weights.`;
  return `About ${fileSize(bytes)} on the graphics card: ${fileSize(weightBytes)} of weights and ${fileSize(cacheBytes)} for a text of ${count(tokens)} tokens. Writing fast takes the weights once more, where there is room.`;
}

/** Whether the card takes it, in one sentence. */
export function bufferSentence({ largestBufferBytes, bufferLimitBytes, lacksHalf, fits }: MemoryEstimate): string {
  if (lacksHalf) return 'It computes in 16 bits (shader-f16), which this card does not offer to the browser: on the card it does not fit.';
  if (largestBufferBytes === null) return 'Its largest buffer is known once it is loaded.';
  if (fits === null || bufferLimitBytes === null) return `Its largest buffer is ${fileSize(largestBufferBytes)}. This browser offers no graphics card, so it would run on the processor, slowly, if at all.`;
  return fits
    ? `Its largest buffer is ${fileSize(largestBufferBytes)}; this card takes ${fileSize(bufferLimitBytes)}.`
    : `Its largest buffer is ${fileSize(largestBufferBytes)}, and this card takes ${fileSize(bufferLimitBytes)} in one: on the card it does not fit. On the processor it would be slow, if it runs there at all.`;
}
