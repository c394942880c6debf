// Finds a key in the JSON Schema of the sweep spec and says in lines what may stand there. Pure; called by `sweep explain`.
import { usageError } from '../output/cli-error.js';

/** A node of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a schema says about one key. */
export interface Explanation {
  readonly schema: Schema;
  readonly lines: readonly string[];
}

/** @throws CliError `cli/usage` naming the keys there are */
export function explainKey(root: Schema, path: readonly string[]): Explanation {
  let node = resolved(root, root);
  path.forEach((name, depth) => {
    const inner = childOf(root, node, name);
    if (inner === undefined) {
      const place = depth === 0 ? 'a sweep' : `"${path.slice(0, depth).join('.')}"`;
      throw usageError(
        `${place} has no key "${name}"`,
        `keys there: ${keysOf(root, node).join(', ') || 'none'}`,
      );
    }
    node = inner;
  });
  return { schema: node, lines: describe(root, node, path.join('.') || 'sweep') };
}

function describe(root: Schema, node: Schema, title: string): string[] {
  const variants = variantsOf(root, node);
  const description = textOf(node['description']);
  const head = [`${title}  ${typeText(root, node)}`, ...(description === '' ? [] : [`  ${description}`])];
  const fields = fieldLines(root, node);
  if (fields.length > 0 || variants.length === 0) return [...head, ...fields];
  const objects = variants.filter((variant) => recordOf(variant['properties']) !== undefined);
  if (objects.length === 0) return head;
  return [
    ...head,
    ...objects.flatMap((variant) => [
      '',
      `  ${nameOfVariant(variant)}${described(variant)}`,
      ...fieldLines(root, variant, '    '),
    ]),
  ];
}

function fieldLines(root: Schema, node: Schema, indent = '  '): string[] {
  const required = listOf(node['required']);
  return Object.entries(recordOf(node['properties']) ?? {}).map(([name, value]) => {
    const field = resolved(root, schemaOf(value));
    const needed = required.includes(name) ? ' (required)' : '';
    return `${indent}${name}  ${typeText(root, field)}${needed}${described(field)}`;
  });
}

function described(node: Schema): string {
  const text = textOf(node['description']);
  return text === '' ? '' : `  ${text}`;
}

/** An alternative is known by its constant, such as `type: asha`. */
function nameOfVariant(variant: Schema): string {
  const constants = Object.entries(recordOf(variant['properties']) ?? {}).flatMap(([name, value]) => {
    const { const: constant } = schemaOf(value);
    return constant === undefined ? [] : [`${name}: ${JSON.stringify(constant)}`];
  });
  return constants[0] ?? `{ ${listOf(variant['required']).join(', ')} }`;
}

function typeText(root: Schema, node: Schema): string {
  if (node['const'] !== undefined) return JSON.stringify(node['const']);
  const choices = listOf(node['enum']);
  const variants = variantsOf(root, node);
  const kind =
    choices.length > 0
      ? choices.join(' | ')
      : variants.length > 0
        ? [...new Set(variants.map((variant) => typeText(root, variant)))].join(' | ')
        : listOf([node['type']].flat()).join(' | ') || 'any';
  return `${kind}${boundsText(node)}${node['default'] === undefined ? '' : `, default ${JSON.stringify(node['default'])}`}`;
}

function boundsText(node: Schema): string {
  const bounds = [
    ['minimum', '>='],
    ['exclusiveMinimum', '>'],
    ['maximum', '<='],
    ['exclusiveMaximum', '<'],
    ['maxItems', 'at most'],
  ] as const;
  return bounds
    .filter(([name]) => typeof node[name] === 'number' && node[name] < Number.MAX_SAFE_INTEGER)
    .map(([name, sign]) => ` ${sign} ${String(node[name])}`)
    .join('');
}

function childOf(root: Schema, node: Schema, name: string): Schema | undefined {
  const own = recordOf(node['properties'])?.[name];
  if (own !== undefined) return resolved(root, schemaOf(own));
  const others = recordOf(node['additionalProperties']) ?? recordOf(node['items']);
  if (others !== undefined && Object.keys(others).length > 0) return resolved(root, others);
  for (const variant of variantsOf(root, node)) {
    const found = childOf(root, variant, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keysOf(root: Schema, node: Schema): string[] {
  const own = Object.keys(recordOf(node['properties']) ?? {});
  return [...new Set([...own, ...variantsOf(root, node).flatMap((variant) => keysOf(root, variant))])];
}

function variantsOf(root: Schema, node: Schema): Schema[] {
  const { anyOf, oneOf } = node;
  const variants = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  return variants.map((variant: unknown) => resolved(root, schemaOf(variant)));
}

function resolved(root: Schema, node: Schema): Schema {
  const { $ref: reference, ...own } = node;
  if (typeof reference !== 'string') return node;
  const target = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((found, key) => recordOf(found)?.[key], root);
  return { ...resolved(root, schemaOf(target)), ...own };
}

function schemaOf(value: unknown): Schema {
  return recordOf(value) ?? {};
}

function recordOf(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value)
    ? value.flatMap((item: unknown) => (item === undefined ? [] : [textOf(item) || JSON.stringify(item)]))
    : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
