/**
 * Dense linear algebra for the Gaussian process: Cholesky factors and their inverses, row-major in one `Float64Array` with a
 * row stride, so that a matrix can grow in place. Inner loops are contiguous and unrolled; nothing is allocated in them.
 */

/** A square matrix whose row i starts at i * stride; only one triangle is read or written, the lower one unless said otherwise. */
export interface LowerMatrix {
  readonly values: Float64Array;
  readonly stride: number;
}

/** A zero matrix that can hold `size` rows. */
export function lowerMatrix(size: number): LowerMatrix {
  return { values: new Float64Array(size * size), stride: size };
}

/** Sum of products of `count` elements of `a` from `i` and of `b` from `j`; four sums at once, because one would wait for itself. */
// eslint-disable-next-line no-restricted-syntax -- the innermost loop of everything here: an options object per call would cost as much
export function product(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[i + k] * b[j + k];
    s1 += a[i + k + 1] * b[j + k + 1];
    s2 += a[i + k + 2] * b[j + k + 2];
    s3 += a[i + k + 3] * b[j + k + 3];
  }
  for (; k < count; k++) s0 += a[i + k] * b[j + k];
  return s0 + s1 + (s2 + s3);
}

/** Replaces the first `n` rows of a positive definite matrix by its Cholesky factor; false when it is not positive definite. */
export function cholesky(matrix: LowerMatrix, n: number): boolean {
  const { values, stride } = matrix;
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    for (let j = 0; j < i; j++) {
      const other = j * stride;
      values[row + j] = (values[row + j] - product(values, row, values, other, j)) / values[other + j];
    }
    const pivot = values[row + i] - product(values, row, values, row, i);
    if (!(pivot > 0)) return false;
    values[row + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Writes the inverse of the lower triangular `factor` into `out`. */
export function invertLower(factor: LowerMatrix, n: number, out: LowerMatrix): void {
  const column = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    solveColumn(factor, n, i, { values: column, start: 0 });
    for (let k = i; k < n; k++) out.values[k * out.stride + i] = column[k];
  }
}

/** Writes the transposed inverse of the lower triangular `factor` into `out`: row i is column i of the inverse. */
export function invertTransposed(factor: LowerMatrix, n: number, out: LowerMatrix): void {
  for (let i = 0; i < n; i++) {
    solveColumn(factor, n, i, { values: out.values, start: i * out.stride });
  }
}

/** Column `i` of the inverse of `factor`, from its diagonal on, into a row; forward substitution. */
function solveColumn(
  { values, stride }: LowerMatrix,
  n: number,
  i: number,
  { values: target, start }: { readonly values: Float64Array; readonly start: number },
): void {
  target[start + i] = 1 / values[i * stride + i];
  for (let k = i + 1; k < n; k++) {
    const row = k * stride;
    target[start + k] = -product(values, row + i, target, start + i, k - i) / values[row + k];
  }
}

/** Writes the lower triangle of UU' into `out`, U upper triangular: with U = (L^-1)' that is the inverse of LL'. */
export function gramOfUpper(u: LowerMatrix, n: number, out: LowerMatrix): void {
  for (let i = 0; i < n; i++) {
    const row = i * u.stride + i;
    const start = i * out.stride;
    for (let j = 0; j <= i; j++) {
      out.values[start + j] = product(u.values, row, u.values, j * u.stride + i, n - i);
    }
  }
}

/** out = U'v for upper triangular U. */
export function multiplyUpperTransposed(u: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  out.fill(0, 0, n);
  for (let i = 0; i < n; i++) {
    const weight = v[i];
    const row = i * u.stride;
    for (let k = i; k < n; k++) out[k] += weight * u.values[row + k];
  }
}

/** out = U v for upper triangular U. */
export function multiplyUpper(u: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = product(u.values, i * u.stride + i, v, i, n - i);
}

/** out = B v for lower triangular B; four rows at a time, because each pass reads all of `v`. */
export function multiplyLower(b: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  const { values, stride } = b;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const r0 = i * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    const r3 = r2 + stride;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j <= i; j++) {
      const x = v[j];
      s0 += x * values[r0 + j];
      s1 += x * values[r1 + j];
      s2 += x * values[r2 + j];
      s3 += x * values[r3 + j];
    }
    out[i] = s0;
    out[i + 1] = s1 + product(values, r1 + i + 1, v, i + 1, 1);
    out[i + 2] = s2 + product(values, r2 + i + 1, v, i + 1, 2);
    out[i + 3] = s3 + product(values, r3 + i + 1, v, i + 1, 3);
  }
  for (; i < n; i++) out[i] = product(values, i * stride, v, 0, i + 1);
}

/** out = B' v for lower triangular B; four rows at a time, because each pass reads and writes all of `out`. */
export function multiplyLowerTransposed(b: LowerMatrix, n: number, v: Float64Array, out: Float64Array): void {
  const { values, stride } = b;
  out.fill(0, 0, n);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const r0 = i * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    const r3 = r2 + stride;
    const [v0, v1, v2, v3] = [v[i], v[i + 1], v[i + 2], v[i + 3]];
    for (let j = 0; j <= i; j++) {
      out[j] += v0 * values[r0 + j] + v1 * values[r1 + j] + (v2 * values[r2 + j] + v3 * values[r3 + j]);
    }
    out[i + 1] += v1 * values[r1 + i + 1] + v2 * values[r2 + i + 1] + v3 * values[r3 + i + 1];
    out[i + 2] += v2 * values[r2 + i + 2] + v3 * values[r3 + i + 2];
    out[i + 3] += v3 * values[r3 + i + 3];
  }
  for (; i < n; i++) {
    const weight = v[i];
    const row = i * stride;
    for (let j = 0; j <= i; j++) out[j] += weight * values[row + j];
  }
}
