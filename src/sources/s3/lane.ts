/** One queue of notifications, followed: a lane whose records are new objects. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { Message } from '@aws-sdk/client-sqs';
import type { Clock, FargazerError, JsonObject, JsonValue, LaneHealth, LiveBatch, LiveRecord } from '#contract';
import { awsFailure, sourceError, type Patience } from '../aws.ts';
import { Applied } from './applied.ts';
import { readNotification, type NewObject } from './notification.ts';
import { openObject } from './object.ts';
import type { S3Options } from './options.ts';
import type { Queue } from './queue.ts';

export interface QueueLaneDeps {
  lane: string;
  queue: Queue;
  s3: S3Client;
  options: S3Options;
  clock: Clock;
  /** The time of SQS. */
  carrierNow: () => number;
  tell: (health: Omit<LaneHealth, 'lane' | 'sinceMs'>) => void;
}

/** Objects that are open at once; each holds a connection until it is read. */
const mostOpen = 10;
/** Messages that wait for a commit, at most: their receipts stand in the position, each some hundred bytes. */
const mostHeld = 100;
const commitWaitMs = 1_000;
/** An object that S3 cannot give for so long is left to its queue. */
const objectGiveUpMs = 600_000;

/** What was given of a message: its receipt is in the position once its last object is. */
interface Work {
  receipt: string;
  objects: NewObject[];
}

export async function* followQueue(position: JsonValue | undefined, deps: QueueLaneDeps, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
  const { lane, queue, options, clock, carrierNow, tell } = deps;
  const saved: JsonObject = typeof position === 'object' && position !== null && !Array.isArray(position) ? position : {};
  const applied = new Applied(saved.applied, options.remembered);
  const count = { poison: 0, unread: 0, repeated: 0 };
  let lastPoison = '';
  let completeMs = typeof saved.completeMs === 'number' ? saved.completeMs : undefined;
  const reasonOf = (): { reason?: string } => {
    const parts = [
      ...(count.poison === 0 ? [] : [`${count.poison} messages were not understood and are left to the queue's redrive (the last: ${lastPoison})`]),
      ...(count.unread === 0 ? [] : [`${count.unread} objects could not be read`]),
      ...(count.repeated === 0 ? [] : [`${count.repeated} notifications were delivered again and dropped`]),
    ];
    return parts.length === 0 ? {} : { reason: `${parts.join('; ')}.` };
  };
  const patience: Patience = {
    clock,
    signal,
    onWait: ({ code, message }, waitMs) => tell({ state: 'waiting', reason: `AWS answers ${code}${message === '' ? '' : `: ${message}`}; tried again in ${Math.ceil(waitMs / 1_000)} s.` }),
  };
  const receipts = new Set<string>();
  const batch = (records: readonly LiveRecord[]): LiveBatch => {
    for (const receipt of receipts) if (!queue.isHeld(receipt)) receipts.delete(receipt);
    return {
      lane,
      records,
      position: { applied: applied.toString(), receipts: [...receipts], ...(completeMs === undefined ? {} : { completeMs }) },
      ...(completeMs === undefined ? {} : { completeToMs: completeMs }),
    };
  };
  const complete = (ms: number): void => {
    completeMs = Math.max(completeMs ?? 0, ms);
  };

  yield batch([]);
  // What was saved with a position was committed: it may go, had the process no time for it.
  const left = Array.isArray(saved.receipts) ? saved.receipts.filter((receipt) => typeof receipt === 'string') : [];
  if (left.length > 0) await queue.delete(left, { ...patience, giveUpMs: 10_000 }).catch(() => undefined);

  let opened: (() => void)[] = [];
  try {
    while (!signal.aborted) {
      if (queue.heldCount >= mostHeld) {
        tell({ state: 'waiting', reason: `${queue.heldCount} messages wait for what was read of them to be saved.` });
        await clock.sleep(commitWaitMs, signal);
        if (!signal.aborted) yield batch([]);
        continue;
      }
      const messages = await queue.receive(patience);
      if (signal.aborted) return;
      tell({ state: 'reading', ...(completeMs === undefined ? {} : { behindMs: Math.max(0, carrierNow() - completeMs - options.allowanceMs) }), ...reasonOf() });
      if (messages.length === 0) {
        complete(carrierNow() - options.allowanceMs);
        yield batch([]);
        continue;
      }
      const works = messages.flatMap((message) => workOf(message));
      for (const { receipt } of works) queue.hold(receipt);
      const oldestMs = Math.min(...messages.map(sentOf));
      const failed = new Set<string>();
      for (const step of stepsOf(works)) {
        const records: LiveRecord[] = [];
        const closers: (() => void)[] = [];
        await Promise.all(
          step.objects.map(async ({ object, receipt }) => {
            const found = await openObject(deps.s3, object, { ...patience, giveUpMs: objectGiveUpMs }, () => count.unread++).catch((error: unknown) => {
              const { kind } = awsFailure(error);
              // Credentials concern all objects. Anything else may be the fault of whoever sent the message: it must not stop the others.
              if (signal.aborted || kind === 'expired' || kind === 'denied') throw objectError(error, object);
              return undefined;
            });
            if (found === undefined || 'note' in found) {
              count.unread++;
              // What vanished comes back by no waiting; a denial may be mended before the queue gives the message up.
              if (found?.unread === 'gone') applied.add(object.identity);
              else failed.add(receipt);
              return;
            }
            applied.add(object.identity);
            closers.push(found.discard);
            records.push({ content: told(found.chunks, object), place: `s3://${object.bucket}/${object.key}`, ...(object.timeMs === undefined ? {} : { arrivalMs: object.timeMs }) });
          }),
        );
        for (const receipt of step.done) if (!failed.has(receipt)) receipts.add(receipt);
        for (const receipt of failed) queue.release(receipt);
        // Objects come in the order of their names, not in that of their answers.
        records.sort((one, other) => (one.place < other.place ? -1 : one.place > other.place ? 1 : 0));
        if (step.isLast) {
          // A queue gives its messages in no strict order; what is much older than the oldest of these came before.
          complete(oldestMs - options.allowanceMs);
        }
        yield batch(records);
        // Whoever asks for more has read the batch, or never will.
        for (const close of opened) close();
        opened = closers;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw sourceError(error, `the queue ${lane}`, 'What was read before is kept.', { denied: 'Grant sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility on the queue, and check the credentials.' });
  } finally {
    for (const close of opened) close();
  }

  async function* told(chunks: AsyncIterable<Buffer>, object: NewObject): AsyncGenerator<Buffer, void, void> {
    try {
      yield* chunks;
    } catch (error) {
      throw objectError(error, object);
    }
  }

  /** None for a message that is left to the queue. */
  function workOf(message: Message): Work[] {
    const { Body: body = '', ReceiptHandle: receipt } = message;
    if (receipt === undefined) return [];
    const notification = readNotification(body);
    if ('poison' in notification) {
      count.poison++;
      lastPoison = notification.poison;
      return [];
    }
    const objects = 'objects' in notification ? notification.objects : [];
    const foreign = objects.find(({ bucket }) => options.buckets?.includes(bucket) === false);
    if (foreign !== undefined) {
      count.poison++;
      lastPoison = `it names the bucket ${foreign.bucket.slice(0, 63).replace(/[^\w.-]/g, '?')}, which the option buckets does not`;
      return [];
    }
    const fresh = objects.filter(({ identity }) => !applied.has(identity));
    count.repeated += objects.length - fresh.length;
    return [{ receipt, objects: fresh }];
  }

  function sentOf(message: Message): number {
    const sentMs = Number(message.Attributes?.SentTimestamp);
    return Number.isFinite(sentMs) ? sentMs : carrierNow();
  }
}

function objectError(error: unknown, { bucket, key }: NewObject): FargazerError {
  return sourceError(error, `s3://${bucket}/${key}`, 'What was read before is kept.', { denied: 'Grant s3:GetObject on the bucket, and check the credentials.' });
}

interface Step {
  objects: { object: NewObject; receipt: string }[];
  /** Messages of which nothing is left behind this step. */
  done: string[];
  isLast: boolean;
}

/** Cuts the work into steps of so many objects as may be open; an object that two messages name is read once. */
function stepsOf(works: readonly Work[]): Step[] {
  const steps: Step[] = [];
  let step: Step = { objects: [], done: [], isLast: false };
  const seen = new Set<string>();
  for (const { receipt, objects } of works) {
    for (const object of objects) {
      if (seen.has(object.identity)) continue;
      seen.add(object.identity);
      if (step.objects.length === mostOpen) {
        steps.push(step);
        step = { objects: [], done: [], isLast: false };
      }
      step.objects.push({ object, receipt });
    }
    step.done.push(receipt);
  }
  steps.push({ ...step, isLast: true });
  return steps;
}
