/** Health: what a running fargazer says of itself over HTTP; free of telemetry content. */
import type { LaneHealth } from './live.ts';

/** How a sink does, for health and metrics. */
export interface SinkHealth {
  sink: string;
  state: 'idle' | 'delivering' | 'failing';
  /** Alerts that wait for it, as far as is known. */
  pending: number;
  deadLetters: number;
  /** Why it is failing: a sentence. */
  reason?: string;
  /** When it is tried again, clock time. */
  retryAtMs?: number;
}

/** How many services have a feed in a state of coverage (E21). */
export interface CoverageCount {
  feed: string;
  state: string;
  services: number;
}

export interface Health {
  phase: 'starting' | 'running' | 'stopping';
  /** Sentences on what it is not able to do; none where all is well. */
  troubles: readonly string[];
  /** Sentences on what it waits for before it is ready: lanes not read yet, state not loaded. */
  waitingFor: readonly string[];
  lanes: readonly (LaneHealth & { source: string })[];
  store?: { place: string; state: 'working' | 'failing'; reason?: string; savedMs?: number };
  sinks: readonly SinkHealth[];
  coverage: readonly CoverageCount[];
}
