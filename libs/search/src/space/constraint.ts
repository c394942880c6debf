/**
 * A small language for constraints between parameters, parsed and interpreted here; nothing is ever evaluated as code.
 * Comparisons over arithmetic on parameter paths: `batch_size * accumulation <= 512 and lr < 0.1`.
 * Searchers reject points that break one; a constraint on an inactive parameter holds.
 *
 * Grammar: or := and ('or' and)* · and := not ('and' not)* · not := 'not' not | '(' or ')' | comparison ·
 * comparison := sum (< | <= | > | >= | == | !=) sum · sum := product ((+|-) product)* · product := atom ((*|/) atom)* ·
 * atom := number | "text" | true | false | null | path | -atom | '(' sum ')'.
 */
import type { Json } from '@swath/contracts';

import type { Assignment } from './assign.js';
import { sameValue } from './equality.js';
import type { FlatParameter } from './flatten.js';

type Comparator = '<' | '<=' | '>' | '>=' | '==' | '!=';
type Operator = '+' | '-' | '*' | '/';

type Term =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'arithmetic'; readonly operator: Operator; readonly left: Term; readonly right: Term };

type Rule =
  | {
      readonly kind: 'comparison';
      readonly comparator: Comparator;
      readonly left: Term;
      readonly right: Term;
    }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule };

/** A parsed constraint. */
export interface Constraint {
  readonly text: string;
  readonly rule: Rule;
}

/** Thrown for a constraint that cannot be parsed; says where and why. */
export class ConstraintError extends Error {
  constructor(text: string, position: number, message: string) {
    super(`constraint "${text}", position ${position + 1}: ${message}`);
    this.name = 'ConstraintError';
  }
}

const LONGEST = 1000;
const DEEPEST = 50;

/**
 * Parses one constraint against the parameters of a space.
 *
 * @throws ConstraintError for a syntax error, an unknown path, or more than 1,000 characters or 50 levels of nesting
 */
export function parseConstraint(text: string, space: readonly FlatParameter[]): Constraint {
  if (text.length > LONGEST)
    throw new ConstraintError(text.slice(0, 40), 0, `longer than ${LONGEST} characters`);
  const parser = new Parser(text, new Map(space.map((flat, index) => [flat.path, index])));
  return { text, rule: parser.parse() };
}

/** Whether the point satisfies every constraint. */
export function satisfies(constraints: readonly Constraint[], values: Assignment): boolean {
  return constraints.every(({ rule }) => holds(rule, values) !== false);
}

/** `undefined` when an inactive parameter takes part: the question does not arise. */
function holds(rule: Rule, values: Assignment): boolean | undefined {
  switch (rule.kind) {
    case 'comparison': {
      const left = evaluate(rule.left, values);
      const right = evaluate(rule.right, values);
      return left === undefined || right === undefined ? undefined : compare(rule.comparator, left, right);
    }
    case 'not': {
      const inner = holds(rule.rule, values);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const known = rule.rules.map((inner) => holds(inner, values)).filter((result) => result !== undefined);
      if (known.length === 0) return undefined;
      return rule.kind === 'and' ? known.every(Boolean) : known.some(Boolean);
    }
  }
}

function evaluate(term: Term, values: Assignment): Json | undefined {
  switch (term.kind) {
    case 'value':
      return term.value;
    case 'parameter':
      return values[term.index];
    case 'arithmetic': {
      const left = evaluate(term.left, values);
      const right = evaluate(term.right, values);
      if (typeof left !== 'number' || typeof right !== 'number') return undefined;
      return calculate(term.operator, left, right);
    }
  }
}

function calculate(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

function compare(comparator: Comparator, left: Json, right: Json): boolean {
  if (comparator === '==') return sameValue(left, right);
  if (comparator === '!=') return !sameValue(left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  switch (comparator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

interface Token {
  readonly text: string;
  readonly position: number;
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][\w]*(?:[.-][A-Za-z_]\w*)*)|("[^"]*"|'[^']*')|(<=|>=|==|!=|[-+*/()<>]))/y;

/** Recursive descent over the tokens; its state is the position. */
class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly parameters: ReadonlyMap<string, number>,
  ) {
    this.tokens = this.tokenize();
  }

  parse(): Rule {
    const rule = this.either();
    const rest = this.tokens[this.next];
    if (rest) throw this.error(`unexpected "${rest.text}"`);
    return rule;
  }

  private tokenize(): readonly Token[] {
    const tokens: Token[] = [];
    const pattern = new RegExp(TOKEN);
    const end = this.text.trimEnd().length;
    while (pattern.lastIndex < end) {
      const position = pattern.lastIndex;
      const match = pattern.exec(this.text);
      if (!match)
        throw new ConstraintError(
          this.text,
          position,
          'expected a number, a parameter, a text or an operator',
        );
      tokens.push({ text: match[0].trim(), position });
    }
    return tokens;
  }

  private either(): Rule {
    const rules = [this.both()];
    while (this.accept('or')) rules.push(this.both());
    return { kind: 'or', rules };
  }

  private both(): Rule {
    const rules = [this.negation()];
    while (this.accept('and')) rules.push(this.negation());
    return { kind: 'and', rules };
  }

  private negation(): Rule {
    if (this.accept('not')) return { kind: 'not', rule: this.nested(() => this.negation()) };
    const start = this.next;
    if (this.accept('(')) {
      const group = this.attempt(() => {
        const rule = this.nested(() => this.either());
        return this.accept(')') ? rule : null;
      });
      if (group) return group;
      this.next = start;
    }
    return this.comparison();
  }

  private comparison(): Rule {
    const left = this.sum();
    const comparator = this.comparator();
    return { kind: 'comparison', comparator, left, right: this.sum() };
  }

  private comparator(): Comparator {
    for (const comparator of ['<=', '>=', '==', '!=', '<', '>'] as const) {
      if (this.accept(comparator)) return comparator;
    }
    throw this.error('expected one of < <= > >= == !=');
  }

  private sum(): Term {
    let left = this.product();
    for (;;) {
      if (this.accept('+')) left = { kind: 'arithmetic', operator: '+', left, right: this.product() };
      else if (this.accept('-')) left = { kind: 'arithmetic', operator: '-', left, right: this.product() };
      else return left;
    }
  }

  private product(): Term {
    let left = this.atom();
    for (;;) {
      if (this.accept('*')) left = { kind: 'arithmetic', operator: '*', left, right: this.atom() };
      else if (this.accept('/')) left = { kind: 'arithmetic', operator: '/', left, right: this.atom() };
      else return left;
    }
  }

  private atom(): Term {
    if (this.accept('-')) {
      const zero: Term = { kind: 'value', value: 0 };
      return { kind: 'arithmetic', operator: '-', left: zero, right: this.nested(() => this.atom()) };
    }
    if (this.accept('(')) {
      const inner = this.nested(() => this.sum());
      if (!this.accept(')')) throw this.error('expected ")"');
      return inner;
    }
    return this.leaf();
  }

  private leaf(): Term {
    const token = this.tokens[this.next];
    if (!token) throw this.error('the constraint ends too early');
    this.next++;
    if (/^[\d.]/.test(token.text)) return { kind: 'value', value: Number(token.text) };
    if (/^["']/.test(token.text)) return { kind: 'value', value: token.text.slice(1, -1) };
    const index = this.parameters.get(token.text);
    if (index !== undefined) return { kind: 'parameter', index };
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'value', value: token.text === 'true' };
    if (token.text === 'null') return { kind: 'value', value: null };
    this.next--;
    throw this.error(`no parameter is called "${token.text}"`);
  }

  private accept(text: string): boolean {
    if (this.tokens[this.next]?.text !== text) return false;
    this.next++;
    return true;
  }

  /** Runs a reading that may turn out to be an arithmetic group instead. */
  private attempt(read: () => Rule | null): Rule | null {
    const depth = this.depth;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      this.depth = depth;
      return null;
    }
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > DEEPEST) throw this.error(`nested deeper than ${DEEPEST} levels`);
    const result = read();
    this.depth--;
    return result;
  }

  private error(message: string): ConstraintError {
    return new ConstraintError(this.text, this.tokens[this.next]?.position ?? this.text.length, message);
  }
}
