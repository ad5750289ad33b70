/** Takes carrier records in tests: what came out of them, and what the tally says. */
import type { FargazerEvent, FileReading, Intake, Tick } from '#contract';
import { openRecords, type RecordOptions } from '../../src/decode/record.ts';

export const arrivalMs = Date.UTC(2026, 1, 25, 7);
export const task = '0123456789abcdef0123456789abcdef';

export interface Given {
  content: string | Buffer;
  place?: string;
  arrivalMs?: number | undefined;
}

export interface Result {
  events: FargazerEvent[];
  ticks: Tick[];
  reading: FileReading;
}

/** Each event as it was taken; none is counted on another. */
export function take(records: readonly (Given | string | Buffer)[], options: Partial<RecordOptions> = {}): Result {
  const events: FargazerEvent[] = [];
  const ticks: Tick[] = [];
  const intake: Intake = {
    generation: 0,
    take(event) {
      const plain = JSON.parse(JSON.stringify(event)) as FargazerEvent;
      events.push(plain);
      return { ...plain, timeMs: Number.MAX_SAFE_INTEGER };
    },
  };
  const reader = openRecords({ file: 'kinesis:shop/shard-1', settings: {}, intake, ...options });
  records.forEach((given, index) => {
    const { content, place = `${index}`, ...rest } = typeof given === 'string' || Buffer.isBuffer(given) ? { content: given } : given;
    // In a larger buffer that is used again, as the bytes of an answer are.
    const bytes = Buffer.concat([Buffer.from('{"'), Buffer.from(content as string), Buffer.from('"}\n')]);
    const tick = reader.take(bytes.subarray(2, -3), place, 'arrivalMs' in rest ? rest.arrivalMs : arrivalMs);
    bytes.fill(0x20);
    if (tick !== undefined) ticks.push(tick);
  });
  return { events, ticks, reading: reader.reading };
}

/** A FireLens line as Fluent Bit writes it. */
export function line(log: string, date: string | null = '2026-02-25T06:13:20.123Z', container = 'web'): string {
  return JSON.stringify({ ...(date === null ? {} : { date }), source: 'stdout', log, container_id: `${task}-1`, container_name: container, ecs_cluster: 'shop', ecs_task_arn: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${task}`, ecs_task_definition: `${container}:3` });
}

/** Without the place, which alone may differ. */
export const unplaced = (events: readonly FargazerEvent[]): string[] => events.map((event) => JSON.stringify({ ...event, origin: undefined })).toSorted();
