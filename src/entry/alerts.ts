/** What `fargazer alerts` does: opens the store of a configuration, looks or changes, and closes it again. */
import { readFileSync, statSync } from 'node:fs';
import { FargazerError, systemClock, type Store } from '#contract';
import { suggestion, type Config } from '../config/index.ts';
import type { AlertsPlace, AlertsProgram } from './cli/alerts-program.ts';
import { storeOf } from './consume.ts';
import { outputsOf } from './outputs.ts';
import { plugins } from './plugins.ts';
import { openAlerts } from './program/alerts/open.ts';
import { redeliver } from './program/alerts/redeliver.ts';
import { addSilence, expireSilence, silencesIn } from './program/alerts/silences.ts';
import { sendTests } from './program/alerts/trial.ts';
import { wayOf } from './program/alerts/way.ts';
import { whyAlert } from './program/alerts/why.ts';
import { redact, withSecrets } from './secrets.ts';

/** Findings are asked about one by one; more is another file. */
const largestFindingBytes = 16 * 1_048_576;

export const alerts: AlertsProgram = {
  why: (place, id) => inStore(place, (store) => whyAlert(store, id)),
  route: async ({ alerting }, file) => wayOf(findingText(file), file, alerting, systemClock.now()),
  list: (place, isAll) => inStore(place, (store) => openAlerts(store, systemClock.now(), isAll)),
  silences: (place) => inStore(place, silencesIn),
  silence: (place, { startsMs = systemClock.now(), forMs, ...order }) =>
    inStore(place, (store) => addSilence(store, { ...order, startsMs, endsMs: startsMs + forMs }, systemClock.now())),
  expire: (place, id) => inStore(place, (store) => expireSilence(store, id, systemClock.now())),
  redeliver: ({ config, ...place }, { sink, output, signal }) =>
    inStore({ config, ...place }, async (store) => {
      const made = await outputsOf(await withSecrets(only(config, sink), plugins), output);
      try {
        const rows = await redeliver({ store, ...made, signal });
        return rows.map((row) => (row.firstFailure === undefined ? row : { ...row, firstFailure: { ...row.firstFailure, message: redact(row.firstFailure.message) } }));
      } finally {
        await Promise.allSettled([...made.sinks, ...made.notifiers].map((one) => one.close?.()));
      }
    }),
  test: async (config, { sink, output, onRow }) => sendTests({ ...(await outputsOf(await withSecrets(only(config, sink), plugins), output)), nowMs: systemClock.now(), redact, onRow }),
};

async function inStore<Result>({ config, stateDir }: AlertsPlace, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = storeOf(config, stateDir);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The configuration with one of its outputs, or with all. Secrets of the others are not read. */
function only(config: Config, sink: string | undefined): Config {
  const names = [...config.sinks.keys()];
  if (names.length === 0) throw new FargazerError('usage', 'The configuration names no output. Add one, for example sinks: { slack: "${SLACK_WEBHOOK_URL}" }, and name the file with --config.');
  if (sink === undefined) return config;
  if (!config.sinks.has(sink)) throw new FargazerError('sink-unknown', `The configuration has no output ${JSON.stringify(sink.slice(0, 80)).slice(1, -1)}${suggestion(sink, names)}`);
  return { ...config, sinks: new Map([[sink, config.sinks.get(sink)]]) };
}

function findingText(file: string): string {
  try {
    // Standard input has no size.
    if (file !== '-' && statSync(file).size > largestFindingBytes) throw new FargazerError('usage', `${file}: this is more than findings to ask about; write one of them into a file.`);
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    if (error instanceof FargazerError) throw error;
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'ENOENT') throw new FargazerError('path-missing', `${file}: there is no such file.`, { cause: error });
    throw new FargazerError('path-unreadable', `${file}: ${code === 'EISDIR' ? 'this is a folder' : 'the file cannot be read'}.`, { cause: error });
  }
}
