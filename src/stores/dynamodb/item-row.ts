/** Items as rows of the table: the value as text, packed where that makes it smaller, since writing costs by the kilobyte. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Item } from '#contract';
import { damagedItem, parsed, reasonOf } from '../step.ts';
import type { Row } from './table.ts';

/** A row costs by the started kilobyte: what fits into the first is left readable. */
const packedFromBytes = 900;
/** Above all values that are written. */
const mostUnpackedBytes = 1_000_000;

/** What stands before the first slash is the partition. */
export function rowKey(key: string): { pk: string; sk: string } {
  const slash = key.indexOf('/');
  return { pk: `item:${slash === -1 ? key : key.slice(0, slash)}`, sk: key };
}

export interface Writing {
  key: string;
  text: string;
  version: string;
  /** The version that it replaces; its writer knows by it that it was applied. */
  after: string | undefined;
  expiresMs: number | undefined;
}

export function rowOf({ key, text, version, after, expiresMs }: Writing): Row {
  const { pk, sk } = rowKey(key);
  const packed = text.length < packedFromBytes ? undefined : zstdCompressSync(text);
  return {
    pk: { S: pk },
    sk: { S: sk },
    version: { S: version },
    ...(after === undefined ? {} : { after: { S: after } }),
    ...(packed !== undefined && packed.length < Buffer.byteLength(text) ? { packed: { B: packed } } : { json: { S: text } }),
    ...(expiresMs === undefined ? {} : { expiresAt: { N: String(Math.ceil(expiresMs / 1_000)) } }),
  };
}

/** Throws `state-damaged`. */
export function itemOf(row: Row, place: string): Item & { key: string } {
  const key = row.sk?.S ?? '';
  const version = row.version?.S;
  const text = row.packed?.B === undefined ? row.json?.S : unpacked(row.packed.B, place, key);
  if (version === undefined || text === undefined) throw damagedItem(place, key);
  return { key, value: parsed(text, place, key), version };
}

function unpacked(bytes: Uint8Array, place: string, key: string): string {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: mostUnpackedBytes }).toString();
  } catch (error) {
    throw damagedItem(place, key, reasonOf(error));
  }
}
