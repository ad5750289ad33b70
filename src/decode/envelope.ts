/** Envelopes: CloudWatch Logs, Lambda batches, Kinesis, SQS, SNS and Firehose around records, taken off layer by layer. */
import { gunzipSync } from 'node:zlib';
import type { JsonObject, JsonValue, Subject } from '#contract';
import { isObject, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { jsonScanner } from './framing-json-scan.ts';
import { beginsAsJson, recordLimitBytes } from './framing.ts';

/** One thing found in an envelope. */
export interface Enclosed {
  /** Source, or the message itself. */
  text: string;
  /** Set where it is JSON and no message of a log. */
  value?: JsonValue;
  carrierTimeMs?: number;
  /** Id that the carrier gave. */
  eventId?: string;
  /** Whose message it is, by the names of log group and stream. */
  subject?: Subject;
}

export type Unwrapped = { enclosed: Iterable<Enclosed> } | { skipped: string } | { unreadable: string };

const gzipBase64 = 'H4sI';
/** A task id, as the `awslogs` driver puts it at the end of a stream's name. */
const taskStream = /^(?:([^/]+)\/)?([^/]+)\/([0-9a-f]{32})$/;

/** Undefined where the value is no envelope. */
export function unwrap(value: JsonValue): Unwrapped | undefined {
  if (Array.isArray(value)) return { enclosed: elements(value) };
  if (!isObject(value)) return undefined;
  if (typeof value.messageType === 'string' && Array.isArray(value.logEvents)) {
    if (value.messageType === 'CONTROL_MESSAGE') return { skipped: 'CloudWatch Logs control message' };
    return { enclosed: logEvents(value) };
  }
  if (isObject(value.awslogs)) return payload(wholeText(value.awslogs.data), undefined);
  if (isObject(value.kinesis)) return payload(wholeText(value.kinesis.data), arrival(value.kinesis.approximateArrivalTimestamp));
  if (typeof value.recordId === 'string' && typeof value.data === 'string')
    return payload(value.data, numberOf(value.approximateArrivalTimestamp));
  if (value.eventSource === 'aws:sqs') return text(wholeText(value.body), numberOf(objectOf(value.attributes).SentTimestamp));
  if (value.Type === 'Notification' && typeof value.Message === 'string') return text(value.Message, undefined);
  if (isObject(value.Sns)) return text(wholeText(value.Sns.Message), undefined);
  if (typeof value.message === 'string' && typeof value.timestamp === 'number' && (typeof value.eventId === 'string' || typeof value.logStreamName === 'string'))
    return { enclosed: [filtered(value, value.message)] };
  if (isObject(value.sessionUpdate)) return unwrap(value.sessionUpdate);
  for (const key of ['Records', 'records', 'Events', 'events', 'items', 'Findings', 'sessionResults'] as const) {
    const list = value[key];
    if (Array.isArray(list)) return list.length === 0 ? { skipped: 'an empty list of records' } : { enclosed: elements(list) };
  }
  return undefined;
}

/** Names told by a log group and a log stream. */
export function subjectOfStream(group: string, stream: string): Subject {
  const task = taskStream.exec(stream);
  const service = /^\/(?:aws\/)?ecs\/([^/]+)$/.exec(group)?.[1];
  const insights = /^\/aws\/ecs\/containerinsights\/([^/]+)\//.exec(group)?.[1];
  if (task !== null) {
    const container = task[2] as string;
    return { task: task[3] as string, container, ...(service === undefined ? {} : { service }) };
  }
  if (insights !== undefined) return { cluster: insights };
  if (service !== undefined) return { service };
  const name = group === '' ? stream : group;
  return name === '' ? {} : { name: name.slice(0, 200) };
}

function* logEvents(value: JsonObject): Iterable<Enclosed> {
  const subject = subjectOfStream(textOf(value.logGroup), textOf(value.logStream));
  const account = textOf(value.owner);
  if (account !== '') subject.account = account;
  for (const event of listOf(value.logEvents, Infinity)) {
    const { id, timestamp, message } = objectOf(event);
    yield { text: wholeText(message), subject, ...carried(timestamp), ...named(id) };
  }
}

function filtered(event: JsonObject, message: string): Enclosed {
  const subject = subjectOfStream(textOf(event.logGroupIdentifier), textOf(event.logStreamName));
  return { text: message, subject, ...carried(event.timestamp), ...named(event.eventId) };
}

function* elements(list: JsonValue[]): Iterable<Enclosed> {
  for (const value of list) yield { text: JSON.stringify(value), value };
}

/** Base64, perhaps gzip, of JSON values or lines. */
function payload(data: string, carrierTimeMs: number | undefined): Unwrapped {
  let bytes = Buffer.from(data, 'base64');
  if (bytes.length === 0) return { unreadable: 'an envelope without data: base64 was expected' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: recordLimitBytes });
    } catch {
      return { unreadable: 'an envelope whose gzip data is damaged or unpacks to more than 16 MiB' };
    }
  }
  return { enclosed: contents(bytes, carrierTimeMs) };
}

function text(body: string, carrierTimeMs: number | undefined): Unwrapped {
  if (body.startsWith(gzipBase64)) return payload(body, carrierTimeMs);
  return { enclosed: contents(Buffer.from(body), carrierTimeMs) };
}

/** JSON values, concatenated or a line each, else lines of text. */
function* contents(bytes: Buffer, carrierTimeMs: number | undefined): Iterable<Enclosed> {
  const time = carrierTimeMs === undefined ? {} : { carrierTimeMs };
  if (!beginsAsJson(bytes, 0, bytes.length)) {
    for (const line of bytes.toString().split('\n')) if (line.trim() !== '') yield { text: line, ...time };
    return;
  }
  const found: Enclosed[] = [];
  let record = 0;
  const scanner = jsonScanner(
    {
      value(source) {
        const value = parsed(source);
        found.push(value === undefined ? { text: source, ...time } : { text: source, value, ...time });
      },
      broken(_reason, _place, beginning) {
        found.push({ text: beginning, ...time });
      },
    },
    { line: 1, nextRecord: () => record++, takesApart: true },
  );
  scanner.feed(bytes, 0, bytes.length);
  scanner.end();
  yield* found;
}

/** The value of a text that passed the scanner, or undefined where it is no JSON after all. */
export function parsed(source: string): JsonValue | undefined {
  try {
    return JSON.parse(source) as JsonValue;
  } catch {
    return undefined;
  }
}

function arrival(seconds: JsonValue | undefined): number | undefined {
  const number = numberOf(seconds);
  return number === undefined ? undefined : Math.round(number * 1_000);
}

function carried(timestamp: JsonValue | undefined): { carrierTimeMs?: number } {
  const carrierTimeMs = numberOf(timestamp);
  return carrierTimeMs === undefined ? {} : { carrierTimeMs: Math.trunc(carrierTimeMs) };
}

function named(id: JsonValue | undefined): { eventId?: string } {
  const eventId = textOf(id).slice(0, 200);
  return eventId === '' ? {} : { eventId };
}

/** Texts of any length: messages and bodies are as long as the record that holds them. */
function wholeText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
