/** What `fargazer sidecar` runs: the sensor, receivers and the metadata poller of one task, around a consumer or a shipper. */
import manifest from '../../package.json' with { type: 'json' };
import { FargazerError, type LiveSource, type Store } from '#contract';
import { memoryStore } from '../stores/memory/index.ts';
import type { Server } from '../api/index.ts';
import type { SidecarSettings } from './cli/sidecar-program.ts';
import { outputsOf } from './outputs.ts';
import { walkOf } from './program/engine.ts';
import { Consumer } from './program/live/consume.ts';
import { oneLane } from './program/live/one-lane.ts';
import { noteGaps } from './program/sidecar/gaps.ts';
import { withGuestState } from './program/sidecar/guest-state.ts';
import { knowledgeOf } from './program/sidecar/knowledge.ts';
import { tellingWays } from './program/sidecar/missing-ways.ts';
import { plainReporter } from './program/sidecar/plain-reporter.ts';
import type { Whose } from './program/sidecar/whose.ts';
import { withSecrets } from './secrets.ts';
import { sidecarParts, type SidecarParts } from './sidecar-parts.ts';
import { sidecarPlugins } from './sidecar-plugins.ts';

/** Alerts are wanted within a second: walking looks at one task's few minutes, and a step of it is small. */
const pace = { walkEveryMs: 0, alertStepMs: 0 };

/** Runs until `signal` aborts; everything is saved and delivered then. Throws before anything starts where something named is wrong. */
export async function sidecar(settings: SidecarSettings): Promise<void> {
  const parts = await sidecarParts(settings);
  const task = oneLane(tellingWays(parts.sensor, parts.tell, settings.onNotice), parts.others, (source, error) => {
    const sentence = `${source} is read no more: ${error instanceof Error ? error.message : 'it came to its end'}`;
    parts.tell('silent', sentence);
    settings.onNotice(sentence);
  });
  for (const notice of noticesOf(parts.whose, settings)) settings.onNotice(notice);
  return settings.mode === 'ship' ? shipAll(settings, parts, task) : detect(settings, parts, task);
}

async function detect(settings: SidecarSettings, { tell, clock, whose, start }: SidecarParts, task: LiveSource): Promise<void> {
  const { stateDir, output, signal, learnForMs } = settings;
  const config = await withSecrets(settings.config, sidecarPlugins);
  const { sinks, notifiers } = await outputsOf(config, output);
  // Metrics and their server are many megabytes: they come when somebody asks for them.
  const told = config.http === undefined ? undefined : (await import('../telemetry/index.ts')).telemetry({ version: manifest.version, level: 'warn' });
  const reporter = told?.reporter ?? plainReporter((text) => void process.stderr.write(text), () => clock.now());
  const knowledge = await knowledgeOf(settings, config, { whose, start, clock });
  const gaps = noteGaps(tell, clock);
  const live = { ...config, ...(learnForMs === undefined ? {} : { learnForMs }) };
  const consumerOf = (store: Store): Consumer =>
    new Consumer({
      sources: [task], store, sinks, notifiers, live, clock, reporter, pace,
      teachFromMs: () => clock.now(),
      makeWalk(run, state, lateness) {
        gaps.sinceMs(state?.marks.get('sensor'));
        const walk = walkOf(config, run, state, lateness);
        knowledge.apply(walk);
        return walk;
      },
    });
  let consumer: Consumer;
  let server: Server | undefined;
  const judge = async (store: Store): Promise<void> => {
    consumer = consumerOf(store);
    try {
      if (config.http !== undefined && told !== undefined) server ??= await (await import('../api/index.ts')).serve({ address: config.http, registry: told.registry, health: () => consumer.health() });
      await consumer.run(signal);
    } finally {
      await store.close();
    }
  };
  try {
    if (stateDir === undefined) await judge(memoryStore());
    else await withGuestState(stateDir, { clock, tell }, judge);
  } finally {
    gaps.end();
    await knowledge.end();
    await server?.close();
    told?.close();
  }
}

async function shipAll({ stream, signal, onNotice }: SidecarSettings, { clock, whose, start }: SidecarParts, source: LiveSource): Promise<void> {
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

function noticesOf({ name }: Whose, { learnForMs, stateDir, mode, stream, baselinesFile, config }: SidecarSettings): string[] {
  if (mode === 'ship') return [`fargazer looks at ${name}, and sends what it sees to the stream ${stream ?? ''}.`];
  const teaching = learnForMs === undefined ? 'It judges what it knows well enough; until then it says that it is learning.' : `It learns for ${learnForMs / 1_000} s and stays silent meanwhile.`;
  const isForgotten = stateDir === undefined && baselinesFile === undefined && config.store === undefined;
  return [`fargazer looks at ${name}. ${teaching}`, ...(isForgotten ? ['What it learns is forgotten when it ends: --state DIR keeps it.'] : [])];
}
