/** What a schema cannot say about one parameter: the order of its bounds, the sum of its probabilities, deprecation. */
import type { LeafParameter } from '../search-space.js';
import { pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';

/** Whether the parameter can be sampled; adds a problem when not, a warning when it surprises. */
export function checkLeaf(parameter: LeafParameter, pointer: string, problems: SpecProblems): boolean {
  switch (parameter.distribution) {
    case 'constant':
    case 'categorical':
    case 'normal':
    case 'q_normal':
    case 'log_normal':
    case 'q_log_normal':
    case 'beta':
    case 'q_beta':
      return true;
    case 'categorical_w_probabilities':
      return checkProbabilities(parameter.values.length, parameter.probabilities, pointer, problems);
    case 'log_uniform':
    case 'q_log_uniform':
    case 'inv_log_uniform':
      warnOfExponents(parameter, pointer, problems);
      return checkOrder(parameter, pointer, problems);
    case 'int_uniform':
    case 'uniform':
    case 'q_uniform':
    case 'log_uniform_values':
    case 'q_log_uniform_values':
    case 'inv_log_uniform_values':
      return checkOrder(parameter, pointer, problems);
  }
}

interface Bounds {
  readonly distribution: string;
  readonly min: number;
  readonly max: number;
}

function checkOrder({ min, max }: Bounds, pointer: string, problems: SpecProblems): boolean {
  if (min < max) return true;
  const detail = `min ${min} must be less than max ${max}${min === max ? '; for one value write {value: ...}' : ''}.`;
  problems.add('spec/bounds', pointerTo(pointer, 'min'), detail, { got: min, bound: `less than ${max}` });
  return false;
}

/** W&B reports its first log distributions as deprecated, since most people mistake their exponents for values. */
function warnOfExponents({ distribution, min, max }: Bounds, pointer: string, problems: SpecProblems): void {
  const low = Math.exp(min).toPrecision(4);
  const high = Math.exp(max).toPrecision(4);
  const detail = `${distribution} is deprecated: its bounds are exponents, so values run from ${low} to ${high}. Use ${distribution}_values to give the values themselves.`;
  problems.warn('spec/deprecated-distribution', pointerTo(pointer, 'distribution'), detail, {
    got: distribution,
  });
}

function checkProbabilities(
  count: number,
  probabilities: readonly number[],
  pointer: string,
  problems: SpecProblems,
): boolean {
  const inner = pointerTo(pointer, 'probabilities');
  if (probabilities.length !== count) {
    const detail = `${probabilities.length} probabilities for ${count} values; give each value one.`;
    problems.add('spec/probabilities', inner, detail, { got: probabilities.length, bound: String(count) });
    return false;
  }
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  if (Math.abs(sum - 1) <= 1.001e-5) return true;
  const detail = `The probabilities add up to ${Number(sum.toPrecision(12))}; they must add up to 1.`;
  problems.add('spec/probabilities', inner, detail, { got: sum, bound: '1' });
  return false;
}
