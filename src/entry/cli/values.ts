/** Values of options, from text to what the program takes; what is wrong is said in one sentence. */
import { InvalidArgumentError } from 'commander';
import { severities, type Severity } from '#contract';
import { durationExpected, instantExpected, parseDuration, parseInstant, suggestion } from '../../config/index.ts';
import type { Position } from './program.ts';

export function durationValue(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined || durationMs <= 0) throw new InvalidArgumentError(`expected ${durationExpected}`);
  return durationMs;
}

export function instantValue(text: string): number {
  const timeMs = parseInstant(text);
  if (timeMs === undefined) throw new InvalidArgumentError(`expected ${instantExpected}`);
  return timeMs;
}

/** More threads than this only wait for each other; a larger number is a slip of the pen. */
const mostWorkers = 256;

export function workersValue(text: string): number {
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${mostWorkers}`);
  }
  return workers;
}

export function limitValue(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000_000) throw new InvalidArgumentError('expected a whole number from 1');
  return limit;
}

/** One of some words, with the nearest suggested. */
export function wordValue<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`expected one of ${words.join(', ')}${meant(text, words)}`);
  };
}

function meant(text: string, words: readonly string[]): string {
  const hint = suggestion(text, words);
  return hint.includes('did you mean') ? hint : '';
}

export const severityValue: (text: string) => Severity = wordValue(severities);

/** Field names of flow logs: separated by commas or blanks, with or without `${…}`. */
export function flowFieldsValue(text: string): string[] {
  const fields = text.split(/[\s,]+/).filter((field) => field !== '').map((field) => field.replace(/^\$\{(.*)\}$/, '$1'));
  const wrong = fields.find((field) => !/^[a-z][a-z0-9-]*$/.test(field));
  if (fields.length === 0 || wrong !== undefined) {
    throw new InvalidArgumentError(`expected names of flow log fields such as srcaddr,dstaddr,bytes,end`);
  }
  return fields;
}

/** `FILE:LINE` or `FILE#RECORD`. */
export function positionValue(text: string): Position {
  const line = /^(.+):([1-9]\d{0,14})$/s.exec(text);
  if (line?.[1] !== undefined) return { file: line[1], line: Number(line[2]) };
  const record = /^(.+)#(\d{1,15})$/s.exec(text);
  if (record?.[1] !== undefined) return { file: record[1], record: Number(record[2]) };
  throw new InvalidArgumentError('expected FILE:LINE (lines from 1) or FILE#RECORD (records from 0)');
}

export function regionValue(text: string): string {
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(text)) throw new InvalidArgumentError('expected the name of an AWS region such as eu-central-1');
  return text;
}
