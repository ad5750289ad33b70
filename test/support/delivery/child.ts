/** A consumer that delivers and is about to be killed: the real one over the real store, dispatcher and outputs; only its clock hurries. */
import { silentReporter, systemClock, type Clock, type LiveSource } from '#contract';
import { slack } from '../../../src/alerting/sinks/slack/index.ts';
import { webhook } from '../../../src/alerting/sinks/webhook/index.ts';
import { Consumer } from '../../../src/entry/program/live/consume.ts';
import { embeddedStore } from '../../../src/stores/embedded/index.ts';
import { alerting, makeWalk } from '../live/whole.ts';

export interface ChildSettings {
  folder: string;
  webhookUrl: string;
  slackUrl: string;
  /** So many milliseconds of the clock pass in a real one, from `epochMs` on, whichever process asks. */
  speed: number;
  epochMs: number;
  /** Real. */
  timeoutMs: number;
}

const { folder, webhookUrl, slackUrl, speed, epochMs, timeoutMs } = JSON.parse(process.argv[2] ?? '') as ChildSettings;
const clock: Clock = {
  now: () => epochMs + (Date.now() - epochMs) * speed,
  sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
};

/** Nothing is read: everything that is delivered was saved before. */
const silence: LiveSource = {
  name: 'silence',
  async *read(_resume, signal) {
    yield { lane: 'one', records: [], position: 0 };
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  },
  health: () => [],
};

const stop = new AbortController();
// Whoever started it is gone: nobody would ever stop it.
process.once('disconnect', () => stop.abort());
const consumer = new Consumer({
  sources: [silence],
  store: embeddedStore(folder),
  sinks: [webhook({ url: webhookUrl, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`, timeoutMs, allowPrivate: true, clock })],
  notifiers: [slack({ url: slackUrl, timeoutMs, allowPrivate: true }, { clock })],
  makeWalk,
  live: { clock: 'arrival', checkpointEveryMs: 60_000, patienceMs: 600_000, flowFields: [], alerting: { ...alerting, receivers: { people: { outputs: ['slack'], sendResolved: true } }, route: { receiver: 'people' } } },
  clock,
  reporter: silentReporter,
});
await consumer.run(stop.signal);
