/**
 * Dense linear algebra for the fits: row-major `Float64Array` matrices, a few hundred to a thousand rows.
 *
 * Every sum over k runs from 0 upwards whatever the tiling, so two equal rows give bit-equal results: that is what
 * makes layer 0, where the control texts of all texts are the same vectors, read exactly chance.
 */

/**
 * A A' of `rows` vectors of length `width`: `[rows, rows]`, both triangles filled. `source` is float32; products are
 * summed in float64.
 */
export function gram(source: Float32Array, rows: number, width: number): Float64Array {
  return gramOf(Float64Array.from(source.subarray(0, rows * width)), rows, width);
}

/** A A' of a float64 matrix `[rows, width]`: `[rows, rows]`. Four by four tiles keep sixteen sums in registers. */
export function gramOf(a: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i += 4) {
    for (let j = 0; j <= i; j += 4)
      productTile(
        a,
        i * width,
        width,
        Math.min(4, rows - i),
        a,
        j * width,
        width,
        Math.min(4, rows - j),
        width,
        out,
        i * rows + j,
        rows,
        1,
      );
  }
  for (let i = 0; i < rows; i += 1) for (let j = i + 1; j < rows; j += 1) out[i * rows + j] = out[j * rows + i] ?? 0;
  return out;
}

/** A B' of `[rowsA, width]` and `[rowsB, width]`: `[rowsA, rowsB]`. */
export function productTransposed(
  a: Float64Array,
  rowsA: number,
  b: Float64Array,
  rowsB: number,
  width: number,
): Float64Array {
  const out = new Float64Array(rowsA * rowsB);
  for (let i = 0; i < rowsA; i += 4) {
    for (let j = 0; j < rowsB; j += 4)
      productTile(
        a,
        i * width,
        width,
        Math.min(4, rowsA - i),
        b,
        j * width,
        width,
        Math.min(4, rowsB - j),
        width,
        out,
        i * rowsB + j,
        rowsB,
        1,
      );
  }
  return out;
}

/** The transpose of `[rows, columns]`. */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) out[j * rows + i] = a[i * columns + j] ?? 0;
  return out;
}

/**
 * Replaces the lower triangle of the symmetric positive definite matrix `a` `[n, n]` with its Cholesky factor L
 * (A = L L'); the upper triangle must not be used afterwards. Blocked and left-looking. Throws `RangeError` when a pivot is not
 * positive, which for a ridge system means that the data hold something that is not a number.
 */
export function choleskyInPlace(a: Float64Array, n: number): void {
  const block = 32;
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    if (from > 0) {
      for (let i = from; i < n; i += 4) {
        for (let j = from; j < to && j <= i + 3; j += 4)
          productTile(a, i * n, n, Math.min(4, n - i), a, j * n, n, Math.min(4, to - j), from, a, i * n + j, n, -1);
      }
    }
    for (let i = from; i < n; i += 1) {
      const last = Math.min(i, to - 1);
      for (let j = from; j <= last; j += 1) {
        let sum = a[i * n + j] ?? 0;
        for (let k = from; k < j; k += 1) sum -= (a[i * n + k] ?? 0) * (a[j * n + k] ?? 0);
        if (i !== j) a[i * n + j] = sum / (a[j * n + j] ?? 1);
        else if (sum > 0) a[i * n + j] = Math.sqrt(sum);
        else throw new RangeError(`matrix is not positive definite: pivot ${i} of ${n} is ${sum}`);
      }
    }
  }
}

/** Solves A x = b in place from the Cholesky factor in the lower triangle of `factor` `[n, n]`; `b` `[n]` becomes x. */
export function choleskySolve(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i += 1) {
    const row = i * n;
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (factor[row + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (factor[row + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    const row = i * n;
    const value = (b[i] ?? 0) / (factor[row + i] ?? 1);
    b[i] = value;
    for (let k = 0; k < i; k += 1) b[k] = (b[k] ?? 0) - (factor[row + k] ?? 0) * value;
  }
}

/**
 * Sets (`sign` 1) or lowers (`sign` -1) a tile of at most 4 by 4 of `out` by the products of `rowsA` rows of `a` with
 * `rowsB` rows of `b` over the first `length` columns.
 */
function productTile(
  a: Float64Array,
  aStart: number,
  aStride: number,
  rowsA: number,
  b: Float64Array,
  bStart: number,
  bStride: number,
  rowsB: number,
  length: number,
  out: Float64Array,
  outStart: number,
  outStride: number,
  sign: 1 | -1,
): void {
  if (rowsA < 4 || rowsB < 4) {
    for (let i = 0; i < rowsA; i += 1) {
      for (let j = 0; j < rowsB; j += 1) {
        const x = aStart + i * aStride;
        const y = bStart + j * bStride;
        let sum = 0;
        for (let k = 0; k < length; k += 1) sum += (a[x + k] ?? 0) * (b[y + k] ?? 0);
        const at = outStart + i * outStride + j;
        out[at] = sign === 1 ? sum : (out[at] ?? 0) - sum;
      }
    }
    return;
  }
  const a1 = aStart + aStride;
  const a2 = a1 + aStride;
  const a3 = a2 + aStride;
  const b1 = bStart + bStride;
  const b2 = b1 + bStride;
  const b3 = b2 + bStride;
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0,
    s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  let s20 = 0,
    s21 = 0,
    s22 = 0,
    s23 = 0,
    s30 = 0,
    s31 = 0,
    s32 = 0,
    s33 = 0;
  for (let k = 0; k < length; k += 1) {
    const y0 = b[bStart + k] ?? 0,
      y1 = b[b1 + k] ?? 0,
      y2 = b[b2 + k] ?? 0,
      y3 = b[b3 + k] ?? 0;
    const x0 = a[aStart + k] ?? 0;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = a[a1 + k] ?? 0;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = a[a2 + k] ?? 0;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = a[a3 + k] ?? 0;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  const sums =
    sign === 1
      ? [s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33]
      : [-s00, -s01, -s02, -s03, -s10, -s11, -s12, -s13, -s20, -s21, -s22, -s23, -s30, -s31, -s32, -s33];
  for (let i = 0; i < 4; i += 1) {
    for (let j = 0; j < 4; j += 1) {
      const at = outStart + i * outStride + j;
      const sum = sums[i * 4 + j] ?? 0;
      out[at] = sign === 1 ? sum : (out[at] ?? 0) + sum;
    }
  }
}

/**
 * Solves L X' = B' for many right-hand sides at once, in place: `rows` rows of `b` `[rows, n]` become the rows of X, with L
 * the Cholesky factor in the lower triangle of `factor` `[n, n]`. Four rows share every load of the factor.
 */
export function forwardSolveRows(factor: Float64Array, n: number, b: Float64Array, rows: number): void {
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const r0 = row * n,
      r1 = r0 + n,
      r2 = r1 + n,
      r3 = r2 + n;
    for (let i = 0; i < n; i += 1) {
      const at = i * n;
      let s0 = b[r0 + i] ?? 0,
        s1 = b[r1 + i] ?? 0,
        s2 = b[r2 + i] ?? 0,
        s3 = b[r3 + i] ?? 0;
      for (let k = 0; k < i; k += 1) {
        const l = factor[at + k] ?? 0;
        s0 -= l * (b[r0 + k] ?? 0);
        s1 -= l * (b[r1 + k] ?? 0);
        s2 -= l * (b[r2 + k] ?? 0);
        s3 -= l * (b[r3 + k] ?? 0);
      }
      const pivot = factor[at + i] ?? 1;
      b[r0 + i] = s0 / pivot;
      b[r1 + i] = s1 / pivot;
      b[r2 + i] = s2 / pivot;
      b[r3 + i] = s3 / pivot;
    }
  }
  for (; row < rows; row += 1) {
    const r0 = row * n;
    for (let i = 0; i < n; i += 1) {
      let sum = b[r0 + i] ?? 0;
      for (let k = 0; k < i; k += 1) sum -= (factor[i * n + k] ?? 0) * (b[r0 + k] ?? 0);
      b[r0 + i] = sum / (factor[i * n + i] ?? 1);
    }
  }
}
