/** What `fargazer sidecar` runs: the sensor, receivers and the metadata poller of one task around one consumer. */
import { Agent } from 'node:http';
import manifest from '../../package.json' with { type: 'json' };
import { systemClock, type Clock, type LiveSource, type Store } from '#contract';
import { sensor, type Sensor } from '../sensor/index.ts';
import { networkPart } from '../sensor/network/index.ts';
import { forward, forwardOptions, httpReceiverOptions } from '../sources/firelens/index.ts';
import { ask } from '../sources/task-metadata/ask.ts';
import { taskMetadata, taskMetadataOptions } from '../sources/task-metadata/index.ts';
import { taskToldIn, type TaskTold } from '../sources/task-metadata/told-task.ts';
import { embeddedStore } from '../stores/embedded/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import type { SidecarSettings } from './cli/program.ts';
import { outputsOf, plugins, storeKinds } from './plugins.ts';
import { walkOf, type MakeWalk } from './program/engine.ts';
import { Consumer } from './program/live/consume.ts';
import { oneLane } from './program/live/one-lane.ts';
import { whoseTask, type Whose } from './program/sidecar/whose.ts';
import { withSecrets } from './secrets.ts';

const firstAnswerMs = 1_000;
const againMs = 100;

/** Alerts are wanted within a second: walking looks at one task's few minutes, and a step of it is small. */
const pace = { walkEveryMs: 0, alertStepMs: 0 };

/** Runs until `signal` aborts; everything is saved and delivered then. Throws before anything starts where something named is wrong. */
export async function sidecar(settings: SidecarSettings): Promise<void> {
  const { stateDir, output, signal, onNotice, learnForMs } = settings;
  const config = await withSecrets(settings.config, plugins);
  const { sinks, notifiers } = await outputsOf(config, output);
  const { telemetry } = await import('../telemetry/index.ts');
  const { reporter, registry, close } = telemetry({ version: manifest.version, level: 'warn' });
  const parts = await partsOf(settings);
  const makeWalk: MakeWalk = (run, state, lateness) => walkOf(config, run, state, lateness);
  const store = stateOf(settings);
  const task = oneLane(parts.sensor, parts.others, (source, error) => parts.sensor.say({ kind: 'coverage', timeMs: parts.clock.now(), state: 'silent', detail: `${source} ended: ${(error as Error).message}` }));
  const live = { ...config, ...(learnForMs === undefined ? {} : { learnForMs }) };
  const consumer = new Consumer({ sources: [task], store, sinks, notifiers, makeWalk, live, clock: parts.clock, reporter, pace });
  for (const notice of noticesOf(parts.whose, settings)) onNotice(notice);
  const server = config.http === undefined ? undefined : await (await import('../api/index.ts')).serve({ address: config.http, registry, health: () => consumer.health() });
  reporter.happened('started', { version: manifest.version, sources: 1 + parts.others.length, detectors: plugins.detectors.size, sinks: sinks.length + notifiers.length });
  try {
    await consumer.run(signal);
    reporter.happened('stopped', { tookMs: 0 });
  } finally {
    await server?.close();
    if (stateDir !== undefined || config.store !== undefined) await store.close();
    close();
  }
}

/** Says what can be seen here and what cannot. */
export async function checkSidecar(settings: SidecarSettings): Promise<boolean> {
  const { sensor: looking, whose, others } = await partsOf(settings);
  const stop = new AbortController();
  const batches = looking.read(new Map(), stop.signal)[Symbol.asyncIterator]();
  await batches.next();
  settings.onNotice(`This task is ${whose.name}.`);
  for (const { name, isWorking, reason, without } of looking.ways()) {
    settings.onNotice(isWorking ? `${name}: works.` : `${name}: is missing${reason === undefined ? '' : `, for ${reason}`}. ${without}`);
  }
  stop.abort();
  await batches.return?.();
  await Promise.allSettled([looking.close?.(), ...others.map((source) => source.close?.())]);
  return looking.ways().every(({ isWorking }) => isWorking);
}

interface Parts {
  sensor: Sensor;
  others: LiveSource[];
  whose: Whose;
  clock: Clock;
}

async function partsOf({ forward: forwardAddress, http, procPath }: SidecarSettings): Promise<Parts> {
  const clock = unjumpingClock();
  const endpoint = process.env['ECS_CONTAINER_METADATA_URI_V4'];
  const hasEndpoint = endpoint !== undefined && endpoint !== '';
  const metadata = hasEndpoint ? taskMetadata(taskMetadataOptions.parse({ endpoint }), { clock }) : undefined;
  const whose = whoseTask(hasEndpoint ? await firstAnswer(endpoint) : undefined, metadata, process.env);
  const looking = sensor({ procPath, subject: whose.subject, sidecarStart: `${process.pid}.${clock.now().toString(36)}`, clock, parts: [networkPart] });
  const others: LiveSource[] = metadata === undefined ? [] : [metadata];
  const deps = { clock, task: whose.task };
  if (forwardAddress !== undefined) others.push(forward(forwardOptions.parse({ address: forwardAddress }), deps));
  if (http !== undefined) others.push((await import('../sources/firelens/http.ts')).httpReceiver(httpReceiverOptions.parse({ address: http }), deps));
  return { sensor: looking, others, whose, clock };
}

/** The endpoint is on this machine; where it does not answer at once, nothing waits for it. */
async function firstAnswer(endpoint: string): Promise<TaskTold | undefined> {
  const agent = new Agent();
  const giveUp = AbortSignal.timeout(firstAnswerMs);
  try {
    while (!giveUp.aborted) {
      const asked = await ask(`${endpoint.replace(/\/+$/, '')}/task`, { agent, timeoutMs: firstAnswerMs / 2, signal: giveUp });
      const told = 'answer' in asked ? taskToldIn(asked.answer.value) : undefined;
      if (told !== undefined) return told;
      await systemClock.sleep(againMs, giveUp);
    }
    return undefined;
  } finally {
    agent.destroy();
  }
}

/** The clock as it stood at the start, and what passed since: one that is set meanwhile would bring everything out of order. */
function unjumpingClock(): Clock {
  const startMs = Date.now() - performance.now();
  return { ...systemClock, now: () => Math.floor(startMs + performance.now()) };
}

function stateOf({ stateDir, config: { store } }: SidecarSettings): Store {
  if (stateDir !== undefined) return embeddedStore(stateDir);
  return store === undefined ? memoryStore() : storeKinds.get(store.kind)!.make(store.options as never, undefined);
}

function noticesOf({ name }: Whose, { learnForMs, stateDir }: SidecarSettings): string[] {
  const teaching = learnForMs === undefined ? 'Until it knows what is usual it says that it is learning, and judges only what is wrong anywhere.' : `It learns for ${learnForMs / 1_000} s and stays silent meanwhile.`;
  return [`fargazer looks at ${name}. ${teaching}`, ...(stateDir === undefined ? ['What it learns is forgotten when it ends: --state DIR keeps it.'] : [])];
}
