/** `${NAME}` in a document of YAML: texts of the environment take their places. */
import { isMap, isPair, isScalar, isSeq, visit, type Document, type Node, type Pair } from 'yaml';
import type { Fault } from './fault.ts';
import { nearest } from './nearest.ts';
import type { Environment, Insertion } from './secrets-environment.ts';

/** `$${` for `${` as it stands; else all up to the brace that closes, if there is one. */
const places = /\$\$\{|\$\{([^}]*)(\}?)/g;

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
