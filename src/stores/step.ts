/** What holds of a step in every store: its bounds, its text, the parts that go after it. */
import { randomBytes } from 'node:crypto';
import { FargazerError, type JsonValue, type Step } from '#contract';

/** What is larger goes into parts; an item of DynamoDB ends at 400 KB. */
const mostValueBytes = 300_000;

/** A sort key of DynamoDB and a key of S3 end at 1,024 bytes; a prefix of the bucket needs room as well. */
const mostKeyBytes = 800;

/** Versions come never again, whatever happens to an item: a count would, where an item is removed and made anew. */
export function newVersion(): string {
  return randomBytes(12).toString('base64url');
}

/** JSON of a step's value. Throws `state-write-failed` where it is no JSON or too large, or where the key cannot be one. */
export function textOf({ key, value }: Pick<Step, 'key' | 'value'>, place: string): string {
  let text: string | undefined;
  let reason: string | undefined;
  if (!isKey(key)) reason = `the key ${JSON.stringify(key.slice(0, 80))} is longer than ${mostKeyBytes} bytes, empty, or no text`;
  else {
    try {
      text = JSON.stringify(value) as string | undefined;
      if (text === undefined) reason = `the value of ${key} is no JSON`;
      else if (Buffer.byteLength(text) > mostValueBytes) reason = `the value of ${key} has ${Buffer.byteLength(text)} bytes, more than ${mostValueBytes}`;
    } catch (error) {
      reason = `the value of ${key} is no JSON: ${reasonOf(error)}`;
    }
  }
  if (text === undefined || reason !== undefined) throw writeFailed(place, reason ?? 'no value');
  return text;
}

function isKey(key: string): boolean {
  return key !== '' && key.isWellFormed() && Buffer.byteLength(key) <= mostKeyBytes;
}

/** The parts that a step's commit leaves unnamed. */
export function dropped({ parts = [], replaced = [] }: Step): string[] {
  const written = new Set(parts.map(({ name }) => name));
  return [...new Set(replaced)].filter((name) => !written.has(name));
}

export function writeFailed(place: string, reason: string, cause?: unknown): FargazerError {
  return new FargazerError('state-write-failed', `${place}: the state could not be written (${reason}). What was saved before is unchanged.`, { cause });
}

export function damagedPart(place: string, name: string): FargazerError {
  return new FargazerError('state-damaged', `${place}: the part ${name} of the state is damaged and was not used. Nothing was changed; restore a copy of the state, or name another place for it.`);
}

export function damagedItem(place: string, key: string, cause?: unknown): FargazerError {
  return new FargazerError('state-damaged', `${place}: the item ${JSON.stringify(key.slice(0, 200))} of the state is damaged and was not used. Nothing was changed; restore a copy of the state, or name another place for it.`, { cause });
}

export function parsed(text: string, place: string, key: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw damagedItem(place, key, error);
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In order of code units: databases sort by UTF-8 bytes, which is another order beyond U+FFFF. */
export function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
