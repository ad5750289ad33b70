/** The records of a story that ships with the project, one by one in order of time, as whoever sends them live would. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { feedNames, recommendedFlowFields, type FargazerEvent, type FeedName } from '#contract';
import { parseDuration } from '../../src/config/index.ts';
import { openRecords } from '../../src/decode/record.ts';
import { standardLateness } from '../../src/engine/order.ts';
import { home } from '../home.ts';

export interface TimedRecord {
  /** Event time; of several events the earliest. */
  timeMs: number;
  /** How much later it may come and still be in time: that of its fastest feed. */
  latenessMs: number;
  text: string;
}

export interface StoryRecords {
  name: string;
  records: TimedRecord[];
  /** What `--learn-for` of its own command line says. */
  learnFor: string;
  learnForMs: number;
  /** Of flow logs, whose header line no single record has. */
  flowFields: readonly string[];
  firstMs: number;
  lastMs: number;
}

export function readStory(name: string): StoryRecords {
  const folder = join(home, 'replay-data', name);
  const learnFor = /--learn-for (\w+)/.exec(readFileSync(join(folder, 'story.md'), 'utf8'))?.[1] ?? '1h';
  let flowFields = [...recommendedFlowFields];
  const texts: string[] = [];
  for (const file of readdirSync(join(folder, 'records')).toSorted()) {
    const bytes = readFileSync(join(folder, 'records', file));
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      if (line.startsWith('version account-id')) flowFields = line.trim().split(' ');
      else texts.push(...elementsOf(line));
    }
  }
  const records = timed(texts, flowFields);
  return { name, records, learnFor, learnForMs: parseDuration(learnFor) ?? 0, flowFields, firstMs: records[0]?.timeMs ?? 0, lastMs: records.at(-1)?.timeMs ?? 0 };
}

/** A file of CloudTrail is one document of many records; live each comes by itself. */
function elementsOf(line: string): string[] {
  if (!line.startsWith('{"Records":[')) return [line];
  const { Records } = JSON.parse(line) as { Records: unknown[] };
  return Records.map((record) => JSON.stringify(record));
}

/** Records with their times, as our own decoders tell them; what none of them reads is left out. */
export function timed(texts: readonly string[], flowFields: readonly string[]): TimedRecord[] {
  let timeMs = Infinity;
  let latenessMs = Infinity;
  const take = (event: FargazerEvent): FargazerEvent => {
    timeMs = Math.min(timeMs, event.timeMs);
    latenessMs = Math.min(latenessMs, standardLateness[event.feed as FeedName]);
    return event;
  };
  // Nothing may be counted on an event that was taken before: each is to be seen with its own time.
  const reader = openRecords({ file: 'story', settings: { flowFields: [...flowFields] }, intake: { take, generation: 0, countFromMs: Infinity, countToMs: -Infinity } });
  const records: TimedRecord[] = [];
  for (const text of texts) {
    timeMs = latenessMs = Infinity;
    reader.take(Buffer.from(text), '', undefined);
    if (timeMs < Infinity) records.push({ timeMs, latenessMs, text });
  }
  return records.sort((left, right) => left.timeMs - right.timeMs || (left.text < right.text ? -1 : 1));
}

/** Feeds of a story, in the order of the contract: for those who tell about it. */
export function feedsOf(records: readonly TimedRecord[], flowFields: readonly string[]): FeedName[] {
  const found = new Set<FeedName>();
  const take = (event: FargazerEvent): FargazerEvent => {
    found.add(event.feed);
    return event;
  };
  const reader = openRecords({ file: 'story', settings: { flowFields: [...flowFields] }, intake: { take, generation: 0 } });
  for (const { text } of records) reader.take(Buffer.from(text), '', undefined);
  return feedNames.filter((feed) => found.has(feed));
}
