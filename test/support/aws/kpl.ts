/** Puts user records together as the Kinesis Producer Library does; for tests. */
import { createHash } from 'node:crypto';

export interface UserRecordParts {
  partitionKey: string;
  data: string | Buffer;
  explicitHashKey?: string;
  tags?: Record<string, string>;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: string | Buffer): Buffer => {
  const content = Buffer.from(value as string);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};

/** The protobuf message AggregatedRecord, without magic and checksum. */
export function aggregatedMessage(records: readonly UserRecordParts[]): Buffer {
  const keys = [...new Set(records.map(({ partitionKey }) => partitionKey))];
  const hashKeys = [...new Set(records.flatMap(({ explicitHashKey }) => explicitHashKey ?? []))];
  return Buffer.concat([
    ...keys.map((key) => bytes(1, key)),
    ...hashKeys.map((key) => bytes(2, key)),
    ...records.map(({ partitionKey, data, explicitHashKey, tags = {} }) =>
      bytes(
        3,
        Buffer.concat([
          number(1, keys.indexOf(partitionKey)),
          ...(explicitHashKey === undefined ? [] : [number(2, hashKeys.indexOf(explicitHashKey))]),
          bytes(3, data),
          ...Object.entries(tags).map(([key, value]) => bytes(4, Buffer.concat([bytes(1, key), bytes(2, value)]))),
        ]),
      ),
    ),
  ]);
}

/** Magic and checksum around a message, right or not. */
export function sealed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

export function aggregated(records: readonly UserRecordParts[]): Buffer {
  return sealed(aggregatedMessage(records));
}
