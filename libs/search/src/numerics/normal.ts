/**
 * The normal distribution in double precision, tails included: density, distribution, logarithms, inverse. Called by the
 * acquisition functions, the Parzen estimator and the samplers. Checked against SciPy in `normal.spec.ts`.
 */

const SQRT_2 = Math.SQRT2;
const SQRT_PI = Math.sqrt(Math.PI);
const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Scaled complementary error function e^(x^2) erfc(x); relative error below 1e-14 for x > -26.
 *
 * @source Cody, "Rational Chebyshev Approximations for the Error Function", Math. Comp. 23, 1969 (three ranges).
 */
export function erfcx(x: number): number {
  if (x < 0) return x < -26.7 ? Infinity : 2 * Math.exp(x * x) - erfcx(-x);
  if (x <= 0.46875) return Math.exp(x * x) * (1 - erfSmall(x));
  if (x <= 4) return erfcxMiddle(x);
  return erfcxLarge(x);
}

function erfSmall(x: number): number {
  const y = x * x;
  const numerator =
    ((((1.85777706184603153e-1 * y + 3.1611237438705656) * y + 1.1386415415105016e2) * y +
      3.77485237685302021e2) *
      y +
      3.20937758913846947e3) *
    x;
  const denominator =
    (((y + 2.36012909523441209e1) * y + 2.44024637934444173e2) * y + 1.28261652607737228e3) * y +
    2.84423683343917062e3;
  return numerator / denominator;
}

const MIDDLE_P = [
  5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
  8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  2.15311535474403846e-8,
];
const MIDDLE_Q = [
  1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
  3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];

function erfcxMiddle(x: number): number {
  let numerator = MIDDLE_P[8] * x;
  let denominator = x;
  for (let i = 0; i < 7; i++) {
    numerator = (numerator + MIDDLE_P[i]) * x;
    denominator = (denominator + MIDDLE_Q[i]) * x;
  }
  return (numerator + MIDDLE_P[7]) / (denominator + MIDDLE_Q[7]);
}

const LARGE_P = [
  3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2,
  6.58749161529837803e-4, 1.63153871373020978e-2,
];
const LARGE_Q = [
  2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
  2.33520497626869185e-3,
];

function erfcxLarge(x: number): number {
  if (x > 1e8) return 1 / (SQRT_PI * x);
  const y = 1 / (x * x);
  let numerator = LARGE_P[5] * y;
  let denominator = y;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + LARGE_P[i]) * y;
    denominator = (denominator + LARGE_Q[i]) * y;
  }
  const correction = (y * (numerator + LARGE_P[4])) / (denominator + LARGE_Q[4]);
  return (1 / SQRT_PI - correction) / x;
}

/** Complementary error function. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x <= 0.46875) return 1 - erfSmall(x);
  return Math.exp(-x * x) * erfcx(x);
}

/** Natural logarithm of the standard normal density. */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - LOG_SQRT_2PI;
}

/** Standard normal distribution function. */
export function normalDistribution(z: number): number {
  return 0.5 * erfc(-z / SQRT_2);
}

/** Natural logarithm of the standard normal distribution function; finite down to z = -1e150. */
export function logNormalDistribution(z: number): number {
  if (z > 0) return Math.log1p(-0.5 * erfc(z / SQRT_2));
  if (z > -1) return Math.log(0.5 * erfc(-z / SQRT_2));
  return Math.log(0.5 * erfcx(-z / SQRT_2)) - 0.5 * z * z;
}

/**
 * Logarithm of the normal mass between `a` and `b` (standardised, a < b), without cancellation in either tail.
 *
 * @source Optuna 5 `samplers/_tpe/_truncnorm.py`, `_log_gauss_mass`; same case split.
 */
export function logNormalMass(a: number, b: number): number {
  if (b <= 0) return logDifference(logNormalDistribution(b), logNormalDistribution(a));
  if (a > 0) return logDifference(logNormalDistribution(-a), logNormalDistribution(-b));
  return Math.log1p(-normalDistribution(a) - normalDistribution(-b));
}

/** log(e^x - e^y) for x >= y. */
function logDifference(x: number, y: number): number {
  const gap = y - x;
  return x + (gap > -Math.LN2 ? Math.log(-Math.expm1(gap)) : Math.log1p(-Math.exp(gap)));
}

const CENTRE_A = [
  3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
  4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
];
const CENTRE_B = [
  1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
  3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852854561e3,
];
const NEAR_C = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4,
];
const NEAR_D = [
  1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1,
  1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const FAR_E = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
  2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const FAR_F = [
  1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];

/**
 * Inverse of the standard normal distribution function; relative error about 1e-16. ±Infinity at 1 and 0.
 *
 * @source Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37, 1988.
 */
export function inverseNormal(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(CENTRE_A, r)) / polynomial(CENTRE_B, r);
  }
  const tail = Math.sqrt(-Math.log(centred < 0 ? p : 1 - p));
  const size =
    tail <= 5
      ? polynomial(NEAR_C, tail - 1.6) / polynomial(NEAR_D, tail - 1.6)
      : polynomial(FAR_E, tail - 5) / polynomial(FAR_F, tail - 5);
  return centred < 0 ? -size : size;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

/**
 * Quantile `u` of a standard normal truncated to [a, b]; works in whichever tail keeps precision.
 *
 * @param u in [0, 1]
 */
export function truncatedNormalQuantile(u: number, a: number, b: number): number {
  if (a > 0) return -truncatedNormalQuantile(1 - u, -b, -a);
  const low = normalDistribution(a);
  const high = normalDistribution(b);
  const z = inverseNormal(low + u * (high - low));
  return Math.min(b, Math.max(a, z));
}
