/**
 * Plain numbers in the blocks of ggml's Q8_0 and Q4_0, which are the numbers that llama.cpp's own converter would write, so that a model
 * quantised here and its GGUF file have the same weights.
 *
 * Source: llama.cpp, ggml/src/ggml-quants.c (quantize_row_q8_0_ref, quantize_row_q4_0_ref) and gguf-py/gguf/quants.py, which both round
 * the scale to float16 after dividing by it.
 */
import { floatToHalf, halfNumbers } from '../../base/half.ts';
import type { QuantisedBits, WeightRounding } from '../../models/checkpoint/kept-weights.ts';
import { QUANTISED_BLOCK as BLOCK } from '../../models/checkpoint/kept-weights.ts';
import type { Unpacked } from './stored-blocks.ts';

/** Numbers that were quantised, in the form of blocks that were taken apart, and what that changed. */
export interface Quantised extends Unpacked {
  /** Summed squares of the changes, and of the numbers before. */
  readonly changes: number;
  readonly squares: number;
}

/**
 * Quantises whole blocks of 32. Throws RangeError where a block holds what no scale can hold: infinities, NaN, or numbers whose scale is
 * beyond float16.
 */
export function quantised(bits: QuantisedBits, numbers: Float32Array): Quantised {
  const blocks = numbers.length / BLOCK;
  const out: Unpacked = {
    levels: new Uint8Array(numbers.length),
    scales: new Float32Array(blocks),
    offsets: new Float32Array(blocks),
  };
  const quantise = bits === 8 ? eightBits : fourBits;
  const halves = halfNumbers();
  let [changes, squares] = [0, 0];
  for (let block = 0; block < blocks; block += 1) {
    const start = block * BLOCK;
    const scale = halves[floatToHalf(quantise(numbers, start, out.levels))] as number;
    out.scales[block] = scale;
    const zero = bits === 8 ? 128 : 8;
    for (let i = start; i < start + BLOCK; i += 1) {
      const number = numbers[i] as number;
      const change = ((out.levels[i] as number) - zero) * scale - number;
      changes += change * change;
      squares += number * number;
    }
  }
  if (!Number.isFinite(changes)) throw new RangeError('A number is not finite, or too large for a scale in float16.');
  return { ...out, changes, squares };
}

/** Levels of a block from -127 to 127 around 128; its scale before that is rounded. */
function eightBits(numbers: Float32Array, start: number, levels: Uint8Array): number {
  let largest = 0;
  for (let i = start; i < start + BLOCK; i += 1) {
    const size = Math.abs(numbers[i] as number);
    if (size > largest) largest = size;
  }
  const scale = Math.fround(largest / 127);
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  for (let i = start; i < start + BLOCK; i += 1) {
    const level = Math.fround((numbers[i] as number) * inverse);
    // Halves go away from zero, as C rounds.
    levels[i] = 128 + (level < 0 ? -Math.floor(0.5 - level) : Math.floor(level + 0.5));
  }
  return scale;
}

/** Levels from 0 to 15 around 8, of which the largest number has 0; its scale before that is rounded, with that number's sign. */
function fourBits(numbers: Float32Array, start: number, levels: Uint8Array): number {
  let [largest, signed] = [0, 0];
  for (let i = start; i < start + BLOCK; i += 1) {
    const number = numbers[i] as number;
    const size = Math.abs(number);
    if (size > largest) [largest, signed] = [size, number];
  }
  const scale = Math.fround(signed / -8);
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  for (let i = start; i < start + BLOCK; i += 1)
    // Each step rounded to float32, as C has it: numbers halfway between two levels are common in float16.
    levels[i] = Math.min(15, Math.trunc(Math.fround(Math.fround((numbers[i] as number) * inverse) + 8.5)));
  return scale;
}

/** What quantising changed, collected while weights are read. A part that is read again counts once. */
export class RoundingLog {
  readonly #bits: QuantisedBits;
  readonly #tensors = new Map<string, Map<string, Pick<Quantised, 'changes' | 'squares'>>>();

  constructor(bits: QuantisedBits) {
    this.#bits = bits;
  }

  /** Notes what quantising some rows of a tensor changed; `rows` names them. */
  note(tensor: string, rows: string, { changes, squares }: Pick<Quantised, 'changes' | 'squares'>): void {
    const parts = this.#tensors.get(tensor) ?? new Map<string, Pick<Quantised, 'changes' | 'squares'>>();
    parts.set(rows, { changes, squares });
    this.#tensors.set(tensor, parts);
  }

  /** What was noted; null before anything was. Weights come in any order, so they are added by name: the last digit is then the same. */
  summary(): WeightRounding | null {
    let worst = { tensor: '', relativeError: -1 };
    let [allChanges, allSquares] = [0, 0];
    for (const [tensor, parts] of byName(this.#tensors)) {
      let [changes, squares] = [0, 0];
      for (const [, part] of byName(parts)) {
        changes += part.changes;
        squares += part.squares;
      }
      const relativeError = ratio(changes, squares);
      if (relativeError > worst.relativeError) worst = { tensor, relativeError };
      allChanges += changes;
      allSquares += squares;
    }
    if (this.#tensors.size === 0) return null;
    const relativeError = ratio(allChanges, allSquares);
    return { bits: this.#bits, tensors: this.#tensors.size, relativeError, worst };
  }
}

const byName = <T>(named: ReadonlyMap<string, T>): (readonly [string, T])[] =>
  [...named].sort(([a], [b]) => (a < b ? -1 : 1));

/** Of weights that are all zero nothing changes. */
const ratio = (changes: number, squares: number): number => (squares === 0 ? 0 : Math.sqrt(changes / squares));
