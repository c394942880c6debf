/**
 * Dense linear algebra for the Gaussian process: Cholesky factors and their inverses, row-major in one `Float64Array` with a
 * row stride, so that a matrix can grow in place. Inner loops are contiguous and unrolled; nothing is allocated in them.
 */

/** A square matrix whose row i starts at i * stride; only the lower triangle is read or written. */
export interface LowerMatrix {
  readonly values: Float64Array;
  readonly stride: number;
}

/** A zero matrix that can hold `size` rows. */
export function lowerMatrix(size: number): LowerMatrix {
  return { values: new Float64Array(size * size), stride: size };
}

/** Sum of products of rows `i` and `j`, columns 0 to `count` - 1. */
function rowProduct(values: Float64Array, i: number, j: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += values[i + k] * values[j + k];
    s1 += values[i + k + 1] * values[j + k + 1];
    s2 += values[i + k + 2] * values[j + k + 2];
    s3 += values[i + k + 3] * values[j + k + 3];
  }
  for (; k < count; k++) s0 += values[i + k] * values[j + k];
  return s0 + s1 + (s2 + s3);
}

/** Replaces the first `n` rows of a positive definite matrix by its Cholesky factor; false when it is not positive definite. */
export function cholesky(matrix: LowerMatrix, n: number): boolean {
  const { values, stride } = matrix;
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    for (let j = 0; j < i; j++) {
      const other = j * stride;
      values[row + j] = (values[row + j] - rowProduct(values, row, other, j)) / values[other + j];
    }
    const pivot = values[row + i] - rowProduct(values, row, row, i);
    if (!(pivot > 0)) return false;
    values[row + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Writes the inverse of the lower triangular `factor` into `out`. */
export function invertLower(factor: LowerMatrix, n: number, out: LowerMatrix): void {
  const l = factor.values;
  const inverse = out.values;
  for (let i = 0; i < n; i++) {
    const row = i * out.stride;
    const factorRow = i * factor.stride;
    inverse.fill(0, row, row + i + 1);
    const scale = 1 / l[factorRow + i];
    for (let k = 0; k < i; k++) {
      const weight = l[factorRow + k] * scale;
      const other = k * out.stride;
      for (let j = 0; j <= k; j++) inverse[row + j] -= weight * inverse[other + j];
    }
    inverse[row + i] = scale;
  }
}

/** Writes the lower triangle of B'B into `out`, B lower triangular: with B = L^-1 that is the inverse of LL'. */
export function gramOfColumns(b: LowerMatrix, n: number, out: LowerMatrix): void {
  const source = b.values;
  const target = out.values;
  for (let i = 0; i < n; i++) target.fill(0, i * out.stride, i * out.stride + i + 1);
  for (let k = 0; k < n; k++) {
    const row = k * b.stride;
    for (let i = 0; i <= k; i++) {
      const weight = source[row + i];
      const start = i * out.stride;
      for (let j = 0; j <= i; j++) target[start + j] += weight * source[row + j];
    }
  }
}

/** out = B v for lower triangular B. */
export function multiplyLower(b: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  const { values, stride } = b;
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      s0 += values[row + j] * v[j];
      s1 += values[row + j + 1] * v[j + 1];
      s2 += values[row + j + 2] * v[j + 2];
      s3 += values[row + j + 3] * v[j + 3];
    }
    for (; j <= i; j++) s0 += values[row + j] * v[j];
    out[i] = s0 + s1 + (s2 + s3);
  }
}

/** out = B' v for lower triangular B. */
export function multiplyLowerTransposed(b: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  const { values, stride } = b;
  out.fill(0, 0, n);
  for (let i = 0; i < n; i++) {
    const weight = v[i];
    const row = i * stride;
    for (let j = 0; j <= i; j++) out[j] += weight * values[row + j];
  }
}
