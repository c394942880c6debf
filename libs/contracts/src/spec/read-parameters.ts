/**
 * Reads the `parameters` section: infers each distribution as W&B infers it, checks it with its schema and its bounds, and
 * fills the defaults in. Called by `parse-sweep-spec.ts`.
 */
import type { Distribution, Json, LeafParameter, Parameter, SearchSpace, When } from '../search-space.js';
import { checkLeaf } from './leaf-checks.js';
import { checkPart } from './schema-problems.js';
import { distributions, groupSchema, leafSchemaOf, parameterNamePattern } from './search-space.schema.js';
import type { SpecDocument } from './spec-document.js';
import { specLimits } from './spec-limits.js';
import { didYouMean, pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';
import { isExponentText } from './yaml-scalars.js';

type Fields = { readonly [key: string]: Json };

/** Whether a JSON value is an object. */
export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The search space; parameters with problems are left out. */
export function readParameters(document: SpecDocument, problems: SpecProblems): SearchSpace {
  const parameters = isFields(document.value) ? document.value['parameters'] : undefined;
  return new ParameterReader(document, problems).readSpace(parameters ?? null, '/parameters');
}

/** Walks the section; its state is the two counts that have a limit. */
class ParameterReader {
  private parameters = 0;
  private values = 0;

  constructor(
    private readonly document: SpecDocument,
    private readonly problems: SpecProblems,
  ) {}

  readSpace(section: Json, pointer: string): SearchSpace {
    const space: Record<string, Parameter> = {};
    if (!isFields(section)) {
      const detail = '"parameters" must be an object: a name and a description for each parameter.';
      this.problems.add('spec/type', pointer, detail, { got: section, bound: 'an object' });
      return space;
    }
    if (Object.keys(section).length === 0) {
      this.problems.add('spec/no-parameters', pointer, 'At least one parameter is needed; add one.', {
        got: section,
      });
    }
    for (const [name, definition] of Object.entries(section)) {
      if (!this.count('parameters', 1, '/parameters')) break;
      const parameter = this.readNamed(name, definition, pointerTo(pointer, name));
      if (parameter !== undefined) space[name] = parameter;
    }
    return space;
  }

  private readNamed(name: string, definition: Json, pointer: string): Parameter | undefined {
    if (!parameterNamePattern.test(name)) {
      const detail = `"${name}" cannot name a parameter: start with a letter or "_", then letters, digits, "_", "." or "-".`;
      this.problems.add('spec/parameter-name', pointer, detail, {
        got: name,
        bound: parameterNamePattern.source,
      });
      return undefined;
    }
    if (!isFields(definition)) {
      this.problems.add('spec/type', pointer, shorthandDetail(name, definition), {
        got: definition,
        bound: 'an object',
      });
      return undefined;
    }
    return 'parameters' in definition
      ? this.readGroup(name, definition, pointer)
      : this.readLeaf(name, definition, pointer);
  }

  private readGroup(name: string, definition: Fields, pointer: string): Parameter | undefined {
    const context = { pointer, name: `the group "${name}"`, problems: this.problems };
    const group = checkPart(groupSchema, definition, context);
    const parameters = this.readSpace(definition['parameters'] ?? null, pointerTo(pointer, 'parameters'));
    return group && { parameters, ...whenOf(group.when) };
  }

  private readLeaf(name: string, written: Fields, pointer: string): LeafParameter | undefined {
    const definition = this.withNumbers(written, pointer);
    const distribution = this.distributionOf(name, definition, pointer);
    if (distribution === undefined) return undefined;
    const { values } = definition;
    if (Array.isArray(values) && !this.count('values', values.length, pointerTo(pointer, 'values')))
      return undefined;
    this.warnOfNumbersAsText(values, pointerTo(pointer, 'values'));
    const context = { pointer, name: `the ${distribution} parameter "${name}"`, problems: this.problems };
    const checked = checkPart(leafSchemaOf(distribution), definition, context);
    if (checked === undefined) return undefined;
    const { when, ...parameter } = checked;
    return checkLeaf(parameter, pointer, this.problems) ? { ...parameter, ...whenOf(when) } : undefined;
  }

  /** The named or inferred distribution; `undefined` after adding a problem. */
  private distributionOf(name: string, definition: Fields, pointer: string): Distribution | undefined {
    const named = definition['distribution'];
    if (named !== undefined) {
      const known = distributions.find((distribution) => distribution === named);
      if (known !== undefined) return known;
      const guess = typeof named === 'string' ? didYouMean(named, distributions) : '';
      const detail = `"${name}" has an unknown distribution.${guess} Known are ${distributions.join(', ')}.`;
      const facts = { got: named, bound: distributions.join(', ') };
      this.problems.add('spec/not-one-of', pointerTo(pointer, 'distribution'), detail, facts);
      return undefined;
    }
    if ('value' in definition) return 'constant';
    if ('values' in definition)
      return 'probabilities' in definition ? 'categorical_w_probabilities' : 'categorical';
    if ('min' in definition || 'max' in definition) return this.rangeOf(name, definition, pointer);
    const keys = Object.keys(definition);
    const found = keys.length === 0 ? 'nothing' : keys.join(', ');
    const hint = formHint(keys);
    const detail = `"${name}" needs one of value, values, min and max, parameters, or a distribution; found ${found}.${hint}`;
    this.problems.add('spec/parameter-form', pointer, detail, { got: definition });
    return undefined;
  }

  /** Two integers make `int_uniform`, two floats `uniform`. Where the writing is known, W&B's client refuses a mixture. */
  private rangeOf(name: string, definition: Fields, pointer: string): Distribution | undefined {
    const { min, max } = definition;
    if (typeof min !== 'number' || typeof max !== 'number') return 'uniform';
    const minIsFloat = this.isFloat(min, pointerTo(pointer, 'min'));
    const maxIsFloat = this.isFloat(max, pointerTo(pointer, 'max'));
    if (minIsFloat === maxIsFloat) return minIsFloat ? 'uniform' : 'int_uniform';
    if (!this.document.knowsFloats) return 'uniform';
    const [key, value] = minIsFloat ? ['max', max] : ['min', min];
    const detail = `"${name}" mixes an integer and a float bound; write ${key}: ${value}.0 for real numbers, two integers for whole numbers, or name the distribution.`;
    this.problems.add('spec/mixed-bounds', pointerTo(pointer, key), detail, {
      got: value,
      bound: 'both integers or both floats',
    });
    return undefined;
  }

  private isFloat(value: number, pointer: string): boolean {
    return !Number.isInteger(value) || this.document.floats.has(pointer);
  }

  /** Reads `1e-3`, which YAML keeps as text, as the number it spells wherever only a number makes sense. */
  private withNumbers(written: Fields, pointer: string): Fields {
    const definition: Record<string, Json> = { ...written };
    for (const key of numericKeys) {
      const value = definition[key];
      if (typeof value === 'string' && isExponentText(value)) {
        definition[key] = Number(value);
        this.warnOfExponent(value, pointerTo(pointer, key), 'it is read as a number here');
      }
    }
    return definition;
  }

  private warnOfNumbersAsText(values: Json | undefined, pointer: string): void {
    if (!Array.isArray(values)) return;
    values.forEach((value: Json, index) => {
      if (typeof value !== 'string' || !isExponentText(value)) return;
      this.warnOfExponent(value, pointerTo(pointer, index), 'the run receives it as text');
    });
  }

  private warnOfExponent(value: string, pointer: string, consequence: string): void {
    const detail = `"${value}" is text in YAML 1.1, as in W&B; ${consequence}. Write ${withDot(value)} for a number.`;
    this.problems.warn('spec/number-as-text', pointer, detail, { got: value });
  }

  private count(what: 'parameters' | 'values', amount: number, pointer: string): boolean {
    const before = this[what];
    this[what] += amount;
    const limit = specLimits[what];
    if (this[what] <= limit) return true;
    if (before <= limit) {
      const detail = `The sweep has more than ${limit} ${what}; give fewer${what === 'values' ? ', or use a range' : ''}.`;
      this.problems.add(`spec/too-many-${what}`, pointer, detail, { got: this[what], bound: String(limit) });
    }
    return false;
  }
}

const numericKeys = ['min', 'max', 'q', 'mu', 'sigma', 'a', 'b'];

/** `1e-3` as `1.0e-3`, which YAML 1.1 reads as a number. */
function withDot(text: string): string {
  const [mantissa = '', exponent = ''] = text.toLowerCase().split('e');
  const signed = /^[-+]/.test(exponent) ? exponent : `+${exponent}`;
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${signed}`;
}

function shorthandDetail(name: string, definition: Json): string {
  if (Array.isArray(definition))
    return `"${name}" must be an object; for a list of choices write {values: [...]}.`;
  if (definition === null) return `"${name}" is empty; give value, values, min and max, or a distribution.`;
  return `"${name}" must be an object; for a fixed value write {value: ${JSON.stringify(definition).slice(0, 40)}}.`;
}

function formHint(keys: readonly string[]): string {
  if (keys.includes('mu') || keys.includes('sigma')) return ' Add distribution: normal or log_normal.';
  if (keys.includes('a') || keys.includes('b')) return ' Add distribution: beta.';
  for (const key of keys) {
    const guess = didYouMean(key, ['value', 'values', 'min', 'max', 'parameters', 'distribution']);
    if (guess !== '') return guess;
  }
  return '';
}

function whenOf(when: Readonly<Record<string, Json>> | undefined): { when?: When } {
  if (when === undefined) return {};
  const lists = Object.entries(when).map(([path, value]): [string, readonly Json[]] => [
    path,
    Array.isArray(value) ? value : [value],
  ]);
  return { when: Object.fromEntries(lists) };
}
