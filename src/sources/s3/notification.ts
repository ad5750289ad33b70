/** Notifications of new objects: of S3 itself, within SNS, of EventBridge, and of CloudTrail. */

export interface NewObject {
  bucket: string;
  key: string;
  versionId?: string;
  /** Tells this writing of the object from others: bucket, key, and S3's sequencer, or what stands for it. */
  identity: string;
  /** When the object was written, by S3's clock. */
  timeMs?: number;
}

export type Notification =
  | { objects: NewObject[] }
  /** Understood, and about no new object: a sentence. */
  | { ignored: string }
  /** Not understood: a sentence. */
  | { poison: string };

/** S3 sends one record a message; more than this is none of its. */
const mostRecords = 100;
const longestKey = 1_024;

type Plain = Readonly<Record<string, unknown>>;

export function readNotification(body: string): Notification {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { poison: 'the message is no JSON' };
  }
  const message = plain(value);
  if (message === undefined) return { poison: 'the message is no JSON object' };
  if (message.Type === 'Notification' && typeof message.Message === 'string') {
    // SNS wraps once; what is wrapped again is not its.
    const inner = plain(parsed(message.Message));
    return inner === undefined ? { poison: 'the message within the SNS notification is no JSON object' } : readPlain(inner);
  }
  return readPlain(message);
}

function readPlain(message: Plain): Notification {
  if (message.Event === 's3:TestEvent') return { ignored: 'the test message of S3' };
  if (Array.isArray(message.Records)) return fromRecords(message.Records);
  if (message.source === 'aws.s3' && typeof message['detail-type'] === 'string') return fromEventBridge(message, message['detail-type']);
  if (typeof message.s3Bucket === 'string' && Array.isArray(message.s3ObjectKey)) return fromCloudTrail(message.s3Bucket, message.s3ObjectKey);
  return { poison: 'the message is no notification of S3, SNS, EventBridge or CloudTrail' };
}

function fromRecords(records: readonly unknown[]): Notification {
  if (records.length > mostRecords) return { poison: `the message has more than ${mostRecords} records` };
  const objects: NewObject[] = [];
  for (const each of records) {
    const record = plain(each);
    const s3 = plain(record?.s3);
    if (record?.eventSource !== 'aws:s3' || s3 === undefined) return { poison: 'a record of the message is not of S3' };
    if (!/^(?:s3:)?ObjectCreated:|^(?:s3:)?ObjectRestore:Completed/.test(String(record.eventName))) continue;
    const object = plain(s3.object);
    const key = decodedKey(object?.key);
    const made = make(plain(s3.bucket)?.name, key, object?.versionId, object?.sequencer ?? object?.eTag ?? record.eventTime, record.eventTime);
    if (made === undefined) return { poison: 'a record of the message names no bucket and key' };
    objects.push(made);
  }
  return objects.length === 0 ? { ignored: 'events that are about no new object' } : { objects };
}

/** EventBridge writes keys as they are. */
function fromEventBridge(message: Plain, type: string): Notification {
  if (type !== 'Object Created' && type !== 'Object Restore Completed') return { ignored: `events of the type ${type.slice(0, 60)}` };
  const detail = plain(message.detail);
  const object = plain(detail?.object);
  const made = make(plain(detail?.bucket)?.name, object?.key, object?.['version-id'], object?.sequencer ?? object?.etag ?? message.time, message.time);
  return made === undefined ? { poison: 'the event of EventBridge names no bucket and key' } : { objects: [made] };
}

/** CloudTrail's own notifications; a log file of it is written once. */
function fromCloudTrail(bucket: string, keys: readonly unknown[]): Notification {
  if (keys.length > mostRecords) return { poison: `the message has more than ${mostRecords} keys` };
  const objects = keys.map((key) => make(bucket, key, undefined, '', undefined));
  return objects.every((object) => object !== undefined) ? { objects } : { poison: 'the notification of CloudTrail names no key' };
}

function make(bucket: unknown, key: unknown, version: unknown, mark: unknown, time: unknown): NewObject | undefined {
  if (typeof bucket !== 'string' || bucket === '' || bucket.length > 300 || typeof key !== 'string' || key === '' || key.length > longestKey) return undefined;
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const versionId = typeof version === 'string' && version !== '' && version !== 'null' && version.length <= longestKey ? version : undefined;
  return {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    identity: JSON.stringify([bucket, key, typeof mark === 'string' ? mark.slice(0, 100) : '']),
    ...(Number.isNaN(timeMs) ? {} : { timeMs }),
  };
}

/** S3 writes keys as forms do: a space as a plus, bytes as %XX. */
function decodedKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function plain(value: unknown): Plain | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : undefined;
}
