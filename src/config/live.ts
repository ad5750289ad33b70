/** What the configuration says to `fargazer consume`, settled: nothing absent that has a default. */
import { recommendedFlowFields } from '#contract';
import { parseAddress } from './listen-address.ts';
import { standardAddress, type ParsedLive } from './live-schema.ts';

/** One source or store: its kind, and its options as its own schema parsed them. */
export interface PluginSettings {
  kind: string;
  options: unknown;
}

export interface LiveConfig {
  /** In the order of the file. */
  sources: PluginSettings[];
  store?: PluginSettings;
  /** Absent where nothing is served. */
  http?: { host: string; port: number };
  learnForMs?: number;
  clock: 'arrival' | 'ticks';
  flowFields: readonly string[];
  checkpointEveryMs: number;
  patienceMs: number;
}

/** `memory` stands for `memory: {}`, and so does a kind without options beneath it. */
export function asOneOf(value: unknown): unknown {
  if (typeof value === 'string') return { [value]: {} };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([kind, options]) => [kind, options ?? {}]));
}

export function settleLive({ sources = [], store, http, learnFor, clock = 'arrival', flowFields = [...recommendedFlowFields], checkpointEvery = 30_000, patience = 600_000 }: ParsedLive): LiveConfig {
  const address = http?.address ?? parseAddress(standardAddress);
  return {
    sources: sources.map(settingsOf),
    ...(store === undefined ? {} : { store: settingsOf(store) }),
    ...(address === undefined || address === 'off' ? {} : { http: address }),
    ...(learnFor === undefined ? {} : { learnForMs: learnFor }),
    clock,
    flowFields,
    checkpointEveryMs: checkpointEvery,
    patienceMs: patience,
  };
}

/** The one key and its value; the schema saw to it that there is one. */
function settingsOf(oneOf: Record<string, unknown>): PluginSettings {
  const [kind = '', options] = Object.entries(oneOf)[0] ?? [];
  return { kind, options };
}
