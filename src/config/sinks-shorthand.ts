/** Outputs in one line: a text stands for the one option that matters, `slack: ${SLACK_WEBHOOK_URL}`. */
import type { JsonObject, JsonValue } from '#contract';

/** Option that a mere text stands for, by output. */
export type Shorthands = ReadonlyMap<string, string>;

/** The section with every text in place of a mapping written out, and outputs without any option as empty ones. */
export function writtenOut(section: unknown, shorthands: Shorthands = new Map()): unknown {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return section;
  return Object.fromEntries(
    Object.entries(section).map(([name, options]) => {
      const option = shorthands.get(name);
      return [name, typeof options === 'string' && option !== undefined ? { [option]: options } : (options ?? {})];
    }),
  );
}

/** Lets a text stand in the schema of each output that has a shorthand, held to what its option is held to. */
export function allowTexts(section: JsonObject, shorthands: Shorthands = new Map()): void {
  for (const [name, option] of shorthands) {
    const schema = section[name];
    if (!isObject(schema)) continue;
    const ways = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [schema];
    const only = ways.map((way) => (isObject(way) && isObject(way['properties']) ? textIn(way['properties'][option]) : undefined)).find((one) => one !== undefined);
    // These hold for texts alone, as properties hold for mappings alone.
    const forms = Object.fromEntries((['pattern', 'format', 'minLength', 'maxLength'] as const).flatMap((key) => (only?.[key] === undefined ? [] : [[key, only[key]]])));
    if (Array.isArray(schema['anyOf'])) schema['anyOf'].push({ type: 'string', ...forms });
    else Object.assign(schema, { type: ['object', 'string'], ...forms });
  }
}

function textIn(schema: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(schema)) return undefined;
  if (schema['type'] === 'string') return schema;
  return Array.isArray(schema['anyOf']) ? schema['anyOf'].map(textIn).find((one) => one !== undefined) : undefined;
}

/** Lets nothing stand in place of a mapping for outputs that need no option. */
export function allowNothing(section: JsonObject, needless: readonly string[]): void {
  for (const name of needless) {
    const schema = section[name];
    if (isObject(schema) && schema['type'] !== undefined) schema['type'] = [...[schema['type']].flat(), 'null'];
  }
}

/** In place of what is expected may stand a variable of the environment, and among outputs a reference to a secret. */
const variable = '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}';
const reference = '^(?:file|secretsmanager|ssm):';

/** Lets references stand wherever the schema holds a text to a form, so that editors do not call them wrong. */
export function allowReferences(schema: JsonValue | undefined, mayBeSecret: boolean): void {
  if (Array.isArray(schema)) for (const each of schema) allowReferences(each, mayBeSecret);
  if (!isObject(schema)) return;
  // Names of kinds, in `store` and `sources`, are no texts of their own.
  const isText = schema['type'] === 'string' || (mayBeSecret && Array.isArray(schema['type']) && schema['type'].includes('string'));
  const form = schema['format'] === 'uri' ? '^[a-z][a-z0-9+.-]*:' : undefined;
  const pattern = typeof schema['pattern'] === 'string' ? schema['pattern'] : form;
  if (isText && pattern !== undefined) {
    if (form !== undefined) delete schema['format'];
    schema['pattern'] = [`(?:${pattern})`, variable, ...(mayBeSecret ? [reference] : [])].join('|');
  }
  for (const [key, inner] of Object.entries(schema)) if (key !== 'enum' && key !== 'default' && key !== 'const') allowReferences(inner, mayBeSecret);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
