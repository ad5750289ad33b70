/** What `fargazer consume` runs: sources, store and outputs of the configuration around one consumer, with health and metrics beside it. */
import manifest from '../../package.json' with { type: 'json' };
import { FargazerError, systemClock, type LiveSource, type Store } from '#contract';
import type { Config } from '../config/index.ts';
import type { ConsumeSettings, CoverageListing } from './cli/program.ts';
import { outputsOf } from './outputs.ts';
import { plugins, sourceKinds } from './plugins.ts';
import { coverageIn } from './program/coverage.ts';
import { walkOf, type MakeWalk } from './program/engine.ts';
import { Consumer } from './program/live/consume.ts';
import { storeKinds } from './store-kinds.ts';

/** Runs until `signal` aborts; everything is saved then. Throws before anything starts where the configuration lacks something. */
export async function consume({ config, stateDir, output, signal, onListening }: ConsumeSettings): Promise<void> {
  const sources = sourcesOf(config);
  const store = storeOf(config, stateDir);
  const { sinks, notifiers } = await outputsOf(config, output);
  const [{ telemetry }, { serve }] = await Promise.all([import('../telemetry/index.ts'), import('../api/index.ts')]);
  const { reporter, registry, close } = telemetry({ version: manifest.version });
  const makeWalk: MakeWalk = (run, state, lateness) => walkOf(config, run, state, lateness);
  const consumer = new Consumer({ sources, store, sinks, notifiers, makeWalk, live: config, clock: systemClock, reporter });
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  const startMs = systemClock.now();
  try {
    if (config.http !== undefined) {
      server = await serve({ address: config.http, registry, health: () => consumer.health() });
      const { host, port } = server.address;
      reporter.happened('http-listening', { host, port });
      onListening?.(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    }
    reporter.happened('started', { version: manifest.version, sources: sources.length, detectors: plugins.detectors.size, sinks: sinks.length + notifiers.length });
    await consumer.run(signal);
    reporter.happened('stopped', { tookMs: systemClock.now() - startMs });
  } catch (error) {
    reporter.happened('failed', { code: error instanceof FargazerError ? error.code : 'internal' });
    throw error;
  } finally {
    await server?.close();
    await store.close();
    close();
  }
}

/** Coverage as the store knows it. */
export async function coverage({ config, stateDir }: Pick<ConsumeSettings, 'config' | 'stateDir'>): Promise<CoverageListing> {
  const store = storeOf(config, stateDir);
  try {
    return await coverageIn(store);
  } finally {
    await store.close();
  }
}

function sourcesOf(config: Config): LiveSource[] {
  if (config.sources.length === 0) {
    throw new FargazerError('config-invalid', 'consume: the configuration names no source. Add one, for example sources: [{ kinesis: { stream: NAME } }], and name the file with --config.');
  }
  const made = config.sources.map(({ kind, options }) => sourceKinds.get(kind)!.make(options as never));
  const names = new Set<string>();
  for (const { name } of made) {
    if (names.has(name)) throw new FargazerError('config-invalid', `consume: the source ${name} is named twice, and would be read twice. Name it once.`);
    names.add(name);
  }
  return made;
}

/** Throws `config-invalid` where neither says where the state is. */
export function storeOf({ store }: Config, stateDir: string | undefined): Store {
  if (stateDir !== undefined) return storeKinds.get('embedded')!.make({ folder: stateDir } as never);
  if (store === undefined) {
    throw new FargazerError('config-invalid', 'Nothing says where the state is kept. Add store: { embedded: { folder: DIR } } to the configuration, or give --state DIR.');
  }
  return storeKinds.get(store.kind)!.make(store.options as never);
}
