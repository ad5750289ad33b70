/** Which of the function's callers an event is from, and who takes it. */
import type { Context, KinesisStreamRecord, SQSEvent } from 'aws-lambda';
import { FargazerError } from '#contract';
import type { Consumer } from './consumer.ts';
import { pointersIn, put, takeNotices } from './notices.ts';
import { longestContentBytes } from './put-records.ts';
import { takeSchedule } from './round.ts';
import { takeBatch } from './shard-batch.ts';
import { subscriptionContents } from './subscription.ts';
import { timeLeft, type TimeLeft } from './time-left.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Throws `source-failed` where nobody takes such an event. */
export async function dispatch(event: unknown, context: Context, consumer: Consumer): Promise<unknown> {
  const time = timeLeft({ requestId: context.awsRequestId, leftMs: () => context.getRemainingTimeInMillis() });
  const given = plain(event);
  if (isSchedule(given)) return void (await takeSchedule(consumer));
  const awslogs = plain(given['awslogs'])['data'];
  if (typeof awslogs === 'string') return void (await put('subscription', subscriptionContents(awslogs), consumer, time));
  if (Array.isArray(given['Records'])) return takeRecords(given['Records'], event, context, consumer, time);
  if (typeof given['detail-type'] === 'string' && typeof given['source'] === 'string') return void (await takeEvent(given, consumer, time));
  throw unknown(Object.keys(given));
}

async function takeRecords(records: readonly unknown[], event: unknown, context: Context, consumer: Consumer, time: TimeLeft): Promise<unknown> {
  const sources = new Set(records.map((record) => plain(record)['eventSource'] ?? plain(record)['EventSource']));
  const [source] = sources;
  if (sources.size === 1) {
    if (source === 'aws:kinesis') return takeBatch(records as readonly KinesisStreamRecord[], consumer, time);
    if (source === 'aws:sqs') return takeNotices(event as SQSEvent, context, consumer, time);
    if (source === 'aws:s3') return void (await takeNotice(JSON.stringify(event), consumer, time));
    if (source === 'aws:sns') {
      for (const record of records) await takeNotice(String(plain(plain(record)['Sns'])['Message']), consumer, time);
      return undefined;
    }
  }
  throw unknown([`Records of ${[...sources].slice(0, 3).map((one) => (typeof one === 'string' ? one.slice(0, 40) : 'no source')).join(', ')}`]);
}

/** An event of EventBridge: a notice of S3 becomes a pointer, everything else goes into the stream as it is. */
async function takeEvent(event: Plain, consumer: Consumer, time: TimeLeft): Promise<void> {
  const text = JSON.stringify(event);
  if (event['source'] === 'aws.s3' && String(event['detail-type']).startsWith('Object ')) return takeNotice(text, consumer, time);
  const content = Buffer.from(text);
  if (content.length > longestContentBytes) throw new FargazerError('source-failed', `An event has ${content.length} bytes, and a record of the stream ${longestContentBytes} at most. It was not read; have it delivered as an object.`);
  await put('events', [content], consumer, time);
}

async function takeNotice(body: string, consumer: Consumer, time: TimeLeft): Promise<void> {
  const found = pointersIn(body);
  if ('poison' in found) throw new FargazerError('source-failed', `The function was called with what is no notice of an object: ${found.poison}. Nothing of it was kept.`);
  await put('notices', found.pointers, consumer, time);
}

/** As the rule of FargazerConsumer calls, EventBridge Scheduler, or whoever says it in words. */
function isSchedule(event: Plain): boolean {
  if (event['fargazer'] === 'schedule') return true;
  return event['detail-type'] === 'Scheduled Event' && (event['source'] === 'aws.events' || event['source'] === 'aws.scheduler');
}

function unknown(what: readonly string[]): FargazerError {
  const seen = what.length === 0 ? 'no fields' : what.slice(0, 8).map((one) => one.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')).join(', ');
  return new FargazerError(
    'source-failed',
    `The function was called with an event that it does not know (${seen}). Nothing of it was kept. It takes records of Kinesis, notices of objects by SQS, SNS or S3, CloudWatch Logs subscriptions, events of EventBridge, and {"fargazer":"schedule"}.`,
  );
}

function plain(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}
