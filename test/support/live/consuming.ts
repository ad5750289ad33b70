/** A consumer in this process, with its alerts, its log and its metrics at hand. */
import type { TestContext } from 'node:test';
import { systemClock, type Alert, type Clock, type Health, type LiveSource, type Sink, type Store } from '#contract';
import { defaultConfig, type LiveConfig } from '../../../src/config/index.ts';
import { plugins } from '../../../src/entry/plugins.ts';
import type { MakeWalk } from '../../../src/entry/program/engine.ts';
import { Consumer } from '../../../src/entry/program/live/consume.ts';
import { telemetry } from '../../../src/telemetry/index.ts';
import { decode, makeWalk as makeFindersWalk } from './whole.ts';

export interface ConsumingSettings {
  sources: readonly LiveSource[];
  store: Store;
  clock?: Clock;
  makeWalk?: MakeWalk;
  live?: Partial<LiveConfig>;
  sinks?: readonly Sink[];
}

export interface Consuming {
  /** In the order of their delivery. */
  alerts: Alert[];
  health(): Health;
  /** Lines of the log. */
  log(): string;
  metrics(): Promise<string>;
  /** Value of a metric, over all its labels, or over those lines that hold `label`. */
  metric(name: string, label?: string): Promise<number>;
  /** Asks it to end. */
  stop(): void;
  /** What it ended with; undefined where all is well. */
  ended: Promise<unknown>;
}

export function consuming(context: TestContext, { sources, store, clock = systemClock, makeWalk = makeFindersWalk, live = {}, sinks = [] }: ConsumingSettings): Consuming {
  const alerts: Alert[] = [];
  const collecting: Sink = {
    name: 'collecting',
    send(alert) {
      alerts.push(alert);
      return Promise.resolve();
    },
  };
  let log = '';
  const { reporter, registry, close } = telemetry({ version: '0.0.0', level: 'debug', clock, destination: { write: (line) => void (log += line) } });
  const settings = {
    sources,
    store,
    sinks: [collecting, ...sinks],
    notifiers: [],
    makeWalk,
    live: { ...defaultConfig(plugins), flowFields: decode.flowFields, checkpointEveryMs: 1_000, ...live },
    clock,
    reporter,
  };
  const consumer = new Consumer(settings);
  const stop = new AbortController();
  const ended = consumer.run(stop.signal).then(() => undefined, (error: unknown) => error);
  context.after(async () => {
    stop.abort();
    await ended;
    close();
  });
  return {
    alerts,
    health: () => consumer.health(),
    log: () => log,
    metrics: () => registry.metrics(),
    async metric(name, label = '') {
      const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.filter((line) => line.includes(label)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    stop: () => stop.abort(),
    ended,
  };
}

/** Waits until something holds, and says what did not where it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
