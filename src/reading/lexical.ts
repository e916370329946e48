/**
 * The part of a token's score that the words alone predict: offset + weights · (embedding of the token, embedding of the
 * one before). What is left of the score is what the model has made of more than two words.
 */
import type { LexicalModel } from '../probe/probe-types.ts';

/** Whether words predict a layer's scores at all: layer 0 has none to predict, and probes of the first format have no such model. */
export function hasLexical(explained: readonly number[], layer: number): boolean {
  return (explained[layer] ?? 0) > 0;
}

/**
 * Predicted scores of consecutive tokens `[tokens, layers]` from their embeddings (layer-0 residuals) `[tokens, hidden]`.
 * `before` is the embedding of the token before the first one; `firstPosition` is the first token's position in the text.
 * Position 0 becomes NaN, and so does every layer without a lexical model. At position 1 the token before is the sink,
 * whatever `before` holds: its half is left out, as it was in the fit. Throws `RangeError` where a later token's
 * predecessor is missing or a size does not fit.
 */
export function lexicalScores(
  lexical: LexicalModel,
  embeddings: Float32Array,
  before: Float32Array | null,
  firstPosition: number,
): Float32Array {
  const layers = lexical.offset.length;
  const hidden = lexical.weights.length / (2 * layers);
  const tokens = embeddings.length / hidden;
  if (!Number.isInteger(tokens))
    throw new RangeError(`embeddings hold ${embeddings.length} numbers, not a multiple of ${hidden}`);
  if (firstPosition > 1 && before?.length !== hidden)
    throw new RangeError(
      `the token before position ${firstPosition} needs its embedding of ${hidden} numbers, got ${before?.length ?? 'none'}`,
    );
  const out = new Float32Array(tokens * layers).fill(NaN);
  for (let token = 0; token < tokens; token += 1) {
    const position = firstPosition + token;
    if (position === 0) continue;
    for (let layer = 0; layer < layers; layer += 1) {
      if (!hasLexical(lexical.explained, layer)) continue;
      const own = layer * 2 * hidden;
      let sum = (lexical.offset[layer] ?? NaN) + dot(lexical.weights, own, embeddings, token * hidden, hidden);
      if (position > 1)
        sum +=
          token === 0
            ? dot(lexical.weights, own + hidden, before ?? embeddings, 0, hidden)
            : dot(lexical.weights, own + hidden, embeddings, (token - 1) * hidden, hidden);
      out[token * layers + layer] = sum;
    }
  }
  return out;
}

function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return sum;
}
