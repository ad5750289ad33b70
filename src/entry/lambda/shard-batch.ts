/**
 * A batch of one shard: one contribution and one conditional write, or the batch comes again. Powertools' processor of
 * Kinesis records is not used here: its unit is the record, each succeeding or failing by itself, and ours is the batch
 * with its one commit.
 */
import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import { FargazerError } from '#contract';
import type { LaneBatchRecord, LaneOutcome } from '../program/live/lane.ts';
import type { Closers } from './closers.ts';
import type { Consumer } from './consumer.ts';
import { noteDeadLetters, notesOf } from './dead-letters.ts';
import { applyIsolating, type Poison } from './isolate.ts';
import { placesOf, toldOf } from './journal.ts';
import { objectReader } from './objects.ts';
import type { TimeLeft } from './time-left.ts';

/** Closers that fail once or twice are throttled or replaced; from here on somebody should look. */
const stuckAfter = 3;

export async function takeBatch(event: readonly KinesisStreamRecord[], consumer: Consumer, time: TimeLeft): Promise<KinesisStreamBatchResponse> {
  const { shard, records } = batchOf(event);
  const { journal, clock } = consumer;
  const startMs = clock.now();
  let applied: { outcome: LaneOutcome; poison: Poison[] };
  try {
    await consumer.refuseNewerState();
    applied = await applyIsolating(shard, records, consumer.laneSettings(time.has, objectReader({ objects: consumer.objects, time, stateBucket: consumer.stateBucket })));
  } catch (error) {
    const told = toldOf(error);
    journal.say('batch-failed', { shard, records: records.length, ...told });
    if (error instanceof FargazerError && error.code !== 'internal') return { batchItemFailures: [{ itemIdentifier: records[0]!.sequence }] };
    journal.say('invocation-failed', { ...told, at: placesOf(error) });
    // Where it is no single record's fault, Lambda's own halving is the last resort; what was thrown may quote records.
    throw new FargazerError('internal', `A batch of ${shard} could not be applied (${told.code}). Nothing of it was counted, and it comes again.`);
  }
  const { outcome, poison } = applied;
  tell(shard, records.length, applied, consumer, clock.now() - startMs);
  await noteDeadLetters(notesOf(shard, outcome, poison), consumer.deadLetters, journal);
  // Who met a tick may have completed a round; who reads a batch again may do so for somebody that died behind its commit.
  if (outcome.hasMetTick || outcome.repeated > 0 || outcome.isFull || consumer.owesClosing) await closeAndDeliver(consumer, time);
  const { restFrom } = outcome;
  if (restFrom !== undefined) {
    const left = records.length - records.findIndex(({ sequence }) => sequence === restFrom);
    journal.say(outcome.isFull ? 'lane-full' : 'records-left', { shard, records: records.length, left });
  }
  return { batchItemFailures: restFrom === undefined ? [] : [{ itemIdentifier: restFrom }] };
}

/** Failures here are not those of the batch, which is applied: the next invocation goes on. */
async function closeAndDeliver(consumer: Consumer, time: TimeLeft): Promise<void> {
  const { journal } = consumer;
  let closers: Closers | undefined;
  try {
    closers = await consumer.closersIfDue();
    consumer.owesClosing = (await closers?.close(time)) ?? false;
    consumer.closerFailures = 0;
  } catch (error) {
    consumer.owesClosing = true;
    consumer.closerFailures += 1;
    journal.say('closer-failed', { ...toldOf(error), times: consumer.closerFailures });
    if (!(error instanceof FargazerError)) journal.say('invocation-failed', { ...toldOf(error), at: placesOf(error) });
    if (consumer.closerFailures >= stuckAfter) journal.say('closer-stuck', { times: consumer.closerFailures });
  }
  try {
    await closers?.deliver(time);
  } catch (error) {
    journal.say('delivery-left', { code: toldOf(error).code });
  }
}

/** The one shard of an event and its records. Throws a sentence where the event is none of Kinesis's. */
export function batchOf(event: readonly KinesisStreamRecord[]): { shard: string; records: LaneBatchRecord[] } {
  const shards = new Set<string>();
  const records = event.map(({ eventID, kinesis }): LaneBatchRecord => {
    shards.add(eventID.slice(0, eventID.indexOf(':')));
    return { sequence: kinesis.sequenceNumber, content: Buffer.from(kinesis.data, 'base64'), arrivalMs: Math.round(kinesis.approximateArrivalTimestamp * 1_000) };
  });
  const [shard = ''] = shards;
  if (shards.size !== 1 || shard === '') {
    throw new FargazerError('source-failed', `A batch names ${shards.size} shards, and Lambda gives records of one. Nothing was read. Let the event source mapping of the stream call the function, with a parallelisation factor of 1.`);
  }
  return { shard, records };
}

function tell(shard: string, given: number, { outcome, poison }: { outcome: LaneOutcome; poison: Poison[] }, { journal }: Consumer, tookMs: number): void {
  const { reading, repeated, badTicks, late, setAside, objects, round, contributionBytes } = outcome;
  journal.say('batch-applied', {
    shard, records: given - repeated, repeated, late, setAside, round, tookMs,
    events: reading.events,
    unreadable: reading.unreadable.reduce((sum, { count }) => sum + count, 0),
    bytes: contributionBytes,
  });
  if (badTicks > 0) journal.say('bad-ticks', { shard, records: badTicks });
  for (const { sequence, code } of poison) journal.say('poison-record', { shard, sequence, code });
  if (objects.unread.length > 0) journal.say('object-unread', { shard, objects: objects.unread.length });
}
