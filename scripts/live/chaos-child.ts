/** A consumer that is about to be killed: the real one over the real source and store, with a clock that hurries, so that it saves often. */
import { alerting } from '../../test/support/live/whole.ts';
import { FargazerError, silentReporter, systemClock, type Clock, type JsonValue, type Step, type Store } from '#contract';
import { jsonl } from '../../src/alerting/sinks/jsonl/index.ts';
import { Consumer } from '../../src/entry/program/live/consume.ts';
import { kinesis } from '../../src/sources/kinesis/index.ts';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { walkMaker, type ChildMessage, type ChildSettings } from './chaos-settings.ts';

function hurriedClock(times: number): Clock {
  const startMs = Date.now();
  return { now: () => startMs + (Date.now() - startMs) * times, sleep: (ms, signal) => systemClock.sleep(ms / times, signal) };
}

/** Hurried as it is: seven polls a second and shard, for the local stream answers them on the same machine. */
const pollMs = 3_000;

async function main(settings: ChildSettings): Promise<void> {
  const tell = (message: ChildMessage): void => void process.send?.(message, () => undefined);
  const clock = hurriedClock(settings.hurry);
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  // Whoever started it is gone: nobody would ever stop it.
  process.once('disconnect', () => stop.abort());
  const source = kinesis({ stream: settings.stream, region: settings.region, endpoint: settings.endpoint, start: 'trim-horizon', pollMs }, { clock });
  const store = watched(embeddedStore(settings.folder), (step) => tell(isLast(step, settings.lastTickMs) ? 'done' : 'saved'));
  const consumer = new Consumer({
    sources: [source],
    store,
    // Delivered is what the system has taken: a line that waits in this process dies with it.
    sinks: [jsonl((text) => new Promise((resolve) => process.stdout.write(text, () => resolve())))],
    notifiers: [],
    makeWalk: walkMaker(settings.detectors),
    live: { clock: 'ticks', learnForMs: settings.learnForMs, checkpointEveryMs: 1_000, patienceMs: 600_000, flowFields: settings.flowFields, alerting },
    clock,
    reporter: silentReporter,
  });
  tell('begun');
  try {
    await consumer.run(stop.signal);
  } finally {
    await store.close();
  }
}

function watched(store: Store, committed: (step: Step) => void): Store {
  return {
    ...store,
    async commit(step) {
      const version = await store.commit(step);
      if (version !== undefined) committed(step);
      return version;
    },
  };
}

/** Whether a step of the walk has every lane that goes on behind the last tick, and every feed walked up to it. */
function isLast({ key, value }: Step, lastTickMs: number): boolean {
  if (key !== 'walk/state') return false;
  const { marks, live } = value as unknown as { marks: Record<string, number>; live: { lanes: Record<string, { timeMs: number | null; waitsFor?: JsonValue[] }> } };
  const lanes = Object.values(live.lanes);
  return (
    lanes.length > 0 &&
    lanes.every(({ timeMs, waitsFor }) => waitsFor?.length === 0 || (waitsFor === undefined && timeMs !== null && timeMs >= lastTickMs)) &&
    Object.values(marks).length > 0 &&
    Object.values(marks).every((mark) => mark >= lastTickMs)
  );
}

try {
  await main(JSON.parse(process.argv[2] ?? '{}') as ChildSettings);
} catch (error) {
  process.stderr.write(`${error instanceof FargazerError ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
process.disconnect?.();
