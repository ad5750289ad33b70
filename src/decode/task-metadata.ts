/** Answers of the ECS task metadata endpoint, version 4: `/task`, a container, `/stats`, `/task/stats`. */
import type { Decoded, Decoder, JsonValue, RawRecord } from '#contract';
import { isObject, objectOf } from './fields.ts';
import { decodeContainer, decodeTask, isContainer, isTask } from './task-answer.ts';
import { TaskMemory } from './task-memory.ts';
import { decodeStats, decodeStatsMap, isStats, isStatsMap } from './task-stats.ts';

export const taskMetadata: Decoder = {
  id: 'task-metadata',
  title: 'Amazon ECS task metadata, version 4',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html',
  feed: 'task-metadata',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open() {
    const memory = new TaskMemory();
    return { decode: (record) => decode(record, memory) };
  },
};

function accepts(value: JsonValue): boolean {
  return isObject(value) && (isTask(value) || isContainer(value) || isStats(value) || isStatsMap(value));
}

function decode(record: RawRecord, memory: TaskMemory): Decoded {
  const value = objectOf(record.value);
  if (isTask(value)) return decodeTask(value, record, memory);
  if (isContainer(value)) return decodeContainer(value, record, memory);
  if (isStats(value)) return decodeStats(value, record, memory);
  if (isStatsMap(value)) return decodeStatsMap(value, record, memory);
  return { unreadable: 'expected an answer of the task metadata endpoint: a task, a container or stats' };
}
