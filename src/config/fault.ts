/** Faults of a configuration as sentences: what was expected, what was found, what was probably meant. */
import { z } from 'zod';
import type { ErrorCode } from '#contract';
import { suggestion } from './nearest.ts';

export interface Fault {
  path: (string | number)[];
  /** `expected a number, found "10MB"`: no capital, no full stop. */
  sentence: string;
  /** Where it has one of its own. */
  code?: ErrorCode;
}

const articles: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping of names to values',
  string: 'text',
};

function describeFound(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'symbol') return value.description ?? 'something else';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? 'something else';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** Keys that an object schema knows at a path; empty where it is no object. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = unwrap(schema);
  for (const key of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(key)]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault || current instanceof z.ZodNullable) {
    current = current.unwrap();
  }
  return current;
}

type Issue = z.core.$ZodIssue;

/** A bound as words: `at least 1`, `at most 10 entries`. */
function boundWords(word: string, bound: number | bigint, origin: string, isInclusive: boolean): string {
  const things = origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' entries' : '';
  if (isInclusive) return `${word === 'more' ? 'at least' : 'at most'} ${bound}${things}`;
  return `${word} than ${bound}${things}`;
}

function sentenceOf(issue: Issue, found: string): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${articles[issue.expected] ?? issue.expected}, found ${found}`;
    case 'invalid_value': {
      const words = issue.values.map(String);
      const meant = suggestion(found.replaceAll('"', ''), words);
      return `expected ${words.length === 1 ? '' : 'one of '}${words.join(', ')}, found ${found}${meant.includes('did you') ? meant : ''}`;
    }
    case 'too_small':
      return `expected ${boundWords('more', issue.minimum, issue.origin, issue.inclusive !== false)}, found ${found}`;
    case 'too_big':
      return `expected ${boundWords('less', issue.maximum, issue.origin, issue.inclusive !== false)}, found ${found}`;
    case 'invalid_format':
      return `expected ${issue.format === 'regex' ? `text like ${issue.pattern ?? 'the pattern'}` : `a valid ${issue.format}`}, found ${found}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}, found ${found}`;
    case 'custom':
      return issue.message;
    default:
      return `${issue.message}, found ${found}`;
  }
}

/** Sections whose keys are plugins. */
const pluginKeys: Readonly<Record<string, { what: string; code: ErrorCode }>> = {
  detectors: { what: 'detector', code: 'detector-unknown' },
  sinks: { what: 'output', code: 'sink-unknown' },
  sources: { what: 'source', code: 'config-invalid' },
  store: { what: 'store', code: 'config-invalid' },
};

/** All faults of one parse, in the order of the schema's own report. */
export function faultsOf(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Fault[] {
  // An unknown key is the reason why the right one is missing; saying both would be saying it twice.
  const withUnknownKey = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map((issue) => JSON.stringify(issue.path)));
  return issues.flatMap((issue): Fault[] => {
    if (issue.code === 'custom' && withUnknownKey.has(JSON.stringify(issue.path))) return [];
    const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path);
      const isPluginKey = path.length === 1 || (path.length === 2 && typeof path[1] === 'number');
      const plugin = isPluginKey ? pluginKeys[String(path[0])] : undefined;
      return issue.keys.map((key) => ({
        path: [...path, key],
        sentence: `there is no ${plugin?.what ?? 'option'} ${JSON.stringify(key.slice(0, 80)).slice(1, -1)}${suggestion(key, known)}`,
        ...(plugin === undefined ? {} : { code: plugin.code }),
      }));
    }
    return [{ path, sentence: sentenceOf(issue, describeFound(valueAt(value, issue.path))) }];
  });
}
