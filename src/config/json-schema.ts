/** The configuration as a JSON Schema, so that editors complete and check it. */
import { z } from 'zod';
import type { JsonObject } from '#contract';
import { configSchema, type Plugins } from './schema.ts';

/** JSON Schema (2020-12) of what may be written in a configuration file. */
export function configJsonSchema(plugins: Plugins): JsonObject {
  const schema = z.toJSONSchema(configSchema(plugins), { io: 'input', unrepresentable: 'any' });
  return JSON.parse(JSON.stringify({ ...schema, title: 'Configuration of fargazer' }));
}
