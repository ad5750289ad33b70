/** `${NAME}` in the values of a configuration: texts of the environment take their places, and are never shown. */
import { isMap, isPair, isScalar, isSeq, visit, type Document, type Node, type Pair } from 'yaml';
import type { z } from 'zod';
import { valueAt, type Fault } from './fault.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` for `${` as it stands; else all up to the brace that closes, if there is one. */
const places = /\$\$\{|\$\{([^}]*)(\}?)/g;

export interface Insertion {
  faults: Fault[];
  /** Texts that were inserted, by the name of their variable. */
  inserted: Map<string, string>;
}

/** Replaces `${NAME}` in every value of a document, keys left alone; tells what cannot be replaced. */
export function insertEnvironment(document: Document, environment: Environment): Insertion {
  const faults: Fault[] = [];
  const inserted = new Map<string, string>();
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const problems: string[] = [];
      const whole = node.value;
      const text = whole.replace(places, (place, name: string | undefined, closed: string | undefined) => {
        if (name === undefined) return '${';
        const problem = problemOf(name, closed === '}', environment, place === whole);
        if (problem !== undefined) problems.push(problem);
        else inserted.set(name, environment[name] ?? '');
        return environment[name] ?? '';
      });
      if (problems.length === 0) node.value = text;
      else faults.push({ path: pathOf(node, ancestors), sentence: problems[0] ?? '' });
    },
  });
  return { faults, inserted };
}

function problemOf(name: string, isClosed: boolean, environment: Environment, isWhole: boolean): string | undefined {
  if (!isClosed || !/^[A-Za-z_]\w*$/.test(name)) return 'expected the name of a variable of the environment, such as ${SLACK_WEBHOOK_URL}; for ${ as it stands write $${';
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) {
    const meant = nearest(name, Object.keys(environment));
    return `the environment has no variable ${name}; set it${meant === undefined ? '' : `, or did you mean ${meant}`}${meant === undefined ? ', or write $${ for ${ as it stands' : '?'}`;
  }
  return value === '' && isWhole ? `the variable ${name} of the environment is empty; give it a value` : undefined;
}

function pathOf(node: Node, ancestors: readonly (Document | Node | Pair)[]): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [at, above] of ancestors.entries()) {
    const below = ancestors[at + 1] ?? node;
    if (isSeq(above)) path.push(above.items.indexOf(below));
    else if (isMap(above) && isPair(below) && isScalar(below.key)) path.push(String(below.key.value));
  }
  return path;
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
