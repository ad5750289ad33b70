/** Takes apart what the Kinesis Producer Library aggregated: many user records in one record of the stream. */
import { hash } from 'node:crypto';

/** `data` views the bytes given. */
export interface UserRecord {
  partitionKey: string;
  data: Buffer;
}

export type Aggregated = { records: readonly UserRecord[] } | { unreadable: string };

/** F3 89 9A C2 leads; the protobuf message AggregatedRecord follows; its MD5 ends it. (aggregation-format.md of the KPL) */
const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const digestBytes = 16;

/** A user record takes two bytes at least: what has more of them than this holds nothing but empty ones. */
const recordLimit = 1_000_000;

const damaged = 'a KPL record that is damaged: its checksum fits, its contents do not';

/** True where the bytes begin as a KPL-aggregated record does. */
export function isAggregated(bytes: Buffer): boolean {
  return bytes.length >= magic.length && bytes.readUInt32BE(0) === 0xf3899ac2;
}

/** Of a record for which `isAggregated` holds. Never throws. */
export function takeApart(bytes: Buffer): Aggregated {
  const end = bytes.length - digestBytes;
  if (end < magic.length) return { unreadable: 'a KPL record that is cut off: it has no room for a checksum' };
  const message = bytes.subarray(magic.length, end);
  if (hash('md5', message, 'hex') !== bytes.toString('hex', end)) return { unreadable: 'a KPL record with a wrong checksum' };

  const keys: string[] = [];
  const found: Buffer[] = [];
  const isRead = eachField(message, (field, value) => {
    if (field === 1 && typeof value !== 'number') keys.push(value.toString('utf8', 0, 256));
    if (field === 3 && typeof value !== 'number') found.push(value);
    return keys.length <= recordLimit && found.length <= recordLimit;
  });
  if (!isRead) return { unreadable: damaged };

  const records: UserRecord[] = [];
  for (const one of found) {
    let keyIndex: number | undefined;
    let data: Buffer | undefined;
    const isWhole = eachField(one, (field, value) => {
      if (field === 1 && typeof value === 'number') keyIndex = value;
      if (field === 3 && typeof value !== 'number') data = value;
      return true;
    });
    // Both are required; the key must stand in the table.
    const partitionKey = keyIndex === undefined ? undefined : keys[keyIndex];
    if (!isWhole || data === undefined || partitionKey === undefined) return { unreadable: damaged };
    records.push({ partitionKey, data });
  }
  return { records };
}

/** Protocol Buffers, wire format: numbers (0) and bytes (2) are handed on, fixed widths (1, 5) passed over; false where it is none. */
function eachField(bytes: Buffer, take: (field: number, value: number | Buffer) => boolean): boolean {
  let at = 0;

  /** A varint of at most 10 bytes; exact up to 2^53, and nothing here is larger. -1 where the bytes end. */
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10 && at < bytes.length; count++) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return -1;
  };

  while (at < bytes.length) {
    const tag = varint();
    if (tag < 0 || tag > 0xffff_ffff) return false;
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0) return false;
    if (wire === 0) {
      const value = varint();
      if (value < 0 || !take(field, value)) return false;
    } else if (wire === 2) {
      const length = varint();
      if (length < 0 || length > bytes.length - at) return false;
      const value = bytes.subarray(at, at + length);
      at += length;
      if (!take(field, value)) return false;
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
      if (at > bytes.length) return false;
    } else return false;
  }
  return true;
}
