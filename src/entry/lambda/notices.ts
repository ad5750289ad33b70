/** Notices of new objects, by SQS: each becomes a pointer in the stream, or its message comes again. Here Powertools' unit, the record, is ours. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { readNotification } from '../../sources/s3/notification.ts';
import { pointerText } from '../program/live/pointer.ts';
import type { Consumer } from './consumer.ts';
import { noteDeadLetters } from './dead-letters.ts';
import { toldOf } from './journal.ts';
import { putRecords } from './put-records.ts';
import type { TimeLeft } from './time-left.ts';

export async function takeNotices(event: SQSEvent, context: Context, consumer: Consumer, time: TimeLeft): Promise<SQSBatchResponse> {
  return processPartialResponse(event, (record: SQSRecord) => takeNotice(record, consumer, time), new BatchProcessor(EventType.SQS), {
    context,
    // All of them failing is answered as all of them, not as a failure of the function.
    throwOnFullBatchFailure: false,
  });
}

async function takeNotice({ body, messageId }: SQSRecord, consumer: Consumer, time: TimeLeft): Promise<void> {
  const { journal } = consumer;
  const found = pointersIn(body);
  if ('poison' in found) {
    journal.say('notice-refused', { reason: found.poison });
    // It is noted here and not left to the queue, which would bring it five times more.
    await noteDeadLetters([{ from: 'notices', place: messageId, reason: found.poison, records: 1 }], consumer.deadLetters, journal);
    return;
  }
  try {
    await put('notices', found.pointers, consumer, time);
  } catch (error) {
    journal.say('invocation-failed', toldOf(error));
    throw error;
  }
}

/** Of a notice as S3, SNS, EventBridge or CloudTrail write it. */
export function pointersIn(body: string): { pointers: Buffer[] } | { poison: string } {
  const notice = readNotification(body);
  if ('poison' in notice) return notice;
  const objects = 'objects' in notice ? notice.objects : [];
  return { pointers: objects.map((object) => Buffer.from(pointerText(object))) };
}

export async function put(from: string, contents: readonly Uint8Array[], { stream, clock, journal }: Consumer, time: TimeLeft): Promise<void> {
  const retried = await putRecords(contents, { stream, clock, hasTime: time.has });
  if (contents.length > 0) journal.say('records-put', { from, records: contents.length, retried });
}
