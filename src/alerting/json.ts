/** Alerts as JSON: keys in the order of the published schema, and no character that does something where it is shown. */
import { z } from 'zod';
import { alertSchema, type Alert } from '#contract';

// JSON leaves these as they are, but they break lines, move the cursor or turn text around.
const unsafe = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** JSON on one line that is safe to print and parses to the same value. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same alert with keys as the schema lists them, so that equal alerts give equal bytes; keys it does not know are left out. */
export function inSchemaOrder(alert: Alert): Alert {
  return ordered(alertSchema, alert) as Alert;
}

function ordered(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return value === undefined ? undefined : ordered(schema.unwrap(), value);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => ordered(schema.element, item));
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const given = new Map(Object.entries(value));
  return Object.fromEntries(Object.entries(schema.shape).map(([key, part]) => [key, ordered(part as z.core.$ZodType, given.get(key))]));
}
