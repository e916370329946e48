/**
 * A direction through the lens: which words a step along it makes likelier and which less likely.
 *
 * The lens is logits = W (w ∘ h / rms(h)), with the final norm's weight w and the head W. With the divisor held at the stream's
 * own rms(h) it is linear, and a step s·u along a unit vector u adds s/rms(h) · W (w ∘ u). The unit here is a step as long as
 * the stream itself, s = ‖h‖ = √hidden · rms(h): it adds √hidden · W (w ∘ u), whatever h is, and a tenth of that step adds a
 * tenth. The mean over the vocabulary is taken off, since adding the same to every logit changes no probability.
 */
import { AppError } from '../../base/errors.ts';
import type { DirectionChance, DirectionWord, DirectionWords } from '../../lens/lens.ts';
import { likeliest } from '../../lens/lens-rows.ts';
import { drawLayerDirections } from '../../probe/fit/null-band.ts';
import type { NullModel } from '../../probe/probe-types.ts';
import { quantileOfSorted } from '../../stats/stats.ts';
import { blocksOf, type LensHead } from './lens-head.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/**
 * What the direction is multiplied by before it goes through the norm: so large that the norm's epsilon, which is meant
 * for streams, vanishes beside it.
 */
const SCALE = 1e3;

/**
 * The words that a direction `[layers + 1, hidden]` moves at some layers, `count` at each end, beside random directions
 * of the null model. Throws `probe-width-mismatch` where it does not fit the lens.
 */
export async function directionThroughLens(
  head: LensHead,
  tokenizer: TextTokenizer,
  { direction, nullModel }: { direction: Float32Array; nullModel: NullModel | null },
  layers: readonly number[],
  count: number,
): Promise<DirectionWords[]> {
  const { hidden, vocabulary } = head;
  const told: DirectionWords[] = [];
  for (const layer of layers) {
    const row = direction.subarray(layer * hidden, (layer + 1) * hidden);
    if (row.length !== hidden)
      throw new AppError(
        'probe-width-mismatch',
        `The direction has ${direction.length} numbers in all, too few for layer ${layer} of a model of width ${hidden}. Take one that was made for this model.`,
        { found: direction.length, layer, hidden },
      );
    const length = lengthOf(row);
    if (!(length > 0)) {
      told.push({ layer, length: 0, promoted: [], suppressed: [], chance: null });
      continue;
    }
    const logits = await head.logits(stepAlong(row));
    const mean = meanOf(logits);
    const wordsOf = (sign: 1 | -1): DirectionWord[] => {
      const ids = new Int32Array(Math.min(count, vocabulary));
      likeliest(sign === 1 ? logits : logits.map((value) => -value), ids);
      return Array.from(ids, (id) => ({ id, text: tokenizer.textOf(id), logit: (logits[id] ?? NaN) - mean }));
    };
    told.push({
      layer,
      length,
      promoted: wordsOf(1),
      suppressed: wordsOf(-1),
      chance: nullModel === null ? null : await chanceAt(head, nullModel, direction.length / hidden, layer),
    });
  }
  return told;
}

/** How far random directions of a layer move the words that they move most. */
async function chanceAt(
  head: LensHead,
  nullModel: NullModel,
  layers: number,
  layer: number,
): Promise<DirectionChance | null> {
  const { hidden, vocabulary } = head;
  const { directions } = drawLayerDirections(nullModel, layers, layer);
  const [up, down]: [number[], number[]] = [[], []];
  // One row after the other into blocks: no more logits are held than in a reading.
  for (const { rows, block } of blocksOf(directions, hidden, head.rowsAtOnce)) {
    if (lengthOf(block) === 0) return null;
    const steps = new Float32Array(block.length);
    for (let row = 0; row < rows; row += 1)
      steps.set(stepAlong(block.subarray(row * hidden, (row + 1) * hidden)), row * hidden);
    const logits = await head.logits(steps);
    for (let row = 0; row < rows; row += 1) {
      const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const mean = meanOf(own);
      up.push(own.reduce((most, value) => Math.max(most, value), -Infinity) - mean);
      down.push(own.reduce((least, value) => Math.min(least, value), Infinity) - mean);
    }
  }
  const percentile = (values: readonly number[], share: number): number =>
    quantileOfSorted(Float64Array.from(values).sort(), share);
  return { count: up.length, up: percentile(up, 0.95), down: percentile(down, 0.05) };
}

/** A row that the norm divides by its own length and no more. */
function stepAlong(row: Float32Array): Float32Array {
  const length = lengthOf(row);
  return row.map((value) => (value / length) * Math.sqrt(row.length) * SCALE);
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
