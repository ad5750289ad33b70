/** Looks into request parameters, whose shape differs from service to service, by the names of their fields. */
import type { JsonObject, JsonValue } from '#contract';

/** Nodes visited in one request; decoders keep 200 keys at most, elements of short lists come on top. */
const nodeLimit = 2_000;
const foundLimit = 64;

export function objectAt(value: JsonValue | undefined, ...path: string[]): JsonObject {
  let at = value;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return isObject(at) ? at : {};
}

export function textAt(value: JsonValue | undefined, ...path: string[]): string {
  const last = path.at(-1) ?? '';
  const holder = objectAt(value, ...path.slice(0, -1));
  const found = Object.hasOwn(holder, last) ? holder[last] : undefined;
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value.slice(0, foundLimit) : value === undefined || value === null ? [] : [value];
}

/** Plain values (as text) at any depth under fields whose name matches; at most 64. */
export function textsUnder(value: JsonValue | undefined, name: RegExp): string[] {
  const found: string[] = [];
  visit(value, (key, inner) => {
    if (name.test(key)) collect(inner, found);
  });
  return found;
}

/** Objects at any depth under fields whose name matches. */
export function objectsUnder(value: JsonValue | undefined, name: RegExp): JsonObject[] {
  const found: JsonObject[] = [];
  visit(value, (key, inner) => {
    if (!name.test(key)) return;
    for (const item of listOf(inner)) if (isObject(item) && found.length < foundLimit) found.push(item);
  });
  return found;
}

export function hasField(value: JsonValue | undefined, name: RegExp): boolean {
  let isFound = false;
  visit(value, (key, inner) => {
    if (name.test(key) && inner !== null && inner !== '' && !isEmpty(inner)) isFound = true;
  });
  return isFound;
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function visit(value: JsonValue | undefined, see: (key: string, inner: JsonValue) => void): void {
  const waiting: (JsonValue | undefined)[] = [value];
  for (let seen = 0; waiting.length > 0 && seen < nodeLimit; seen += 1) {
    const at = waiting.pop();
    if (Array.isArray(at)) {
      for (let index = Math.min(at.length, nodeLimit) - 1; index >= 0; index -= 1) waiting.push(at[index]);
    } else if (isObject(at)) {
      const keys = Object.keys(at);
      for (const key of keys) see(key, at[key] ?? null);
      for (let index = keys.length - 1; index >= 0; index -= 1) waiting.push(at[keys[index]!]);
    }
  }
}

function collect(value: JsonValue, found: string[]): void {
  const waiting: JsonValue[] = [value];
  for (let seen = 0; waiting.length > 0 && seen < nodeLimit && found.length < foundLimit; seen += 1) {
    const at = waiting.shift()!;
    if (Array.isArray(at)) waiting.push(...at.slice(0, foundLimit));
    else if (isObject(at)) waiting.push(...Object.values(at).slice(0, foundLimit));
    else if (at !== null && at !== '') found.push(String(at));
  }
}
