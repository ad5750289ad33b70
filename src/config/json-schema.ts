/** The configuration as a JSON Schema, so that editors complete and check it. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#contract';
import { configSchema, type Plugins } from './schema.ts';
import { allowNothing, allowReferences, allowTexts } from './sinks-shorthand.ts';

/** JSON Schema (2020-12) of what may be written in a configuration file. */
export function configJsonSchema(plugins: Plugins): JsonObject {
  const schema = z.toJSONSchema(configSchema(plugins), { io: 'input', unrepresentable: 'any' });
  const plain = JSON.parse(JSON.stringify({ ...schema, title: 'Configuration of fargazer' })) as JsonObject;
  const properties = plain['properties'];
  if (isObject(properties)) {
    allowBare(properties['store'], plugins.stores);
    if (isObject(properties['sources'])) allowBare(properties['sources']['items'], plugins.sources);
    const sinks = isObject(properties['sinks']) ? properties['sinks']['properties'] : undefined;
    if (isObject(sinks)) {
      allowTexts(sinks, plugins.shorthands);
      allowNothing(sinks, [...(plugins.sinks ?? [])].filter(([, options]) => options.safeParse({}).success).map(([name]) => name));
    }
    for (const [section, schema] of Object.entries(properties)) allowReferences(schema, section === 'sinks');
  }
  return plain;
}

/** One key and no more, or the mere name of a kind that needs no options. */
function allowBare(schema: JsonValue | undefined, kinds: ReadonlyMap<string, z.ZodType> = new Map()): void {
  if (!isObject(schema)) return;
  schema['minProperties'] = 1;
  schema['maxProperties'] = 1;
  const bare = [...kinds].filter(([, options]) => options.safeParse({}).success).map(([kind]) => kind);
  if (bare.length === 0) return;
  schema['type'] = ['object', 'string'];
  // A pattern holds for strings alone, as properties hold for objects alone.
  schema['pattern'] = `^(?:${bare.join('|')})$`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
