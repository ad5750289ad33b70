/** `${NAME}` in the values of a configuration: texts of the environment take their places, and are never shown. */
import { isMap, isPair, isScalar, isSeq, visit, type Document, type Node, type Pair } from 'yaml';
import type { z } from 'zod';
import { valueAt, type Fault } from './fault.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` for `${` as it stands; else all up to the brace that closes, if there is one. */
const places = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** Replaces `${NAME}` in every value of a document, keys left alone; gives what cannot be replaced. */
export function insertEnvironment(document: Document, environment: Environment): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const problems: string[] = [];
      const whole = node.value;
      const text = whole.replace(places, (place, name: string | undefined, closed: string | undefined) => {
        if (name === undefined) return '${';
        const problem = problemOf(name, closed === '}', environment, place === whole);
        if (problem !== undefined) problems.push(problem);
        return environment[name] ?? '';
      });
      if (problems.length === 0) node.value = text;
      else faults.push({ path: pathOf(node, ancestors), sentence: problems[0] ?? '' });
    },
  });
  return faults;
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
 * alone. False where nothing was changed.
 */
export function asWanted(value: unknown, written: unknown, issues: readonly z.core.$ZodIssue[]): boolean {
  let hasChanged = false;
  for (const issue of issues) {
    const text = valueAt(value, issue.path);
    if (issue.code !== 'invalid_type' || typeof text !== 'string' || text === valueAt(written, issue.path)) continue;
    const isNumber = (issue.expected === 'number' || issue.expected === 'int') && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);
    if (!isNumber && !(issue.expected === 'boolean' && /^(?:true|false)$/.test(text))) continue;
    putAt(value, issue.path, isNumber ? Number(text) : text === 'true');
    hasChanged = true;
  }
  return hasChanged;
}

/** The same issues; sentences that quote what came from the environment quote what was written instead. */
export function withoutQuotes(issues: readonly z.core.$ZodIssue[], value: unknown, written: unknown): z.core.$ZodIssue[] {
  return issues.map((issue) => {
    let { message } = issue;
    for (const [text, original] of inserted(valueAt(value, issue.path), valueAt(written, issue.path))) {
      // Schemas quote at most so much of a text.
      message = message.replaceAll(JSON.stringify(text.slice(0, 80)), JSON.stringify(original));
    }
    return { ...issue, message };
  });
}

function inserted(value: unknown, written: unknown): [text: string, original: string][] {
  if (typeof value === 'string') return typeof written === 'string' && value !== written ? [[value, written]] : [];
  if (typeof value !== 'object' || value === null || typeof written !== 'object' || written === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => inserted(inner, valueAt(written, [key])));
}
