/**
 * Reads YAML or JSON text into a `SpecDocument` within fixed bounds: size, nesting and number of tokens are checked before
 * anything is composed, aliases are expanded under the same count, so no text costs more than its size.
 */
import { CST, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import type { Alias, Document, Pair, Scalar, YAMLMap } from 'yaml';
import type { Json } from '../search-space.js';
import { codePointName, controlCharacterIn, TreeReader } from './spec-document.js';
import type { SpecDocument } from './spec-document.js';
import { specLimits } from './spec-limits.js';
import { pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';
import { resolvePlainJson, resolvePlainYaml } from './yaml-scalars.js';
import type { ScalarValue } from './yaml-scalars.js';

const standardTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Reads a text; `undefined` when it cannot be read, with the reasons in `problems`.
 *
 * @param member  read only this member of the object that the text holds: the spec inside a request
 */
export function documentOfText(
  input: string,
  problems: SpecProblems,
  member?: string,
): SpecDocument | undefined {
  const text = input.startsWith('\ufeff') ? input.slice(1) : input;
  if (!withinBounds(text, problems)) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    // Not `silent`: that would also hide a second document.
    logLevel: 'error',
    // Its own check compares every pair of keys; `objectOf` looks each key up instead.
    uniqueKeys: false,
  });
  for (const error of document.errors) {
    const place = placeAt(lines, error.pos[0]);
    problems.add('spec/syntax', '', syntaxDetail(error.code, error.message), { place });
  }
  if (problems.problems.length > 0) return undefined;
  return new YamlReader(document, problems, lines, isJsonText(text)).read(member);
}

function syntaxDetail(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'The text holds several YAML documents; give one.';
  return `${message.split('\n')[0] ?? message}.`.replace(/\.\.$/, '.');
}

/** Size, characters, nesting and token count, found without building anything. */
function withinBounds(text: string, problems: SpecProblems): boolean {
  if (text.length > specLimits.textLength) {
    const detail = `The spec has ${text.length} characters; at most ${specLimits.textLength} are read.`;
    problems.add('spec/too-large', '', detail, { got: text.length, bound: String(specLimits.textLength) });
    return false;
  }
  const position = controlCharacterIn(text, 'text');
  if (position >= 0) {
    const detail = `The text contains the control character ${codePointName(text, position)}; remove it.`;
    problems.add('spec/control-character', '', detail, { place: placeInText(text, position) });
    return false;
  }
  const excess = excessOf(text);
  if (excess === undefined) return true;
  const [code, what] =
    excess === 'depth'
      ? ['spec/too-deep', `is nested more than ${specLimits.depth} levels deep`]
      : ['spec/too-many-values', `has more than ${specLimits.nodes} values`];
  problems.add(code, '', `The text ${what}; make it smaller.`, { bound: String(specLimits[excess]) });
  return false;
}

/** Which bound the tokens of a text exceed. */
function excessOf(text: string): 'depth' | 'nodes' | undefined {
  const count = new TokenCount();
  for (const token of new Lexer().lex(text)) {
    count.add(token);
    if (count.depth > 2 * specLimits.depth + 2) return 'depth';
    if (count.scalars > 2 * specLimits.nodes) return 'nodes';
  }
  return undefined;
}

/** Counts scalars and an upper bound of the nesting: indents open on the line, dashes on it, and flow brackets. */
class TokenCount {
  scalars = 0;
  private readonly indents: number[] = [];
  private flow = 0;
  private dashes = 0;
  private atLineStart = true;

  get depth(): number {
    return this.indents.length + this.dashes + this.flow;
  }

  add(token: string): void {
    const type = CST.tokenType(token);
    if (type === 'newline') {
      this.atLineStart = true;
      this.dashes = 0;
      return;
    }
    if (this.atLineStart && this.flow === 0) this.openIndent(type === 'space' ? token.length : 0);
    switch (type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
      case 'alias':
        this.scalars += 1;
        break;
      case 'flow-seq-start':
      case 'flow-map-start':
        this.flow += 1;
        break;
      case 'flow-seq-end':
      case 'flow-map-end':
        this.flow -= 1;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
        this.dashes += 1;
        break;
      default:
    }
  }

  private openIndent(column: number): void {
    while ((this.indents.at(-1) ?? -1) >= column) this.indents.pop();
    this.indents.push(column);
    this.atLineStart = false;
  }
}

function isJsonText(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function placeAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function placeInText(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - lastBreak };
}

/** Turns the syntax tree into JSON; its state is what it has seen so far. */
class YamlReader {
  private readonly tree: TreeReader;
  private readonly offsets = new Map<string, number>();
  private readonly floats = new Set<string>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly problems: SpecProblems,
    private readonly lines: LineCounter,
    private readonly json: boolean,
  ) {
    this.tree = new TreeReader(problems);
    problems.locateWith((pointer) => {
      const offset = this.offsets.get(pointer);
      return offset === undefined ? undefined : placeAt(lines, offset);
    });
  }

  read(member: string | undefined): SpecDocument | undefined {
    const { contents } = this.document;
    const node = member === undefined || !isMap(contents) ? contents : contents.get(member, true);
    const value = this.valueOf(node, '', 1);
    if (this.tree.exceeded) return undefined;
    return { value, knowsFloats: true, floats: this.floats };
  }

  private valueOf(node: unknown, pointer: string, depth: number): Json {
    if (!this.tree.enter(pointer, depth)) return null;
    if (isAlias(node)) return this.targetOf(node, pointer, depth);
    if (isMap(node)) return this.acceptTag(node.tag, pointer) ? this.objectOf(node, pointer, depth) : null;
    if (isSeq(node)) {
      if (!this.acceptTag(node.tag, pointer)) return null;
      return node.items.map((item, index) => this.itemOf(item, pointerTo(pointer, index), depth));
    }
    if (isScalar(node)) return this.acceptTag(node.tag, pointer) ? this.scalarOf(node, pointer) : null;
    return null;
  }

  private targetOf(alias: Alias, pointer: string, depth: number): Json {
    const target = alias.resolve(this.document);
    if (target !== undefined) return this.valueOf(target, pointer, depth + 1);
    const detail = `No value before here has the anchor &${alias.source.slice(0, 80)}; add it or write the value.`;
    this.problems.add('spec/alias', pointer, detail, { got: `*${alias.source}` });
    return null;
  }

  private itemOf(node: unknown, pointer: string, depth: number): Json {
    this.remember(pointer, node);
    return this.valueOf(node, pointer, depth + 1);
  }

  private objectOf(map: YAMLMap, pointer: string, depth: number): Json {
    const result: Record<string, Json> = {};
    const seen = new Set<string>();
    for (const merged of map.items.filter(isMergePair)) this.mergeInto(result, merged.value, pointer, depth);
    for (const pair of map.items) {
      if (isMergePair(pair)) continue;
      const key = this.keyOf(pair.key, pointer);
      if (key === undefined) continue;
      const inner = pointerTo(pointer, key);
      if (seen.size === seen.add(key).size) this.refuseDuplicate(key, inner, pair.key);
      this.remember(inner, pair.key);
      if (this.tree.acceptKey(key, inner)) result[key] = this.valueOf(pair.value, inner, depth + 1);
    }
    return result;
  }

  private refuseDuplicate(key: string, pointer: string, node: unknown): void {
    const place = isScalar(node) && node.range ? { place: placeAt(this.lines, node.range[0]) } : {};
    const detail = 'This key stands twice in the same object; remove one of the two.';
    this.problems.add('spec/duplicate-key', pointer, detail, { got: key, ...place });
  }

  /** `<<: *base`: the keys of the base that the object does not give itself. Of several bases the first one wins. */
  private mergeInto(result: Record<string, Json>, source: unknown, pointer: string, depth: number): void {
    if (!this.tree.enter(pointer, depth + 1)) return;
    const node = isAlias(source) ? source.resolve(this.document) : source;
    if (isSeq(node)) {
      for (const item of [...node.items].reverse()) this.mergeInto(result, item, pointer, depth + 1);
    } else if (isMap(node)) {
      Object.assign(result, this.objectOf(node, pointer, depth + 1));
    } else {
      this.problems.add('spec/merge', pointer, '"<<" takes an object or a list of objects.');
    }
  }

  private keyOf(node: unknown, pointer: string): string | undefined {
    const target = isAlias(node) ? node.resolve(this.document) : node;
    if (isScalar(target)) {
      const { value } = this.resolve(target);
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    this.problems.add('spec/key', pointer, 'A key must be text; found a list or an object.');
    return undefined;
  }

  private scalarOf(node: Scalar, pointer: string): Json {
    const { value, float } = this.resolve(node);
    if (float) this.floats.add(pointer);
    if (typeof value === 'number') return this.tree.acceptNumber(value, pointer) ? value : null;
    if (typeof value === 'string') return this.tree.acceptText(value, pointer, 'text') ? value : null;
    return value;
  }

  private resolve(node: Scalar): ScalarValue {
    const source = node.source ?? '';
    const tag = node.tag?.slice('tag:yaml.org,2002:'.length);
    if (tag === 'str' || (node.type !== 'PLAIN' && tag === undefined)) {
      return { value: typeof node.value === 'string' ? node.value : source, float: false };
    }
    if (tag === 'float') return { value: Number(source), float: true };
    if (this.json && node.type === 'PLAIN') return resolvePlainJson(source);
    return resolvePlainYaml(source);
  }

  private acceptTag(tag: string | undefined, pointer: string): boolean {
    if (tag === undefined || standardTags.has(tag)) return true;
    const detail = `The tag ${tag.slice(0, 80)} is not allowed; remove it.`;
    this.problems.add('spec/tag', pointer, detail, { got: tag });
    return false;
  }

  private remember(pointer: string, node: unknown): void {
    const offset =
      isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
    if (offset !== undefined && this.offsets.size < specLimits.nodes) this.offsets.set(pointer, offset);
  }
}

function isMergePair(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.source === '<<';
}
