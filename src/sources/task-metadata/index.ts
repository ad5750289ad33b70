/** The live source `task-metadata`: asks the task metadata endpoint, version 4, for ever, however it answers. */
import { Agent } from 'node:http';
import type { Clock, LaneHealth, LiveBatch, LiveRecord, LiveSource, TellCoverage } from '#contract';
import { ask, type Answer } from './ask.ts';
import type { TaskMetadataOptions } from './options.ts';
import { aheadMs, isFields, OwnTime } from './own-time.ts';
import { Pace } from './pace.ts';
import { isSameTask, taskToldIn, type TaskTold } from './told-task.ts';

export { taskMetadataOptions, type TaskMetadataOptions } from './options.ts';
export type { TaskTold } from './told-task.ts';

export interface TaskMetadataDependencies {
  clock: Clock;
  tell: TellCoverage;
  /** From 0 to 1, for the jitter of back-off. */
  random?: () => number;
}

export interface TaskMetadataSource extends LiveSource {
  /** What `/task` told last; undefined before its first answer. */
  task(): TaskTold | undefined;
  /** Called whenever something of it changed; gives back what ends that. Where nothing was told and nobody reads yet, it is asked at once. */
  onTask(listener: (task: TaskTold) => void): () => void;
}

const lane = 'task-metadata';
/** While containers are starting, their names are worth a question every few seconds. */
const unsettledMs = 5_000;
/** A container that never starts is no reason to ask for ever. */
const unsettledForMs = 300_000;
/** Endpoints err for seconds at a deployment; a minute without any answer is a gap. */
const silentAfterMs = 60_000;
const tellEveryMs = 600_000;
const lineEnd = Buffer.from('\n');

/** Gives the answers as they came, but for the times of an endpoint whose clock is off (see `OwnTime`). Errors never end it. */
export function taskMetadata(options: TaskMetadataOptions, { clock, tell, random = Math.random }: TaskMetadataDependencies): TaskMetadataSource {
  const endpoint = options.endpoint.replace(/\/+$/, '');
  const listeners = new Set<(task: TaskTold) => void>();
  const ownTime = new OwnTime();
  let told: TaskTold | undefined;
  /** The answer that told it, on one line. */
  let taskLine: Buffer | undefined;
  let isReading = false;
  let place = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  /** Since when, by question, when last, and why. */
  const failing = new Map<string, { sinceMs: number; lastMs: number; why: string }>();

  const record = (content: Buffer): LiveRecord => {
    place += 1;
    return { content, place: String(place), arrivalMs: clock.now() };
  };
  const batch = (records: LiveRecord[]): LiveBatch => ({ lane, records, position: { answers: place }, completeToMs: clock.now() });

  function takeTask({ bytes, value }: Answer): Buffer | undefined {
    const task = taskToldIn(value);
    if (task === undefined) return undefined;
    const isNew = !isSameTask(told, task);
    told = task;
    taskLine = onOneLine(bytes, value);
    if (isNew) for (const listener of listeners) listener(task);
    return taskLine;
  }

  function takeStats({ bytes, value, dateMs }: Answer, sentMs: number): Buffer | undefined {
    // Null stands there before the first stats, and after the last.
    if (!isFields(value)) return undefined;
    const gotMs = clock.now();
    const stamped = ownTime.stamped(value, aheadMs(dateMs, sentMs, gotMs), gotMs);
    if (stamped === undefined) return undefined;
    const stats = stamped.isChanged ? Buffer.from(JSON.stringify(stamped.value)) : onOneLine(bytes, value);
    // Records are read each by itself, and stats name containers by their ids alone.
    return taskLine === undefined ? stats : Buffer.concat([taskLine, lineEnd, stats]);
  }

  /** Who starts up wants to know the task before anything is read. */
  async function askOnce(): Promise<void> {
    const agent = new Agent();
    const asked = await ask(`${endpoint}/task`, { agent, timeoutMs: options.timeoutMs, signal: new AbortController().signal });
    agent.destroy();
    if ('answer' in asked && told === undefined) takeTask(asked.answer);
  }

  async function* read(_resume: unknown, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    if (signal.aborted) return;
    isReading = true;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const startMs = clock.now();
    const questions = [
      {
        path: '/task',
        pace: new Pace(startMs, random),
        take: takeTask,
        intervalMs: () => (told?.isSettled !== true && clock.now() - startMs < unsettledForMs ? Math.min(unsettledMs, options.taskMs) : options.taskMs),
      },
      { path: '/task/stats', pace: new Pace(startMs, random), take: takeStats, intervalMs: () => options.statsMs },
    ];
    try {
      yield batch([]);
      while (!signal.aborted) {
        await clock.sleep(Math.max(0, Math.min(...questions.map(({ pace }) => pace.dueMs)) - clock.now()), signal);
        const records: LiveRecord[] = [];
        for (const { path, pace, take, intervalMs } of questions) {
          if (signal.aborted || pace.dueMs > clock.now()) continue;
          const sentMs = clock.now();
          const asked = await ask(endpoint + path, { agent, timeoutMs: options.timeoutMs, signal });
          if (signal.aborted) return;
          if ('failure' in asked) {
            const { failure, isThrottled } = asked;
            failing.set(path, { sinceMs: failing.get(path)?.sinceMs ?? clock.now(), lastMs: clock.now(), why: failure });
            pace.failed(clock.now(), intervalMs(), isThrottled);
            continue;
          }
          failing.delete(path);
          const content = take(asked.answer, sentMs);
          pace.succeeded(clock.now(), intervalMs());
          if (content !== undefined) records.push(record(content));
        }
        tellGap();
        yield batch(records);
      }
    } finally {
      isReading = false;
      agent.destroy();
    }
  }

  /** What one question fails to tell for a minute is not seen; one that was throttled once and is asked again later has not failed yet. */
  function tellGap(): void {
    const nowMs = clock.now();
    const gone = [...failing].filter(([, { sinceMs, lastMs }]) => lastMs - sinceMs >= silentAfterMs);
    if (gone.length === 0 || nowMs - toldMs < tellEveryMs) return;
    toldMs = nowMs;
    tell('silent', gone.map(([path, { sinceMs, why }]) => `${path} of the task metadata endpoint has told nothing for ${Math.round((nowMs - sinceMs) / 1_000)} s: it ${why}`).join('; '));
  }

  function health(): LaneHealth[] {
    const [first] = failing;
    if (first === undefined) return [{ lane, state: 'reading', behindMs: 0 }];
    const [path, { sinceMs, why }] = first;
    return [{ lane, state: 'failing', reason: `${path} ${why}; it is asked again`, sinceMs }];
  }

  return {
    name: 'task-metadata',
    read,
    health,
    task: () => told,
    onTask(listener) {
      listeners.add(listener);
      if (told === undefined && !isReading) void askOnce();
      return () => void listeners.delete(listener);
    },
  };
}

function onOneLine(bytes: Buffer, value: unknown): Buffer {
  return bytes.includes(0x0a) ? Buffer.from(JSON.stringify(value)) : bytes;
}
