// JSON as Python writes it: bare NaN and infinities, integers of any size. Read with positions, so that what was sent can be
// stored and given back token by token. Used by the exact row codec and by everything that speaks to tracking clients.

/** A parsed value: integers that a double cannot hold are bigints, non-finite numbers are numbers. */
export type ExtendedJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ExtendedJson[]
  | { readonly [key: string]: ExtendedJson };

/** Whether a value is an object with members. */
export function isExtendedObject(
  value: ExtendedJson | undefined,
): value is { readonly [key: string]: ExtendedJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_DEPTH = 200;
const WHITE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;
const NUMBER = /-?(?:Infinity|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|NaN/y;
const WORD = /true|false|null/y;
const INTEGER = /^-?\d+$/;

/** What is wrong with a text, and where. */
export class ExtendedJsonError extends Error {
  constructor(what: string, position: number) {
    super(`${what} at character ${position}`);
    this.name = 'ExtendedJsonError';
  }
}

class Reader {
  at = 0;

  constructor(private readonly text: string) {}

  /** Parses one value. */
  value(depth: number): ExtendedJson {
    if (depth > MAX_DEPTH) throw this.failure(`nesting deeper than ${MAX_DEPTH}`);
    this.match(WHITE);
    const first = this.text[this.at];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    const word = this.match(WORD);
    if (word !== undefined && word !== '') return word === 'null' ? null : word === 'true';
    return numberOf(this.take(NUMBER, 'a value'));
  }

  /** Members of the object at the top, each with the text of its value. */
  members(): [string, string][] {
    const members: [string, string][] = [];
    this.eachMember((key) => {
      this.match(WHITE);
      const start = this.at;
      this.value(1);
      members.push([key, this.text.slice(start, this.at)]);
    });
    return members;
  }

  end(): void {
    this.match(WHITE);
    if (this.at < this.text.length) throw this.failure('unexpected text');
  }

  private object(depth: number): ExtendedJson {
    const object = Object.create(null) as Record<string, ExtendedJson>;
    this.eachMember((key) => {
      object[key] = this.value(depth + 1);
    });
    return object;
  }

  private eachMember(member: (key: string) => void): void {
    this.match(WHITE);
    this.expect('{');
    this.match(WHITE);
    if (this.skip('}')) return;
    do {
      this.match(WHITE);
      const key = this.string();
      this.match(WHITE);
      this.expect(':');
      member(key);
      this.match(WHITE);
    } while (this.skip(','));
    this.expect('}');
  }

  private array(depth: number): ExtendedJson {
    const items: ExtendedJson[] = [];
    this.expect('[');
    this.match(WHITE);
    if (this.skip(']')) return items;
    do {
      items.push(this.value(depth + 1));
      this.match(WHITE);
    } while (this.skip(','));
    this.expect(']');
    return items;
  }

  private string(): string {
    return JSON.parse(this.take(STRING, 'a string')) as string;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private take(pattern: RegExp, what: string): string {
    const found = this.match(pattern);
    if (found === undefined) throw this.failure(`expected ${what}`);
    return found;
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.skip(character)) throw this.failure(`expected ${character}`);
  }

  private failure(what: string): ExtendedJsonError {
    return new ExtendedJsonError(what, this.at);
  }
}

/** The number a token stands for. */
function numberOf(token: string): number | bigint {
  const value = Number(token);
  if (Number.isSafeInteger(value) || !INTEGER.test(token)) return value;
  return BigInt(token);
}

/** Parses a text. @throws ExtendedJsonError */
export function parseExtendedJson(text: string): ExtendedJson {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The members of an object, in order, each value as the text it was written as. @throws ExtendedJsonError */
export function splitExtendedJson(text: string): [string, string][] {
  const reader = new Reader(text);
  const members = reader.members();
  reader.end();
  return members;
}

/** Writes a value so that `parseExtendedJson` and Python's `json` read it back. */
export function writeExtendedJson(value: ExtendedJson): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value.map((item: ExtendedJson) => writeExtendedJson(item)).join(',')}]`;
  const members = Object.entries(value as { readonly [key: string]: ExtendedJson });
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${writeExtendedJson(item)}`).join(',')}}`;
}

/** The value in ordinary JSON text for `jsonb`: non-finite numbers as strings, NUL characters replaced, big integers as they are. */
export function toJsonbText(value: ExtendedJson): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value === 'string') return JSON.stringify(value.replace(/\u0000|[\ud800-\udfff]/gu, '\ufffd'));
  if (value === null || typeof value !== 'object') return writeExtendedJson(value);
  if (Array.isArray(value)) return `[${value.map((item: ExtendedJson) => toJsonbText(item)).join(',')}]`;
  const members = Object.entries(value as { readonly [key: string]: ExtendedJson });
  return `{${members.map(([key, item]) => `${toJsonbText(key)}:${toJsonbText(item)}`).join(',')}}`;
}

/** The value as JavaScript can serialise it: non-finite numbers as strings, big integers as the nearest double. */
export function toPlainJson(value: ExtendedJson): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: ExtendedJson) => toPlainJson(item));
  return Object.fromEntries(
    Object.entries(value as { readonly [key: string]: ExtendedJson }).map(([key, item]) => [
      key,
      toPlainJson(item),
    ]),
  );
}
