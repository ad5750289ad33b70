/** The handler's log and metrics, by Powertools: JSON lines, and metrics in the embedded format; never telemetry content. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { FargazerError, type HappeningName, type Reporter } from '#contract';
import { plainName } from '../../telemetry/bounded-values.ts';
import { entryOf } from '../../telemetry/happening-table.ts';
import { sayings, type Level, type MetricName, type Saying, type SayingName } from './sayings.ts';

type Told = Readonly<Record<string, string | number | undefined>>;

export interface Journal {
  /** An invocation begins. */
  begin(context: Context): void;
  say(name: SayingName, told: Told): void;
  /** For what other rooms tell, by their own table. */
  reporter: Reporter;
  /** Writes the metrics of the invocation. */
  end(): void;
}

/** Of what other rooms tell these are counted here; the rest are lines only. */
const counted: Partial<Record<HappeningName, { metric: MetricName; by?: string }>> = {
  delivered: { metric: 'Delivered', by: 'alerts' },
  'delivery-failed': { metric: 'DeliveryFailures' },
  'delivery-given-up': { metric: 'DeliveriesGivenUp' },
};

/** Sentences of errors are ours; they name resources, and none is longer. */
const longestSentence = 600;

export function openJournal(version: string): Journal {
  const logger = new Logger({ serviceName: 'fargazer', persistentKeys: { version } });
  const metrics = new Metrics({ namespace: 'fargazer', serviceName: 'fargazer' });

  function write(name: string, level: Level, says: string, fields: Readonly<Record<string, string | number>>): void {
    logger[level](says.replace(/\{(\w+)\}/g, (_, field: string) => String(fields[field] ?? '')).trim(), { event: name, ...fields });
  }

  function count(metric: MetricName, by: number): void {
    // A sum of nothing is a metric that is paid for.
    if (by > 0 && Number.isFinite(by)) metrics.addMetric(metric, metric.endsWith('Bytes') ? MetricUnit.Bytes : MetricUnit.Count, by);
  }

  return {
    begin: (context) => logger.addContext(context),
    say(name, told) {
      const { level, says, fields, counts = [] }: Saying = sayings[name];
      const listed = listedFields(fields, told);
      for (const { metric, by } of counts) count(metric, by === undefined ? 1 : numberIn(listed[by]));
      write(name, level, says, listed);
    },
    reporter: {
      happened(name, told) {
        const { level, says, fields } = entryOf(name);
        const listed = listedFields(fields, told as Told);
        const found = counted[name];
        if (found !== undefined) count(found.metric, found.by === undefined ? 1 : numberIn(listed[found.by]));
        write(name, level, says, listed);
      },
      // CloudWatch asks for each series; what holds at a time is told by what happens.
      stands: () => undefined,
    },
    end: () => metrics.publishStoredMetrics(),
  };
}

/** What is told of an error: a code, and the sentence where it is one of ours. Others may quote what they read. */
export function toldOf(error: unknown): { code: string; sentence: string } {
  if (error instanceof FargazerError && error.code !== 'internal') return { code: error.code, sentence: error.message };
  const { name, code } = error instanceof Error ? (error as Error & { code?: unknown }) : { name: 'unknown', code: undefined };
  return { code: name === 'Error' && typeof code === 'string' ? code : name, sentence: '' };
}

/** Where an error came from: places in the bundle, without its message. */
export function placesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line)) : [];
  return lines.slice(0, 5).map((line) => line.trim().replace(/\(?(?:file:\/\/)?\/\S*\//, '(')).join('; ');
}

function listedFields(fields: readonly string[], told: Told): Record<string, string | number> {
  const listed: Record<string, string | number> = {};
  for (const field of fields) {
    const value = told[field];
    if (typeof value === 'number' && Number.isFinite(value)) listed[field] = value;
    else if (typeof value === 'string' && value !== '') listed[field] = plainName(value, field === 'sentence' || field === 'at' ? longestSentence : undefined);
  }
  return listed;
}

function numberIn(value: string | number | undefined): number {
  return typeof value === 'number' ? value : 0;
}
