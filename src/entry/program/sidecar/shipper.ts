/**
 * Mode `ship`: what the task tells goes to a stream, summed up and redacted, for a consumer that judges it. What the
 * sensor saw goes as it is; lines become kinds with counts, metrics the values of some seconds. Little is kept here:
 * where the stream takes nothing the oldest goes, counted.
 */
import { feedNames, publishedKinds, publishedLine, type Clock, type CoverageEvent, type FargazerEvent, type LiveSource, type PublishedKind, type Subject } from '#contract';
import { randomBytes } from 'node:crypto';
import { openRecords } from '../../../decode/record.ts';
import { Tape } from '../../../engine/tape.ts';
import { putOnce, type StreamWriter } from '../../../sources/kinesis/put.ts';
import { retryAfterMs } from '../../../sources/kinesis/retry.ts';
import { asBuffer } from '../live/taken.ts';
import { ShipQueue } from './ship-queue.ts';

export interface ShipperSettings {
  source: LiveSource;
  writer: StreamWriter;
  /** Of the task, for what the shipper itself has to say. */
  subject: () => Subject;
  /** Leads the ids of what it makes; another at each start. */
  start: string;
  clock: Clock;
  onTrouble: (sentence: string) => void;
}

/** Sums are sent so often: a line waits for its lateness of some seconds anyway. */
const sumsEveryMs = 5_000;
/** What the sensor saw waits for company no longer than this. */
const sightingsEveryMs = 250;
const aliveEveryMs = 60_000;
/** A record of a stream is charged by 25 kB. */
const recordBytes = 25_000;
/** What may wait for a stream that takes nothing. */
const waitingLimitBytes = 2_000_000;
const firstRetryMs = 250;
const longestRetryMs = 30_000;
/** Of one call: half a megabyte, which one shard takes in half a second. */
const mostEntries = 20;

const kinds: ReadonlySet<string> = new Set(publishedKinds);
const published = Buffer.from('{"fargazer":"event"');

/** Sends until `signal` aborts, then what is left, for at most `endMs`. */
export async function ship({ source, writer, subject, start, clock, onTrouble }: ShipperSettings, signal: AbortSignal, endMs = 3_000): Promise<{ sent: number; dropped: number }> {
  const tape = new Tape();
  const reader = openRecords({ file: 'task', settings: {}, intake: tape });
  const queue = new ShipQueue(waitingLimitBytes);
  let underWay = 0;
  let lines: string[] = [];
  let linesBytes = 0;
  let made = 0;
  let sent = 0;
  let droppedTold = 0;
  let aliveMs = -Infinity;
  let isOver = false;
  let wake: (() => void) | undefined;

  const seal = (): void => {
    if (lines.length === 0) return;
    const content = Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
    linesBytes = 0;
    queue.put(content);
    wake?.();
  };
  const add = (line: string): void => {
    lines.push(line);
    linesBytes += line.length + 1;
    if (linesBytes >= recordBytes) seal();
  };
  const own = (said: Pick<CoverageEvent, 'state' | 'detail' | 'nextWithinMs'>): void => {
    made += 1;
    add(publishedLine({ kind: 'coverage', feed: 'sensor', timeMs: clock.now(), id: `${start}.s/${made}`, subject: subject(), ...said }));
  };
  /** Rows of the tape as lines of the published form. */
  const lift = (): void => {
    for (const feed of feedNames) {
      for (const minute of tape.minutes(feed)) {
        for (const row of tape.lift(feed, minute)) {
          const line = lineOf(row, () => `${start}.s/${(made += 1)}`);
          if (line !== undefined) add(line);
        }
      }
    }
  };
  const reading = (async () => {
    for await (const { records } of source.read(new Map(), signal)) {
      for (const { content, place, arrivalMs } of records) {
        if (!(content instanceof Uint8Array)) continue;
        const bytes = asBuffer(content);
        // A sighting is published already; nothing else of the task is let through that begins so.
        if (bytes.subarray(0, published.length).equals(published)) add(bytes.toString());
        else reader.take(bytes, place, arrivalMs ?? clock.now());
      }
      if (signal.aborted) break;
    }
  })();
  const beating = (async () => {
    let sumsMs = clock.now();
    while (!signal.aborted) {
      await clock.sleep(sightingsEveryMs, signal);
      const nowMs = clock.now();
      if (nowMs - sumsMs >= sumsEveryMs) {
        sumsMs = nowMs;
        lift();
      }
      if (nowMs - aliveMs >= aliveEveryMs) {
        aliveMs = nowMs;
        own({ state: 'working', detail: 'the sidecar looks', nextWithinMs: aliveEveryMs });
      }
      if (queue.dropped > droppedTold) {
        own({ state: 'lossy', detail: `${queue.dropped - droppedTold} records of the sidecar were dropped, for the stream took nothing` });
        droppedTold = queue.dropped;
      }
      seal();
    }
  })();
  const sending = (async () => {
    let retries = 0;
    let endAtMs = Infinity;
    for (;;) {
      if (queue.size === 0) {
        if (isOver) return;
        await new Promise<void>((resolve) => void (wake = resolve));
        wake = undefined;
        continue;
      }
      if (isOver) endAtMs = Math.min(endAtMs, clock.now() + endMs);
      if (clock.now() > endAtMs) return;
      const group = queue.take(mostEntries);
      underWay = group.length;
      let refused: readonly Buffer[] = group;
      try {
        // Spread over all shards: a consumer puts a task's records together again.
        const put = await putOnce(group.map((content) => ({ content, partitionKey: randomBytes(8).toString('hex') })), writer.putMany);
        refused = put.refused.map(({ content }) => asBuffer(content));
      } catch (error) {
        onTrouble((error as Error).message);
      }
      underWay = 0;
      sent += group.length - refused.length;
      if (refused.length === 0) {
        retries = 0;
        continue;
      }
      queue.giveBack(refused);
      await clock.sleep(retryAfterMs(retries, firstRetryMs, longestRetryMs));
      retries += 1;
    }
  })();

  await Promise.race([Promise.all([reading, beating]), new Promise<void>((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 500).unref(), { once: true }))]);
  lift();
  seal();
  isOver = true;
  wake?.();
  await Promise.race([sending, clock.sleep(endMs)]);
  tape.close();
  writer.close();
  return { sent, dropped: queue.dropped + queue.size + underWay };
}

/** Undefined for kinds that only AWS tells of. Rows without an id of their own (sums) get one: each part of a sum counts. */
function lineOf(row: FargazerEvent, makeId: () => string): string | undefined {
  if (!kinds.has(row.kind)) return undefined;
  const { origin: _origin, raw: _raw, hasOwnId, ...event } = row as Extract<FargazerEvent, { kind: PublishedKind }>;
  return publishedLine({ ...event, id: hasOwnId ? event.id : makeId() } as never);
}
