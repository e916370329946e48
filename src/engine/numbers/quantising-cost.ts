/** What quantising weights cost on the first tokens that are read: streams and next words beside those of the weights as they are. */
import { argmax } from '../../reading/sampling.ts';
import { klFromLogits, logSumExp } from '../../reading/divergence.ts';
import type { Decoder } from '../decoder.ts';
import { ownTexts } from './numbers-reference.ts';

/** A text as a model reads it. */
export interface FirstReading {
  readonly tokens: number;
  /** `[layers + 1, tokens, hidden]`. */
  readonly residuals: Float32Array;
  /** `[tokens, vocabulary]`. */
  readonly logits: Float32Array;
}

/** What quantising cost on these texts. */
export interface QuantisingCost {
  readonly tokens: number;
  /** By layer ‖difference of streams‖ / ‖stream‖ over all tokens but the first of a text, a sink whose length would drown them. */
  readonly streamError: readonly number[];
  /** Divergence of the next word from that of the weights as they are, in nats: mean over tokens, and largest. */
  readonly meanKl: number;
  readonly largestKl: number;
  /** Tokens after which the likeliest next word is the same. */
  readonly sameNext: number;
}

/** Reads the texts that every model is checked on, in one pass each. */
export async function readFirst(
  decoder: Decoder,
  start: (text: string) => readonly number[],
): Promise<readonly FirstReading[]> {
  const found: FirstReading[] = [];
  for (const { ids } of ownTexts(start)) {
    const { residuals, logits, cache } = await decoder.run(ids, null, { logitRows: [...ids.keys()] });
    cache.dispose();
    found.push({ tokens: ids.length, residuals, logits });
  }
  return found;
}

/** Compares the texts read with the weights as they are and with those that were quantised, of a model of so many layers and so wide. */
export function quantisingCost(
  before: readonly FirstReading[],
  after: readonly FirstReading[],
  { layerCount, vocabulary }: Pick<Decoder['sizes'], 'layerCount' | 'vocabulary'>,
): QuantisingCost {
  const [changes, squares] = [new Float64Array(layerCount + 1), new Float64Array(layerCount + 1)];
  let [tokens, sumKl, largestKl, sameNext] = [0, 0, 0, 0];
  for (const [at, { tokens: count, residuals, logits }] of before.entries()) {
    const other = after[at];
    if (other === undefined) continue;
    const width = residuals.length / (layerCount + 1) / count;
    for (let layer = 0; layer <= layerCount; layer += 1)
      for (let i = (layer * count + 1) * width; i < (layer + 1) * count * width; i += 1) {
        const own = residuals[i] as number;
        const change = (other.residuals[i] as number) - own;
        changes[layer] = (changes[layer] as number) + change * change;
        squares[layer] = (squares[layer] as number) + own * own;
      }
    for (let token = 0; token < count; token += 1) {
      const row = (all: Float32Array): Float32Array => all.subarray(token * vocabulary, (token + 1) * vocabulary);
      const [p, q] = [row(logits), row(other.logits)];
      const kl = klFromLogits(p, logSumExp(p), q, logSumExp(q));
      sumKl += kl;
      largestKl = Math.max(largestKl, kl);
      sameNext += argmax(p) === argmax(q) ? 1 : 0;
    }
    tokens += count;
  }
  const streamError = Array.from(changes, (change, layer) => Math.sqrt(change / (squares[layer] as number)));
  return { tokens, streamError, meanKl: sumKl / tokens, largestKl, sameNext };
}
