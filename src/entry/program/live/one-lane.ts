/**
 * Sources of one task as one lane: what is pushed to us has no position to go on from, and only what is seen as it
 * happens (`leading`) says how far the walk may go; the others' records have some seconds of lateness to arrive in.
 */
import type { JsonValue, LaneHealth, LiveBatch, LiveRecord, LiveSource } from '#contract';
import { openOutbox } from '../../../sources/outbox.ts';

const lane = 'task';
/** What cannot be read again has no position. */
const nowhere: JsonValue = null;
/** A source that does not end when it is told to is not waited for. */
const endingMs = 500;

/** A source but the leading one ended, or failed with what is no undefined. */
export type OnEnd = (source: string, error: unknown) => void;

/** The end of `leading` is the end of all; another that ends or fails is told of, and the rest goes on. */
export function oneLane(leading: LiveSource, others: readonly LiveSource[], onEnd: OnEnd): LiveSource {
  const sources = [leading, ...others];

  async function* read(_resume: ReadonlyMap<string, JsonValue>, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const outbox = openOutbox(until);
    const pump = async (source: LiveSource): Promise<void> => {
      let failure: unknown;
      try {
        for await (const { records, completeToMs } of source.read(new Map(), until)) {
          const told = source === leading && completeToMs !== undefined ? { completeToMs } : {};
          const read = source === leading ? records : records.map(unforged);
          await outbox.put({ lane, records: read, position: nowhere, ...told });
          if (until.aborted) break;
        }
      } catch (error) {
        failure = error;
      }
      if (source === leading) over.abort();
      else if (!until.aborted) onEnd(source.name, failure);
    };
    const pumps = sources.map(pump);
    try {
      for (let batch = await outbox.next(); batch !== undefined; batch = await outbox.next()) yield batch;
    } finally {
      over.abort();
      await Promise.race([Promise.allSettled(pumps), new Promise((resolve) => setTimeout(resolve, endingMs).unref())]);
    }
  }

  return {
    name: lane,
    read,
    health: (): LaneHealth[] => sources.flatMap((source) => source.health().map((health) => ({ ...health, lane: `${source.name} ${health.lane}` }))),
    async close() {
      await Promise.allSettled(sources.map((source) => source.close?.()));
    },
  };
}

const mark = Buffer.from('"fargazer"');
const escape = Buffer.from('\\u00');
/** The same key, each sign of it as it is or as JSON may write it instead. */
const spellings = new RegExp(`"${[...'fargazer'].map((sign) => `(?:${sign}|\\\\u00${sign.charCodeAt(0).toString(16).replace('a', '[aA]')})`).join('')}"`, 'g');

/** In what others write there is no event of ours: who writes the key that marks them, writes another. */
function unforged(record: LiveRecord): LiveRecord {
  const { content } = record;
  if (!(content instanceof Uint8Array)) return record;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!bytes.includes(mark) && !bytes.includes(escape)) return record;
  // One sign a byte: nothing but the key is changed.
  const text = bytes.toString('latin1');
  const harmless = text.replace(spellings, '"forgazer"');
  return harmless === text ? record : { ...record, content: Buffer.from(harmless, 'latin1') };
}
