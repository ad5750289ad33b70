/** `${NAME}` in the values of a configuration: texts of the environment take their places, and are never shown. */
import type { z } from 'zod';
import { valueAt, type Fault } from './fault.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Insertion {
  faults: Fault[];
  /** Texts that were inserted, by the name of their variable. */
  inserted: Map<string, string>;
}

type Path = readonly PropertyKey[];

/** Puts a value where one stands already. */
export function putAt(value: unknown, path: Path, put: unknown): void {
  const holder = valueAt(value, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof holder === 'object' && holder !== null && key !== undefined && Object.hasOwn(holder, key)) Reflect.set(holder, key, put);
}

/**
 * Texts of the environment become numbers or true and false where an option wants these; the environment knows texts
 * alone.
 */
export function asWanted(value: unknown, written: unknown, issues: readonly z.core.$ZodIssue[]): void {
  for (const issue of issues) {
    const text = valueAt(value, issue.path);
    if (issue.code !== 'invalid_type' || typeof text !== 'string' || text === valueAt(written, issue.path)) continue;
    const isNumber = (issue.expected === 'number' || issue.expected === 'int') && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);
    if (!isNumber && !(issue.expected === 'boolean' && /^(?:true|false)$/.test(text))) continue;
    putAt(value, issue.path, isNumber ? Number(text) : text === 'true');
  }
}

/** Shorter texts are no secrets, and stand in too many words. */
const shortestHidden = 6;
/** Sentences quote the beginning of what is long. */
const headCharacters = 16;

/** The same sentence with the names of variables where it quotes what they hold, or the beginning of it. */
export function withoutInserted(sentence: string, inserted: ReadonlyMap<string, string>): string {
  let rest = sentence;
  for (const [name, value] of inserted) {
    if (value.length < shortestHidden) continue;
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1)])) rest = hidden(rest, form, `\${${name}}`);
  }
  return rest;
}

function hidden(sentence: string, value: string, name: string): string {
  const head = value.slice(0, headCharacters);
  let shown = '';
  let from = 0;
  for (let at = sentence.indexOf(head); at >= 0; at = sentence.indexOf(head, from)) {
    let length = head.length;
    while (length < value.length && sentence[at + length] === value[length]) length += 1;
    shown += sentence.slice(from, at) + name;
    from = at + length;
  }
  return shown + sentence.slice(from);
}
