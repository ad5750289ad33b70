/** The kind of a JSON line: level, message, logger, error and the set of keys; other values vary. */
import type { JsonObject, JsonValue } from '#contract';
import { levelOfValue } from './level.ts';
import { canonicalWords, lineLimit, maskTokens, withoutColours } from './template-mask.ts';

/** Keys whose values tell the kind, by what they tell; the first that holds a text counts. */
const messageKeys = ['message', 'msg', '@message', '@m', 'log', 'event'];
const levelKeys = ['level', 'severity', 'log.level', 'lvl', 'loglevel', 'logLevel', 'levelname', 'level_name', 'severity_text', 'severityText', '@l', '@level'];
const loggerKeys = ['logger', 'logger_name', 'loggerName', 'log.logger'];
const errorKeys = ['error', 'err', 'exception', 'error.type', 'error_type', 'errorType', 'exception.type', 'exception_type', 'exception.class'];

/** All of them: `template-shape.ts` must see their values, and may overlook those of every other key. */
export const tellingKeys: readonly string[] = [...messageKeys, ...levelKeys, ...loggerKeys, ...errorKeys];
export const levelKeySet: ReadonlySet<string> = new Set(levelKeys);

const errorLimit = 120;
const messageLimit = 240;

/** Undefined where the text is no JSON object. */
export function jsonKind(text: string): { template: string; severityText?: string } | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? objectKind(value) : undefined;
}

/** The kind of an object that is a log line: as `jsonKind`. */
export function objectKind(value: JsonObject): { template: string; severityText?: string } {
  const nested = own(value, 'log');
  const severityText = firstLevel(value) ?? levelOfValue(isObject(nested) ? textOf(own(nested, 'level')) : undefined);
  const parts: string[] = [];
  if (severityText !== undefined) parts.push(severityText);
  const message = firstText(value, messageKeys);
  if (message !== '') parts.push(words(message, messageLimit));
  const error = errorText(value);
  if (error !== '') parts.push(`error=${words(error, errorLimit)}`);
  const logger = firstText(value, loggerKeys) || (isObject(nested) ? textOf(own(nested, 'logger')) : '');
  if (logger !== '') parts.push(`logger=${words(logger, errorLimit)}`);
  const keys = new Set<string>();
  for (const key of Object.keys(value)) keys.add(maskTokens(key).slice(0, errorLimit));
  parts.push(`{${[...keys].sort().join(',')}}`);
  const template = parts.join(' ');
  return severityText === undefined ? { template } : { template, severityText };
}

function words(text: string, limit: number): string {
  const canonical = canonicalWords(maskTokens(withoutColours(text)).slice(0, lineLimit));
  return canonical.length > limit ? canonical.slice(0, limit) : canonical;
}

function firstLevel(value: JsonObject): string | undefined {
  for (const key of levelKeys) {
    const level = levelOfValue(own(value, key));
    if (level !== undefined) return level;
  }
  return undefined;
}

function firstText(value: JsonObject, keys: readonly string[]): string {
  for (const key of keys) {
    const text = textOf(own(value, key));
    if (text !== '') return text;
  }
  return '';
}

/** Type of an error object, or an error told as text. */
function errorText(value: JsonObject): string {
  for (const key of errorKeys) {
    const error = own(value, key);
    if (typeof error === 'string' && error !== '') return error;
    if (!isObject(error)) continue;
    const type = firstText(error, ['type', 'name', 'class', 'kind', 'code']) || firstText(error, ['message']);
    if (type !== '') return type;
  }
  return '';
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
