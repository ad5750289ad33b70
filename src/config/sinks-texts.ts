/** Texts among the options of an output, and which of them are secrets: those whose name or description says so. */
import { z } from 'zod';
import { putAt } from './secrets-environment.ts';

export interface OptionText {
  path: (string | number)[];
  text: string;
  /** Also where a text stands in place of a mapping: nobody knows what it holds. */
  isSecret: boolean;
}

/** Stands for what messages do not show. */
export const withheld = Symbol('text that is not shown');

const named = /(?:secret|password|token|(?:api|routing|access|private)_?key)$/i;

/** Every text among the options, by its place. */
export function textsOf(schema: unknown, value: unknown, path: (string | number)[] = []): OptionText[] {
  if (typeof value === 'string') return [{ path, text: value, isSecret: isSecret(schema) || named.test(String(path.at(-1) ?? '')) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(childOf(schema, key), inner, [...path, Array.isArray(value) ? Number(key) : key]));
}

/** A copy of the options in which secrets are withheld, but for those that are only named (`isNamed`). */
export function withoutSecrets(schema: unknown, options: unknown, isNamed: (text: string) => boolean): unknown {
  const holder = { options: structuredClone(options) };
  for (const { path, text, isSecret: hides } of textsOf(schema, options)) if (hides && !isNamed(text)) putAt(holder, ['options', ...path], withheld);
  return holder.options;
}

function isSecret(schema: unknown): boolean {
  const { inner, descriptions } = opened(schema);
  return inner === undefined || inner instanceof z.ZodObject || descriptions.some((text) => /\bsecret\b/i.test(text));
}

function childOf(schema: unknown, key: string): unknown {
  const { inner } = opened(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, key) ? inner.shape[key] : undefined;
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodUnion) {
    for (const option of inner.options) {
      const child = childOf(option, key);
      if (child !== undefined) return child;
    }
  }
  return undefined;
}

/** The schema within its wrappers, and what all of them say of it. */
function opened(schema: unknown): { inner: unknown; descriptions: string[] } {
  let inner = schema;
  const descriptions: string[] = [];
  for (;;) {
    if (inner instanceof z.ZodType && inner.description !== undefined) descriptions.push(inner.description);
    if (!(inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable || inner instanceof z.ZodPrefault)) return { inner, descriptions };
    inner = inner.unwrap();
  }
}
