/**
 * The largest principal components of a set of rows, by subspace iteration on their Gram matrix: for a few dozen
 * components of a few hundred rows this is many times faster than a full decomposition.
 */
import { gramOf } from './linalg.ts';
import { createRng } from '../../base/rng.ts';

/** The rank-limited factor of a covariance. */
export interface CovarianceFactor {
  /** A `[rank, width]`, largest component first; A'A is the covariance (divisor n) without its smallest components. */
  readonly factor: Float64Array;
  /** Components found: at most `rank`, and at most the number of rows. */
  readonly rank: number;
  /** Share of the total variance that A'A keeps, in [0, 1]; 1 where there is no variance at all. */
  readonly kept: number;
}

/**
 * The first `rank` rows of U'X/sqrt(n), where X `[rows, width]` is already centred and U holds the leading
 * eigenvectors of XX'. Components beyond the rank of the data come out as zero rows. The sign of a component is fixed by its largest
 * entry, which is positive, so that equal data give an equal file.
 */
export function covarianceFactor(x: Float64Array, rows: number, width: number, rank: number): CovarianceFactor {
  const g = gramOf(x, rows, width);
  let trace = 0;
  for (let i = 0; i < rows; i += 1) trace += g[i * rows + i] ?? 0;
  const used = Math.min(rank, rows);
  if (!(trace > 0)) return { factor: new Float64Array(used * width), rank: used, kept: 1 };
  const leading = leadingEigenvectors(g, rows, used);
  const factor = new Float64Array(used * width);
  let kept = 0;
  for (let c = 0; c < used; c += 1) {
    const out = factor.subarray(c * width, (c + 1) * width);
    for (let i = 0; i < rows; i += 1) {
      const weight = leading[c * rows + i] ?? 0;
      for (let f = 0; f < width; f += 1) out[f] = (out[f] ?? 0) + weight * (x[i * width + f] ?? 0);
    }
    let largest = 0;
    for (const value of out) if (Math.abs(value) > Math.abs(largest)) largest = value;
    const unit = (largest < 0 ? -1 : 1) / Math.sqrt(rows);
    for (let f = 0; f < width; f += 1) {
      const value = out[f] ?? 0;
      kept += value * value;
      out[f] = value * unit;
    }
  }
  return { factor, rank: used, kept: Math.min(1, kept / trace) };
}

/**
 * The `count` leading eigenvectors of the symmetric positive semi-definite `matrix` `[n, n]`, as rows `[count, n]`,
 * largest eigenvalue first. Subspace iteration with a few spare vectors, then Rayleigh–Ritz (Halko, Martinsson, Tropp 2011).
 */
function leadingEigenvectors(matrix: Float64Array, n: number, count: number): Float64Array {
  const m = Math.min(n, count + 16);
  const rng = createRng(1);
  let basis = Float64Array.from({ length: m * n }, () => rng.normal());
  orthonormalise(basis, m, n);
  // Where the subspace is the whole space, a single product is exact.
  const iterations = m === n ? 1 : 10;
  for (let i = 0; i < iterations; i += 1) {
    basis = timesSymmetric(basis, m, matrix, n);
    orthonormalise(basis, m, n);
  }
  const image = timesSymmetric(basis, m, matrix, n);
  const small = new Float64Array(m * m);
  for (let a = 0; a < m; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += (basis[a * n + i] ?? 0) * (image[b * n + i] ?? 0);
      small[a * m + b] = sum;
      small[b * m + a] = sum;
    }
  }
  const { values, vectors } = jacobiEigen(small, m);
  const order = Array.from({ length: m }, (_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const out = new Float64Array(count * n);
  for (let c = 0; c < count; c += 1) {
    const column = order[c] ?? 0;
    const row = out.subarray(c * n, (c + 1) * n);
    for (let a = 0; a < m; a += 1) {
      const weight = vectors[a * m + column] ?? 0;
      for (let i = 0; i < n; i += 1) row[i] = (row[i] ?? 0) + weight * (basis[a * n + i] ?? 0);
    }
  }
  return out;
}

/** All eigenvalues, and eigenvectors as columns, of a small symmetric matrix `[n, n]` (overwritten): cyclic Jacobi rotations. */
function jacobiEigen(a: Float64Array, n: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) vectors[i * n + i] = 1;
  let total = 0;
  for (const value of a) total += value * value;
  for (let sweep = 0; sweep < 60; sweep += 1) {
    let off = 0;
    for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) off += (a[i * n + j] ?? 0) ** 2;
    if (off <= 1e-26 * total) break;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const apq = a[p * n + q] ?? 0;
        if (apq * apq <= 1e-32 * total) continue;
        const theta = ((a[q * n + q] ?? 0) - (a[p * n + p] ?? 0)) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(t * t + 1);
        rotate(a, n, p, q, cosine, t * cosine, false);
        rotate(a, n, p, q, cosine, t * cosine, true);
        rotate(vectors, n, p, q, cosine, t * cosine, false);
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i] ?? 0), vectors };
}

/** Rotates columns p and q (or, with `byRow`, rows p and q) of `[n, n]`. */
function rotate(a: Float64Array, n: number, p: number, q: number, cosine: number, sine: number, byRow: boolean): void {
  const step = byRow ? 1 : n;
  let x = byRow ? p * n : p;
  let y = byRow ? q * n : q;
  for (let k = 0; k < n; k += 1) {
    const ap = a[x] ?? 0;
    const aq = a[y] ?? 0;
    a[x] = cosine * ap - sine * aq;
    a[y] = sine * ap + cosine * aq;
    x += step;
    y += step;
  }
}

/** Each row of `vectors` `[m, n]` times the symmetric `matrix` `[n, n]`. */
function timesSymmetric(vectors: Float64Array, m: number, matrix: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let a = 0; a < m; a += 1) {
    for (let i = 0; i < n; i += 1) {
      let sum = 0;
      for (let k = 0; k < n; k += 1) sum += (matrix[i * n + k] ?? 0) * (vectors[a * n + k] ?? 0);
      out[a * n + i] = sum;
    }
  }
  return out;
}

/** Makes the rows of `[m, n]` orthonormal in place: modified Gram–Schmidt, twice, since once is not enough in floating point. */
function orthonormalise(vectors: Float64Array, m: number, n: number): void {
  for (let a = 0; a < m; a += 1) {
    const row = vectors.subarray(a * n, (a + 1) * n);
    const before = norm(row);
    for (let pass = 0; pass < 2; pass += 1) {
      for (let b = 0; b < a; b += 1) {
        let overlap = 0;
        for (let i = 0; i < n; i += 1) overlap += (row[i] ?? 0) * (vectors[b * n + i] ?? 0);
        for (let i = 0; i < n; i += 1) row[i] = (row[i] ?? 0) - overlap * (vectors[b * n + i] ?? 0);
      }
    }
    const after = norm(row);
    // A row that lay in the span of the others holds only rounding noise: it is dropped.
    const scale = after > 1e-12 * before ? 1 / after : 0;
    for (let i = 0; i < n; i += 1) row[i] = (row[i] ?? 0) * scale;
  }
}

function norm(row: Float64Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return Math.sqrt(sum);
}
