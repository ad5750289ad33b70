/** A lane's work on a batch: records to a contribution, then one conditional write of the lane's item. */
import { hash } from 'node:crypto';
import { FargazerError, partOfBytes, type DecodeSettings, type FileReading, type Intake, type JsonValue, type Store, type Tick } from '#contract';
import { openRecords } from '../../../decode/record.ts';
import { openStream, type StreamOptions } from '../../../decode/stream.ts';
import { packContribution } from '../../../engine/contribution.ts';
import { LaneBatch } from '../../../engine/lane-batch.ts';
import type { Lateness } from '../../../engine/order.ts';
import { compareSequence, laneAfter, newLane, type ContributionName, type LaneRecord, type Round } from '../../../engine/rounds.ts';
import { pointerIn, type ObjectPointer, type ReadObject } from './pointer.ts';

export interface LaneBatchRecord {
  sequence: string;
  content: Buffer;
  arrivalMs: number;
}

export interface LaneSettings {
  store: Store;
  lateness: Lateness;
  decode: DecodeSettings;
  /** Shards that a shard goes on from; asked when a lane begins. */
  parentsOf: (shard: string) => Promise<readonly string[]>;
  /** Round walked through by the closer: what came before it need not be kept. */
  closedRound: () => Promise<number>;
  /** False when the time left is short: the batch is ended before the next record. */
  hasTime: () => boolean;
  /**
   * Reads an object that stands in the stream as a pointer; where absent, a pointer is a record like others.
   * `mayWait`: records before it are applied by this batch, so that it may be left to the next.
   */
  readObject?: (pointer: ObjectPointer, mayWait: boolean) => Promise<ReadObject>;
}

export interface LaneOutcome {
  /** Sequence number of the first record not applied; undefined where all are. */
  restFrom: string | undefined;
  reading: FileReading;
  /** Number of the last round whose tick the lane has met. */
  round: number;
  /** Whether that was in this batch. */
  hasMetTick: boolean;
  /** Its item has no room for more before rounds are closed: nothing was applied. */
  isFull: boolean;
  /** Records applied before, and read again. */
  repeated: number;
  badTicks: number;
  contributionBytes: number;
  /** Events that came after their time was walked, and those set aside for their dates. */
  late: number;
  setAside: number;
  /** Objects read, named again, and not read as a whole with the reason. */
  objects: { read: number; repeated: number; unread: { sequence: string; reason: string }[] };
}

/** Raised when the meaning of a lane's item or of its contributions changes. */
const laneVersion = 1;

/** A lane as its item holds it. */
interface StoredLane extends LaneRecord {
  version?: number;
  /** Hashes of the last objects read, eight characters each. */
  objects?: string;
}

/** A notice that comes again does so within minutes; these are the objects of hours. */
const objectsRemembered = 200;
const objectHash = 8;
/**
 * Contributions that wait for closers, at most: hours of them, in an item of half the size that a step may have. Beyond
 * it records wait in the stream, which has room for a day at least.
 */
export const mostContributions = 2_000;
/** Reasons that records could not be read, of a batch; a reader keeps 21 of its own. */
const mostReasons = 60;

export function laneKey(shard: string): string {
  return `lane/${shard}`;
}

export function roundKey(number: number): string {
  return `round/${String(number).padStart(12, '0')}`;
}

/** The lane that an item holds; `newLane` of none. Throws `state-newer`. */
export function laneOf(value: JsonValue | undefined, place: string): LaneRecord & { objects?: string } {
  if (value === undefined) return newLane;
  const lane = value as unknown as StoredLane;
  if ((lane.version ?? 1) <= laneVersion) return lane;
  throw new FargazerError('state-newer', `${place}: a newer version of fargazer has read this stream (lanes of version ${lane.version}, this one knows ${laneVersion}). Nothing was changed, and the records wait in the stream; use the newer version.`);
}

/** Applies a batch to its lane, once, whoever else tries the same. Throws as the store does. */
export async function applyBatch(shard: string, records: readonly LaneBatchRecord[], settings: LaneSettings): Promise<LaneOutcome> {
  for (;;) {
    const outcome = await tryBatch(shard, records, settings);
    if (outcome !== undefined) return outcome;
  }
}

async function tryBatch(shard: string, records: readonly LaneBatchRecord[], settings: LaneSettings): Promise<LaneOutcome | undefined> {
  const { store, lateness } = settings;
  const item = await store.item(laneKey(shard));
  const lane = item === undefined ? await beginLane(shard, settings) : laneOf(item.value, store.place);
  const batch = new LaneBatch(lane, lateness);
  const intake: Intake = batch.gate;
  const reader = openRecords({ file: shard, settings: settings.decode, intake });
  batch.seen = () => ({ records: reader.reading.records, unreadable: unreadableIn(reader.reading) });
  // In a lane as long as this what is walked is looked for with each batch, not only with those that hold a tick.
  let kept = lane.contributions.length < mostContributions ? lane.contributions : needed(lane, await settings.closedRound());
  const isFull = kept.length >= mostContributions;
  let { sequence } = lane;
  let repeated = 0;
  let badTicks = 0;
  let restFrom: string | undefined;
  const objects: LaneOutcome['objects'] = { read: 0, repeated: 0, unread: [] };
  const known = new Set(lane.objects?.match(/.{8}/g));
  for (const record of records) {
    if (compareSequence(record.sequence, lane.sequence) <= 0) {
      repeated += 1;
      continue;
    }
    if (isFull || !settings.hasTime()) {
      restFrom = record.sequence;
      break;
    }
    batch.arrive(record.arrivalMs);
    const pointer = settings.readObject === undefined ? undefined : pointerIn(record.content);
    if (pointer !== undefined) {
      const id = hash('sha1', pointer.identity, 'base64url').slice(0, objectHash);
      if (known.has(id)) objects.repeated += 1;
      else {
        const found = await settings.readObject!(pointer, sequence !== lane.sequence);
        if (found === 'later') {
          restFrom = record.sequence;
          break;
        }
        const reason = 'unread' in found ? found.unread : await takeObject(found, pointer, record.sequence, reader.reading, { intake, settings: settings.decode });
        if (reason !== undefined) objects.unread.push({ sequence: record.sequence, reason });
        objects.read += 'unread' in found ? 0 : 1;
        known.add(id);
      }
      sequence = record.sequence;
      continue;
    }
    const tick = reader.take(record.content, record.sequence, record.arrivalMs);
    if (tick !== undefined) {
      if (await isKnown(tick, store)) batch.meet(tick);
      else badTicks += 1;
    }
    sequence = record.sequence;
  }
  const outcome: LaneOutcome = { restFrom, reading: reader.reading, round: batch.round, hasMetTick: batch.round > lane.round, isFull: isFull && restFrom !== undefined, repeated, badTicks, contributionBytes: 0, late: 0, setAside: 0, objects };
  if (sequence === lane.sequence) return outcome;
  const sections = batch.finish();
  for (const { counts } of sections) {
    outcome.late += Object.values(counts.late).reduce((sum, count) => sum + count, 0);
    outcome.setAside += counts.future + counts.past;
  }
  if (batch.round > lane.round) kept = needed(lane, await settings.closedRound());
  const contributions = [...kept];
  const parts = [];
  if (sections.length > 0) {
    const part = partOfBytes(packContribution(sections));
    outcome.contributionBytes = part.bytes.length;
    parts.push(part);
    contributions.push({ part: part.name, after: [sections[0]!.after, sections.at(-1)!.after] });
  }
  const remembered = [...known].slice(-objectsRemembered).join('');
  const value: StoredLane = { version: laneVersion, sequence, round: batch.round, tickMs: batch.tickMs, contributions, ...(remembered === '' ? {} : { objects: remembered }) };
  const version = await store.commit({
    key: laneKey(shard),
    expected: item?.version,
    value: value as unknown as JsonValue,
    parts,
    replaced: lane.contributions.filter((one) => !kept.includes(one)).map(({ part }) => part),
  });
  return version === undefined ? undefined : outcome;
}

/** Contributions with something in them that is not walked yet. */
function needed({ contributions }: LaneRecord, closedRound: number): ContributionName[] {
  return contributions.filter(({ after: [, last] }) => last >= closedRound);
}

/** Decodes an object as part of the batch, at its place; gives why it is not the whole of it. */
async function takeObject({ chunks, trouble }: Exclude<ReadObject, 'later' | { unread: string }>, { bucket, key }: ObjectPointer, sequence: string, reading: FileReading, decode: Pick<StreamOptions, 'intake' | 'settings'>): Promise<string | undefined> {
  const stream = openStream({ file: `s3://${bucket}/${key}`, ...decode });
  for await (const chunk of chunks) {
    reading.bytes += chunk.length;
    stream.write(chunk);
  }
  stream.end();
  const { records, events, unreadable } = stream.reading;
  reading.records += records;
  reading.events += events;
  // Each object has a list of its own; all together are shown as far as one would be.
  const shown = unreadable.slice(0, Math.max(0, mostReasons - reading.unreadable.length));
  reading.unreadable.push(...shown.map((one) => ({ ...one, first: { ...one.first, eventId: sequence } })));
  return trouble();
}

/**
 * A new lane goes on from those before it; from nearer ones where a shard that lived for seconds held no record and has
 * no lane. Without any it begins where the walk is: what it put behind an older round would be walked by nobody.
 */
async function beginLane(shard: string, settings: LaneSettings): Promise<LaneRecord & { objects?: string }> {
  const known = await lanesBefore(shard, settings, new Set([shard]));
  if (known.length === 0) return { ...newLane, round: await settings.closedRound() };
  return { ...laneAfter(known), objects: known.map(({ objects = '' }) => objects).join('') };
}

/** The nearest lanes that were ever written, on each way back. */
async function lanesBefore(shard: string, settings: LaneSettings, seen: Set<string>): Promise<(LaneRecord & { objects?: string })[]> {
  const { store, parentsOf } = settings;
  const parents = (await parentsOf(shard)).filter((parent) => !seen.has(parent));
  for (const parent of parents) seen.add(parent);
  const found = await Promise.all(
    parents.map(async (parent) => {
      const item = await store.item(laneKey(parent));
      return item === undefined ? lanesBefore(parent, settings, seen) : [laneOf(item.value, store.place)];
    }),
  );
  return found.flat();
}

/** A tick that no round announced was written by somebody else. */
async function isKnown(tick: Tick, store: Store): Promise<boolean> {
  const round = (await store.item(roundKey(tick.round)))?.value as unknown as Round | undefined;
  return round !== undefined && round.timeMs === tick.timeMs;
}

function unreadableIn({ unreadable }: FileReading): number {
  return unreadable.reduce((sum, { count }) => sum + count, 0);
}
