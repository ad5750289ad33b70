/** Fields of published events, each taken only in its own shape and within bounds: whoever can write into the stream chooses them. */
import { lineageLimit, type JsonValue, type Program, type Subject } from '#contract';
import { isObject, listOf, textOf } from './fields.ts';

const pathLimit = 512;
const nameLimit = 64;

const subjectNames = [
  'account', 'region', 'cluster', 'service', 'family', 'revision', 'task', 'container', 'networkInterface', 'address', 'namespace', 'workload', 'pod', 'host', 'name',
] as const satisfies readonly (keyof Subject)[];

export function publishedSubject(value: JsonValue | undefined): Subject {
  const subject: Subject = {};
  if (!isObject(value)) return subject;
  for (const name of subjectNames) {
    const text = textOf(value[name]).slice(0, 256);
    if (text !== '') subject[name] = text;
  }
  return subject;
}

export function program(value: JsonValue | undefined): Program | undefined {
  if (!isObject(value)) return undefined;
  return { path: textOf(value['path']).slice(0, pathLimit), name: textOf(value['name']).slice(0, nameLimit) };
}

export function lineage(value: JsonValue | undefined): Program[] {
  const programs: Program[] = [];
  for (const item of listOf(value, lineageLimit)) {
    const found = program(item);
    if (found !== undefined) programs.push(found);
  }
  return programs;
}

/** A whole number within bounds; undefined for anything else. */
export function wholeIn(value: JsonValue | undefined, least: number, most: number): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
}

export function oneOf<const Name extends string>(names: readonly Name[], value: JsonValue | undefined): Name | undefined {
  return names.find((name) => name === value);
}

export function texts(value: JsonValue | undefined, limit: number, longest: number): string[] {
  return listOf(value, limit).filter((item) => typeof item === 'string').map((item) => item.slice(0, longest));
}
