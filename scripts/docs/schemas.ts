/** The JSON Schemas that programs and editors read. */
import { z } from 'zod';
import { alertSchema } from '../../src/contract/index.ts';
import { configJsonSchema } from '../../src/config/index.ts';
import { plugins } from '../../src/entry/compose.ts';

function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** JSON Schema of one alert, as `--output jsonl` and the webhook give it. */
export function alertJsonSchema(): string {
  return schemaText({ ...z.toJSONSchema(alertSchema), title: 'Alert of fargazer' });
}

export function configSchemaText(): string {
  return schemaText(configJsonSchema(plugins));
}
