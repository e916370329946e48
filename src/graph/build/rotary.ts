/** Rotary tables: what queries and keys are turned by at each position. Computed in float32, as PyTorch computes them. */

/** Inverse frequencies `[headSize / 2]` of a base, each divided by its factor (of `scaling`, or of one number for all). */
export function inverseFrequencies(
  headSize: number,
  base: number,
  factors: Float32Array | number = 1,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: headSize / 2 }, (_, index) => {
    const plain = Math.fround(1 / Math.fround(base ** Math.fround((2 * index) / headSize)));
    return plain / (typeof factors === 'number' ? factors : (factors[index] ?? 1));
  });
}

/** What `rope_type` "llama3" says: long waves are stretched, short ones stay, those between are in between. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalContext: number;
}

/** Inverse frequencies under the scaling of Llama 3.1 (transformers, modeling_rope_utils.py). */
export function llama3Frequencies(plain: Float32Array, scaling: Llama3Scaling): Float32Array<ArrayBuffer> {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
  return Float32Array.from(plain, (frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > originalContext / low) return frequency / factor;
    if (wavelength < originalContext / high) return frequency;
    const smooth = (originalContext / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** A table `[positions, headSize / 2]` of cosines or sines. */
export function rotaryTable(
  kind: 'cos' | 'sin',
  frequencies: Float32Array,
  positions: number,
): Float32Array<ArrayBuffer> {
  const of = kind === 'cos' ? Math.cos : Math.sin;
  const out = new Float32Array(positions * frequencies.length);
  for (let position = 0, at = 0; position < positions; position += 1)
    for (const frequency of frequencies) out[at++] = of(Math.fround(position * frequency));
  return out;
}
