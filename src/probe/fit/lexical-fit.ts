/**
 * Fits the lexical model: ridge regression of token scores on the embeddings of the token and of the one before, at all
 * layers at once (they share their inputs). Features are centred and standardised, the intercept is not penalised, and
 * weights minimise |y - Zw|²/n + penalty |w|² (scikit-learn's `Ridge` on standardised features with alpha = n penalty).
 */
import { addMoments, lexicalMoments, noMoments, type LexicalMoments, type LexicalText } from './lexical-moments.ts';
import { choleskyInPlace, choleskySolve } from '../../stats/linear/linalg.ts';
import type { LexicalModel } from '../probe-types.ts';

/** Ridge penalties that are tried, in units of the variance of one standardised feature. */
const LEXICAL_PENALTIES: readonly number[] = [0.03, 0.1, 0.3, 1];

/** Groups of texts that are left out in turn; fewer where there are fewer texts. */
const FOLDS = 5;

/** A fitted model and how it was chosen. */
export interface FittedLexical extends LexicalModel {
  readonly penalty: number;
}

/** A linear prediction in the embeddings' own units. */
interface Line {
  /** `[width]`. */
  readonly weights: Float64Array;
  readonly offset: number;
}

/** How often {@link fitLexical} calls `step` for that many texts. */
export function lexicalSteps(texts: number): number {
  const folds = foldsOf(texts);
  return texts + (folds < 2 ? 0 : folds * LEXICAL_PENALTIES.length + 1);
}

/**
 * Fits every layer. The penalty, one for all layers, is the one with the largest share of variance explained in texts
 * left out, averaged over layers; the same shares are `explained`. A layer that the words of other texts do not predict
 * (layer 0 has no scores to predict) gets zero weights and `explained` 0, as do all where there is only one text.
 * `step` is awaited every few hundred milliseconds of arithmetic.
 */
export async function fitLexical(
  texts: readonly LexicalText[],
  hidden: number,
  layers: number,
  step: () => Promise<void>,
): Promise<FittedLexical> {
  const count = foldsOf(texts.length);
  const folds = Array.from({ length: count }, () => noMoments(hidden, layers));
  const all = noMoments(hidden, layers);
  for (const [index, text] of texts.entries()) {
    const moments = lexicalMoments(text, hidden);
    const fold = folds[index % count];
    if (fold !== undefined) addMoments(fold, moments, 1);
    addMoments(all, moments, 1);
    await step();
  }
  const lexical = {
    weights: new Float32Array(layers * 2 * hidden),
    offset: new Array<number>(layers).fill(0),
    explained: new Array<number>(layers).fill(0),
  };
  if (count < 2) return { ...lexical, penalty: 0 };

  const errors = LEXICAL_PENALTIES.map(() => new Float64Array(layers));
  for (const fold of folds) {
    addMoments(all, fold, -1);
    for (const [index, penalty] of LEXICAL_PENALTIES.entries()) {
      ridgeLines(all, layers, penalty).forEach((line, layer) => {
        const sums = errors[index];
        if (sums !== undefined) sums[layer] = (sums[layer] ?? 0) + squaredError(fold, layer, line);
      });
      await step();
    }
    addMoments(all, fold, 1);
  }
  const shares = errors.map((sums) => Array.from(sums, (error, layer) => explainedShare(all, layer, error)));
  const totals = shares.map((row) => row.reduce((sum, share) => sum + share, 0));
  const best = totals.indexOf(Math.max(...totals));
  const penalty = LEXICAL_PENALTIES[best] ?? 1;
  ridgeLines(all, layers, penalty).forEach((line, layer) => {
    const share = shares[best]?.[layer] ?? 0;
    if (!(share > 0)) return;
    lexical.weights.set(line.weights, layer * 2 * hidden);
    lexical.offset[layer] = line.offset;
    lexical.explained[layer] = share;
  });
  await step();
  return { ...lexical, penalty };
}

function foldsOf(texts: number): number {
  return Math.min(FOLDS, texts);
}

/** Ridge regression of every layer's scores. */
function ridgeLines({ gram, size, width }: LexicalMoments, layers: number, penalty: number): Line[] {
  const last = (size - 1) * size;
  const n = gram[last + size - 1] ?? 0;
  const mean = Float64Array.from({ length: size }, (_, i) => (gram[last + i] ?? 0) / n);
  const covariance = (i: number, j: number): number => (gram[i * size + j] ?? 0) / n - (mean[i] ?? 0) * (mean[j] ?? 0);
  const unit = Float64Array.from({ length: width }, (_, i) => 1 / (Math.sqrt(Math.max(0, covariance(i, i))) + 1e-6));
  const system = new Float64Array(width * width);
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j <= i; j += 1) system[i * width + j] = covariance(i, j) * (unit[i] ?? 0) * (unit[j] ?? 0);
    system[i * width + i] = (system[i * width + i] ?? 0) + penalty;
  }
  choleskyInPlace(system, width);
  return Array.from({ length: layers }, (_, layer) => {
    const weights = Float64Array.from({ length: width }, (_unused, i) => covariance(width + layer, i) * (unit[i] ?? 0));
    choleskySolve(system, width, weights);
    let offset = mean[width + layer] ?? 0;
    for (let i = 0; i < width; i += 1) {
      weights[i] = (weights[i] ?? 0) * (unit[i] ?? 0);
      offset -= (weights[i] ?? 0) * (mean[i] ?? 0);
    }
    return { weights, offset };
  });
}

/** Sum of (score - prediction)² over the tokens of `moments`: v'Gv for v = (weights, 0…, -1 at the layer, …0, offset). */
function squaredError({ gram, size, width }: LexicalMoments, layer: number, { weights, offset }: Line): number {
  const target = width + layer;
  const one = size - 1;
  let error = gram[target * size + target] ?? 0;
  error += offset * (offset * (gram[one * size + one] ?? 0) - 2 * (gram[one * size + target] ?? 0));
  for (let i = 0; i < width; i += 1) {
    const row = i * size;
    let sum = 2 * (offset * (gram[row + one] ?? 0) - (gram[row + target] ?? 0));
    for (let j = 0; j < width; j += 1) sum += (gram[row + j] ?? 0) * (weights[j] ?? 0);
    error += (weights[i] ?? 0) * sum;
  }
  return error;
}

/** 1 - error / (sum of squares of the layer's scores about their mean); 0 where the scores do not vary. */
function explainedShare({ gram, size, width }: LexicalMoments, layer: number, error: number): number {
  const target = width + layer;
  const last = (size - 1) * size;
  const spread = (gram[target * size + target] ?? 0) - (gram[last + target] ?? 0) ** 2 / (gram[last + size - 1] ?? 0);
  return spread > 0 ? 1 - error / spread : 0;
}
