/** What `fargazer sidecar` runs: the sensor, receivers and the metadata poller of one task, around a consumer or a shipper. */
import { Agent } from 'node:http';
import manifest from '../../package.json' with { type: 'json' };
import { FargazerError, systemClock, type Clock, type LiveSource } from '#contract';
import { sensor, type Sensor } from '../sensor/index.ts';
import { networkPart } from '../sensor/network/index.ts';
import { forward, forwardOptions, httpReceiverOptions } from '../sources/firelens/index.ts';
import { ask } from '../sources/task-metadata/ask.ts';
import { taskMetadata, taskMetadataOptions } from '../sources/task-metadata/index.ts';
import { taskToldIn, type TaskTold } from '../sources/task-metadata/told-task.ts';
import { embeddedStore } from '../stores/embedded/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import type { SidecarSettings } from './cli/sidecar-program.ts';
import { outputsOf } from './outputs.ts';
import { walkOf } from './program/engine.ts';
import { Consumer } from './program/live/consume.ts';
import { oneLane } from './program/live/one-lane.ts';
import { noteGaps } from './program/sidecar/gaps.ts';
import { knowledgeOf } from './program/sidecar/knowledge.ts';
import { plainReporter } from './program/sidecar/plain-reporter.ts';
import { whoseTask, type Whose } from './program/sidecar/whose.ts';
import { withSecrets } from './secrets.ts';
import { sidecarPlugins } from './sidecar-plugins.ts';

const firstAnswerMs = 1_000;
const againMs = 100;

/** Alerts are wanted within a second: walking looks at one task's few minutes, and a step of it is small. */
const pace = { walkEveryMs: 0, alertStepMs: 0 };

/** Runs until `signal` aborts; everything is saved and delivered then. Throws before anything starts where something named is wrong. */
export async function sidecar(settings: SidecarSettings): Promise<void> {
  const parts = await partsOf(settings);
  const task = oneLane(parts.sensor, parts.others, {
    onOwn: ({ state, detail }) => parts.sensor.say({ kind: 'coverage', timeMs: parts.clock.now(), state, detail }),
    onEnd(source, error) {
      const why = error instanceof Error ? error.message : 'it came to its end';
      parts.sensor.say({ kind: 'coverage', timeMs: parts.clock.now(), state: 'silent', detail: `${source} is read no more: ${why}` });
      settings.onNotice(`${source} is read no more: ${why}`);
    },
  });
  for (const notice of noticesOf(parts.whose, settings)) settings.onNotice(notice);
  return settings.mode === 'ship' ? shipAll(settings, parts, task) : detect(settings, parts, task);
}

async function detect(settings: SidecarSettings, { sensor: looking, clock, whose, start }: Parts, task: LiveSource): Promise<void> {
  const { stateDir, output, signal, learnForMs } = settings;
  const config = await withSecrets(settings.config, sidecarPlugins);
  const { sinks, notifiers } = await outputsOf(config, output);
  // Metrics and their server are many megabytes: they come when somebody asks for them.
  const told = config.http === undefined ? undefined : (await import('../telemetry/index.ts')).telemetry({ version: manifest.version, level: 'warn' });
  const reporter = told?.reporter ?? plainReporter((text) => void process.stderr.write(text), () => clock.now());
  const knowledge = await knowledgeOf(settings, config, { whose, start, clock });
  const store = stateDir === undefined ? memoryStore() : embeddedStore(stateDir);
  const gaps = noteGaps(looking, clock);
  const live = { ...config, ...(learnForMs === undefined ? {} : { learnForMs }) };
  const consumer = new Consumer({
    sources: [task], store, sinks, notifiers, live, clock, reporter, pace,
    teachFromMs: () => clock.now(),
    makeWalk(run, state, lateness) {
      gaps.sinceMs(state?.marks.get('sensor'));
      const walk = walkOf(config, run, state, lateness);
      knowledge.apply(walk);
      return walk;
    },
  });
  const server = config.http === undefined || told === undefined ? undefined : await (await import('../api/index.ts')).serve({ address: config.http, registry: told.registry, health: () => consumer.health() });
  try {
    await consumer.run(signal);
  } finally {
    gaps.end();
    await knowledge.end();
    await server?.close();
    if (stateDir !== undefined) await store.close();
    told?.close();
  }
}

async function shipAll({ stream, signal, onNotice }: SidecarSettings, { clock, whose, start }: Parts, source: LiveSource): Promise<void> {
  if (stream === undefined) throw new FargazerError('usage', '--mode ship: name the Kinesis stream with --stream NAME.');
  const [{ ship }, { streamWriter }] = await Promise.all([import('./program/sidecar/shipper.ts'), import('../sources/kinesis/put.ts')]);
  const writer = streamWriter(stream);
  let toldMs = -Infinity;
  const onTrouble = (sentence: string): void => {
    if (clock.now() - toldMs < 60_000) return;
    toldMs = clock.now();
    onNotice(sentence);
  };
  const { sent, dropped } = await ship({ source, writer, subject: () => whose.subject(undefined), start, clock, onTrouble }, signal);
  onNotice(`${sent} records were sent${dropped === 0 ? '' : `, ${dropped} dropped`}.`);
}

/** Says what can be seen here and what cannot. */
export async function checkSidecar(settings: SidecarSettings): Promise<boolean> {
  const { sensor: looking, whose, others } = await partsOf(settings);
  const stop = new AbortController();
  const batches = looking.read(new Map(), stop.signal)[Symbol.asyncIterator]();
  await batches.next();
  settings.onNotice(`This task is ${whose.name}.`);
  const ways = looking.ways();
  for (const { name, isWorking, reason, without } of ways) {
    settings.onNotice(isWorking ? `${name}: works.` : `${name}: is missing${reason === undefined ? '' : `: ${reason}`} ${without}`);
  }
  stop.abort();
  await batches.return?.();
  await Promise.allSettled([looking.close?.(), ...others.map((source) => source.close?.())]);
  return ways.every(({ isWorking }) => isWorking);
}

interface Parts {
  sensor: Sensor;
  others: LiveSource[];
  whose: Whose;
  clock: Clock;
  /** Tells this start of the sidecar from all others. */
  start: string;
}

async function partsOf({ forward: forwardAddress, http, procPath }: SidecarSettings): Promise<Parts> {
  const clock = unjumpingClock();
  const endpoint = process.env['ECS_CONTAINER_METADATA_URI_V4'];
  const hasEndpoint = endpoint !== undefined && endpoint !== '';
  const metadata = hasEndpoint ? taskMetadata(taskMetadataOptions.parse({ endpoint }), { clock }) : undefined;
  const whose = whoseTask(hasEndpoint ? await firstAnswer(endpoint) : undefined, metadata, process.env);
  const start = `${process.pid}.${clock.now().toString(36)}`;
  const looking = sensor({ procPath, subject: whose.subject, sidecarStart: start, clock, parts: [networkPart] });
  const others: LiveSource[] = metadata === undefined ? [] : [metadata];
  const deps = { clock, task: whose.task };
  if (forwardAddress !== undefined) others.push(forward(forwardOptions.parse({ address: forwardAddress }), deps));
  if (http !== undefined) others.push((await import('../sources/firelens/http.ts')).httpReceiver(httpReceiverOptions.parse({ address: http }), deps));
  return { sensor: looking, others, whose, clock, start };
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

function noticesOf({ name }: Whose, { learnForMs, stateDir, mode, stream, baselinesFile, config }: SidecarSettings): string[] {
  if (mode === 'ship') return [`fargazer looks at ${name}, and sends what it sees to the stream ${stream ?? ''}.`];
  const teaching = learnForMs === undefined ? 'It judges what it knows well enough; until then it says that it is learning.' : `It learns for ${learnForMs / 1_000} s and stays silent meanwhile.`;
  const isForgotten = stateDir === undefined && baselinesFile === undefined && config.store === undefined;
  return [`fargazer looks at ${name}. ${teaching}`, ...(isForgotten ? ['What it learns is forgotten when it ends: --state DIR keeps it.'] : [])];
}
