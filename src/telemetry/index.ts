/** Telemetry of our own: what happened becomes a log line and metrics, by one table. */
import type { DestinationStream } from 'pino';
import { systemClock, type Clock, type HappeningName, type Reporter } from '#contract';
import { entryOf, happeningTable, type Level } from './happening-table.ts';
import { listedFields } from './listed-fields.ts';
import { makeLog } from './log.ts';
import { makeMetrics } from './metrics.ts';
import { standardError } from './standard-error.ts';

export interface TelemetrySettings {
  version: string;
  clock?: Clock;
  /** `info` where absent. */
  level?: Level;
  /** Where lines go; standard error where absent. */
  destination?: DestinationStream;
}

export interface Telemetry {
  reporter: Reporter;
  /** What `/metrics` gives: the text format of Prometheus, and its content type. */
  registry: { readonly contentType: string; metrics(): Promise<string> };
  /** Writes what still waits to be written. */
  close(): void;
}

export function telemetry({ version, clock = systemClock, level = 'info', destination }: TelemetrySettings): Telemetry {
  const metrics = makeMetrics(version);
  const own = destination === undefined ? standardError(() => metrics.count('logLinesDropped', 1, {})) : undefined;
  const log = makeLog(clock, level, destination ?? own!);

  return {
    reporter: {
      happened(name, told) {
        const entry = entryOf(name);
        const fields = listedFields(entry, told as Readonly<Record<string, unknown>>);
        const labels = fields as Readonly<Record<string, string>>;
        for (const { counter, by, fixed } of entry.counts ?? []) metrics.count(counter, by === undefined ? 1 : amount(fields[by]), { ...labels, ...fixed });
        for (const { histogram, field, scale = 1 } of entry.observes ?? []) metrics.observe(histogram, amount(fields[field]) * scale);
        log.write(name, entry, fields);
      },
      stands: (name, rows) => metrics.stands(name, rows),
    },
    registry: metrics.registry,
    close: () => own?.flushSync(),
  };
}

function amount(value: string | number | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** For the documentation: every entry with its name. */
export function happeningEntries(): readonly { name: HappeningName; level: Level; says: string; fields: readonly string[] }[] {
  return (Object.keys(happeningTable) as HappeningName[]).map((name) => {
    const { level, says, fields } = entryOf(name);
    return { name, level, says, fields };
  });
}
