/**
 * Seeded random numbers: the same seed gives the same shuffles, bootstraps and directions on every machine.
 * Not for secrets.
 */

/** A stream of random numbers; it advances with every call. */
export interface Rng {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number in [0, n), without modulo bias; throws `RangeError` unless 1 <= n <= 2^32. */
  below(n: number): number;
  /** Puts `items` in random order in place (Fisher–Yates) and returns them. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(items: T): T;
}

/**
 * A generator for `seed` (a whole number; its low 32 bits count) and, where several streams are needed from one seed,
 * a `stream` number. sfc32 by Chris Doty-Humphrey (PractRand), seeded through splitmix32.
 */
export function createRng(seed: number, stream = 0): Rng {
  const mix = splitmix32((seed | 0) ^ Math.imul(stream | 0, 0x9e3779b9));
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  // The first numbers of sfc32 still show the seed.
  for (let i = 0; i < 12; i += 1) uint32();

  const uniform = (): number => uint32() / 4294967296;
  const below = (n: number): number => {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4294967296))
      throw new RangeError(`below(n) needs a whole number from 1 to 2^32, got ${n}`);
    const limit = 4294967296 - (4294967296 % n);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % n;
  };
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    // Marsaglia's polar method.
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  };
  const shuffle = <T extends { readonly length: number; [index: number]: unknown }>(items: T): T => {
    const list = items as { [index: number]: unknown };
    for (let i = items.length - 1; i > 0; i -= 1) {
      const j = below(i + 1);
      const held = list[i];
      list[i] = list[j];
      list[j] = held;
    }
    return items;
  };
  return { uint32, uniform, normal, below, shuffle };
}

/** splitmix32: spreads a seed that may be small over all 32 bits. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
}
