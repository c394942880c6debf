// Writes docs/reference/sweep-spec.md from the JSON schema of a sweep spec: a table of keys for the document and for each
// object inside it, with type, bounds, default and meaning as the schema states them.

/** @typedef {Record<string, any>} Schema */

/** JSON Schema keyword -> how a bound reads in a table. */
const bounds = {
  minimum: '≥',
  exclusiveMinimum: '>',
  maximum: '≤',
  exclusiveMaximum: '<',
  minLength: 'length ≥',
  maxLength: 'length ≤',
  minItems: 'items ≥',
  maxItems: 'items ≤',
  maxProperties: 'keys ≤',
  pattern: 'matches',
};

const code = (/** @type {unknown} */ value) => '`' + JSON.stringify(value).replaceAll('|', '\\|') + '`';

/** The schema itself, or what its `$ref` names. */
function resolved(/** @type {Schema} */ schema, /** @type {Schema} */ root) {
  const path = typeof schema.$ref === 'string' ? schema.$ref.split('/').slice(1) : undefined;
  if (path === undefined) return schema;
  /** @type {Schema} */
  const target = path.reduce((/** @type {Schema} */ node, /** @type {string} */ key) => node?.[key], root);
  return { ...target, ...schema, $ref: undefined };
}

const branches = (/** @type {Schema} */ schema) => schema.anyOf ?? schema.oneOf;

/** @returns {string} */
function typeOf(/** @type {Schema} */ given, /** @type {Schema} */ root) {
  const schema = resolved(given, root);
  if ('const' in schema) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' or ');
  const options = branches(schema);
  if (options) {
    return [...new Set(options.map((/** @type {Schema} */ option) => typeOf(option, root)))].join(' or ');
  }
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items, root) : 'any'}`;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  return schema.type ?? 'any';
}

function boundsOf(/** @type {Schema} */ schema) {
  return Object.entries(bounds)
    .filter(([keyword]) => keyword in schema)
    .filter(([keyword]) => Math.abs(schema[keyword]) !== Number.MAX_SAFE_INTEGER)
    .map(([keyword, sign]) => `${sign} ${code(schema[keyword])}`)
    .join(', ');
}

/**
 * The objects with own keys inside the value of `key`, each with its path below the parent: the value itself, its branches, its
 * list items, or what any name may hold.
 *
 * @returns {{ object: Schema, path: string[] }[]}
 */
function objectsIn(/** @type {Schema} */ given, /** @type {Schema} */ root, /** @type {string[]} */ path) {
  const schema = resolved(given, root);
  if (schema.properties) return [{ object: schema, path }];
  const named = schema.additionalProperties;
  if (named && typeof named === 'object') return objectsIn(named, root, [...path, '<name>']);
  /** @type {Schema[]} */
  const inner = branches(schema) ?? (schema.items ? [schema.items] : []);
  return inner
    .map((option) => resolved(option, root))
    .filter((option) => option.properties)
    .map((object) => ({ object, path }));
}

/** A section for one object, followed by the sections of the objects inside it. */
function sections(/** @type {Schema} */ schema, /** @type {Schema} */ root, /** @type {string[]} */ path) {
  const required = new Set(schema.required ?? []);
  /** @type {[string, Schema][]} */
  const entries = Object.entries(schema.properties);
  const rows = entries.map(([key, given]) => {
    const value = resolved(given, root);
    const fallback = 'default' in value ? code(value.default) : required.has(key) ? '**required**' : '';
    const text = (value.description ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
    return `| \`${key}\` | ${typeOf(value, root)} | ${boundsOf(value)} | ${fallback} | ${text} |`;
  });
  const [variant, kind] = ['type', 'distribution']
    .map((key) => [schema.properties[key]?.const, key])
    .find(([constant]) => constant !== undefined) ?? [undefined, ''];
  const title =
    path.length === 0
      ? 'The document'
      : '`' + path.join('.') + '`' + (variant ? `, ${kind} \`${variant}\`` : '');
  const depth = '#'.repeat(Math.min(2 + path.length, 5));
  /** @type {string[]} */
  const own = [
    `${depth} ${title}`,
    ...(schema.description ? ['', schema.description] : []),
    '',
    '| Key | Type | Bounds | Default | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
  /** @type {string[]} */
  const nested = entries
    .filter(([key]) => !path.includes(key))
    .flatMap(([key, value]) => objectsIn(value, root, [...path, key]))
    .flatMap((inner) => sections(inner.object, root, inner.path));
  return [...own, ...nested];
}

/** @param {Schema} schema JSON schema of the document, draft 2020-12 */
export function specReference(schema) {
  const top = objectsIn(schema, schema, []);
  return [
    '<!-- Generated from the schema in libs/contracts by `npm run generate`; edit that. -->',
    '',
    '# The sweep spec',
    '',
    'A sweep is one YAML or JSON document. Every W&B sweep file is one; the keys that Swath adds are marked in their meaning.',
    'The same rules as a machine reads them: [sweep-spec.schema.json](sweep-spec.schema.json). `swath sweep plan FILE` checks a',
    'file without submitting it.',
    '',
    ...top.flatMap(({ object, path }) => sections(object, schema, path)),
  ].join('\n');
}
