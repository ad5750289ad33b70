/** Total accessors over JSON of unknown shape: what is not of the wanted type is empty, and nothing throws. */
import type { JsonObject, JsonValue } from '#contract';

/** Longest text taken from a field: longer than any ARN (2,048) or user agent that is shown to a person. */
const textLimit = 2_048;

const nothing: Readonly<JsonObject> = Object.freeze(Object.create(null) as JsonObject);
const noItems: readonly JsonValue[] = Object.freeze([]);

/** The text, shortened to 2,048 characters; numbers and booleans as text; anything else ''. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.length > textLimit ? value.slice(0, textLimit) : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** As `textOf`, with undefined for what is empty. */
export function optionalText(value: JsonValue | undefined): string | undefined {
  const text = textOf(value);
  return text === '' ? undefined : text;
}

/** A finite number, also where it is written as text; anything else undefined. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  // 40 characters hold every number that JSON writers print; longer texts are no numbers worth parsing.
  if (typeof value !== 'string' || value === '' || value.length > 40) return undefined;
  const number = Number(value);
  return Number.isFinite(number) && value.trim() !== '' ? number : undefined;
}

/** True and false, also as text in any case (CloudTrail writes `"true"`). */
export function booleanOf(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > 5) return undefined;
  const text = value.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The object itself, or an empty one that cannot be written to. */
export function objectOf(value: JsonValue | undefined): Readonly<JsonObject> {
  return isObject(value) ? value : nothing;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first `limit` items of an array, or an empty one. */
export function listOf(value: JsonValue | undefined, limit = 1_000): readonly JsonValue[] {
  if (!Array.isArray(value)) return noItems;
  return value.length > limit ? value.slice(0, limit) : value;
}

/** The texts among the first `limit` items. */
export function textsOf(value: JsonValue | undefined, limit = 64): string[] {
  const texts: string[] = [];
  for (const item of listOf(value, limit)) {
    const text = textOf(item);
    if (text !== '') texts.push(text);
  }
  return texts;
}

/** A field of the object's own by a name that came from outside (`constructor` is no field of `{}`). */
export function ownField(object: Readonly<JsonObject>, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
