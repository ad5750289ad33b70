/**
 * How long a finding takes to become an HTTP request in an idle pipeline: the real consumer, a store on disk, dispatcher
 * and outputs, from the moment at which a source hands over what completes the finding.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLatenessMs, fireLensLine, silentReporter, systemClock, type LiveBatch, type LiveSource } from '#contract';
import { slack } from '../src/alerting/sinks/slack/index.ts';
import { webhook } from '../src/alerting/sinks/webhook/index.ts';
import { defaultConfig } from '../src/config/index.ts';
import { plugins } from '../src/entry/plugins.ts';
import type { MakeWalk } from '../src/entry/program/engine.ts';
import { Consumer } from '../src/entry/program/live/consume.ts';
import { embeddedStore } from '../src/stores/embedded/index.ts';
import { finders, walkOf } from '../test/engine/watching.ts';
import { printFigures, type Figure } from './figure.ts';

const minute = 60_000;
/** More than the longest lateness: what came before a tick so far ahead is released by it. */
const gapMs = Math.max(...Object.values(defaultLatenessMs)) + 5 * minute;
/** Longer is not measured but broken. */
const longestMs = 30_000;

interface Setting {
  findings: number;
  /** Between two of them, real; what `consume` lets alerts wait for a common step is over then. */
  idleMs: number;
  pace?: { walkEveryMs: number; alertStepMs: number };
}

/** Milliseconds of each finding until the first request of an output. */
interface Waits {
  webhook: number[];
  slack: number[];
}

async function measure({ findings, idleMs, pace }: Setting): Promise<Waits> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  let waiting: ((output: keyof Waits) => void) | undefined;
  const server = createServer((request, response) => {
    waiting?.(request.url === '/slack' ? 'slack' : 'webhook');
    request.resume().on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const batches: LiveBatch[] = [{ lane: 'one', records: [], position: 0 }];
  let more = Promise.withResolvers<void>();
  const give = (content: string): void => {
    batches.push({ lane: 'one', records: [{ content: Buffer.from(`${content}\n`), place: String(position) }], position: (position += 1) });
    more.resolve();
    more = Promise.withResolvers();
  };
  let position = 1;
  const source: LiveSource = {
    name: 'given',
    async *read(_resume, signal) {
      const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      while (!signal.aborted) {
        const next = batches.shift();
        if (next === undefined) await Promise.race([more.promise, ended]);
        else yield next;
      }
    },
    health: () => [],
  };
  const makeWalk: MakeWalk = (run, state, lateness) => walkOf(finders.filter(({ id }) => id === 'finds-log-kind'), { ...run, ...(lateness === undefined ? {} : { lateness }) }, state);
  const config = defaultConfig(plugins);
  const stop = new AbortController();
  const store = embeddedStore(folder);
  const running = new Consumer({
    sources: [source],
    store,
    sinks: [webhook({ url: `${origin}/webhook`, allowPrivate: true })],
    notifiers: [slack({ url: `${origin}/slack`, allowPrivate: true })],
    makeWalk,
    live: { ...config, clock: 'ticks', alerting: { ...config.alerting, receivers: { people: { outputs: ['slack'], sendResolved: true } }, route: { receiver: 'people', groupWaitMs: 0, groupBy: ['service'] } } },
    clock: systemClock,
    reporter: silentReporter,
    ...(pace === undefined ? {} : { pace }),
  }).run(stop.signal);
  const waits: Waits = { webhook: [], slack: [] };
  try {
    for (let finding = 0, atMs = Date.UTC(2026, 0, 5); finding < findings; finding += 1, atMs += gapMs) {
      // At the last tick, for what is far ahead of it is set aside. Another service each, so that each has a message of its own.
      give(fireLensLine({ at: atMs, service: `service-${finding}`, task: finding + 1, log: 'a line of a kind that nobody knew' }));
      await sleep(idleMs);
      const told = new Map<keyof Waits, number>();
      const all = Promise.withResolvers<void>();
      const fromMs = performance.now();
      waiting = (output) => {
        if (!told.has(output)) told.set(output, performance.now() - fromMs);
        if (told.size === 2) all.resolve();
      };
      give(JSON.stringify({ fargazer: 'tick', round: finding + 1, timeMs: atMs + gapMs }));
      await Promise.race([all.promise, sleep(longestMs, undefined, { ref: false })]);
      waiting = undefined;
      for (const output of ['webhook', 'slack'] as const) waits[output].push(told.get(output) ?? Infinity);
    }
  } finally {
    stop.abort();
    await running;
    await store.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
  return waits;
}

function at(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

function figuresOf(where: string, { webhook: alerts, slack: messages }: Waits): Figure[] {
  const figure = (name: string, values: readonly number[]): Figure => ({ name: `${name}, ${where}, p99`, value: at(0.99, values), unit: 'ms', reach: 'less than 100', detail: `median ${at(0.5, values).toFixed(1)} ms, longest ${Math.max(...values).toFixed(1)} ms of ${values.length}` });
  return [figure('finding to the request of a webhook', alerts), figure('finding to the request of a chat beyond its group wait', messages)];
}

export async function run(): Promise<Figure[]> {
  // The sidecar's pace, in which nothing waits for a common step; the first of each run compiles.
  const soon = await measure({ findings: 120, idleMs: 50, pace: { walkEveryMs: 0, alertStepMs: 0 } });
  const usual = await measure({ findings: 15, idleMs: 2_200 });
  return [...figuresOf("at a sidecar's pace", withoutFirst(soon)), ...figuresOf('at the pace of consume', withoutFirst(usual))];
}

function withoutFirst({ webhook: [, ...alerts], slack: [, ...messages] }: Waits): Waits {
  return { webhook: alerts, slack: messages };
}

if (import.meta.main) printFigures(await run());
