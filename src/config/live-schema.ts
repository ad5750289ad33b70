/** The part of a configuration that `fargazer consume` reads: where telemetry comes from, where state is kept, and how it is walked. */
import { z } from 'zod';
import { durationExpected, formatDuration, parseDuration } from './duration.ts';
import { addressExpected, parseAddress } from './listen-address.ts';
import { optionalKeys } from './optional-keys.ts';

/** A duration as people write it; milliseconds after parsing. */
export function durationBetween(leastMs: number, mostMs: number): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const durationMs = parseDuration(text);
    const isWithin = durationMs !== undefined && durationMs >= leastMs && durationMs <= mostMs;
    if (isWithin) return durationMs;
    const bounds = durationMs === undefined ? '' : ` from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
    context.addIssue({ code: 'custom', message: `expected ${durationExpected}${bounds}, found ${JSON.stringify(text.slice(0, 80))}` });
    return z.NEVER;
  });
}

export const duration = durationBetween(0, Number.POSITIVE_INFINITY);

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Each source has lanes, buffers and calls of its own; who needs more wants more processes. */
const mostSources = 64;

/** OpenTelemetry's exporters for Prometheus listen on this port, so examples for scrapers fit. */
export const standardAddress = '127.0.0.1:9464';

const address = z.string().transform((text, context) => {
  const parsed = parseAddress(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `expected ${addressExpected}, found ${JSON.stringify(text.slice(0, 80))}` });
  return z.NEVER;
});

/** A mapping with one key, which says of what kind it is. */
function oneOf(what: string, kinds: ReadonlyMap<string, z.ZodType>): z.ZodObject {
  return optionalKeys(kinds).superRefine((value, context) => {
    const given = Object.keys(value);
    if (given.length === 1) return;
    const words = given.length === 0 ? 'nothing' : given.join(' and ');
    context.addIssue({ code: 'custom', message: `expected one ${what}, found ${words}` });
  });
}

export function liveKeys(sources: ReadonlyMap<string, z.ZodType>, stores: ReadonlyMap<string, z.ZodType>): Record<string, z.ZodType> {
  return {
    sources: z.array(oneOf('source', sources)).max(mostSources).optional().describe('Where `fargazer consume` reads telemetry from.'),
    store: oneOf('store', stores).optional().describe('Where `fargazer consume` keeps its state.'),
    http: z
      .strictObject({
        address: address.prefault(standardAddress).describe('Host and port of /healthz, /readyz and /metrics; `off` serves nothing. Every host but this machine itself lets others read it.'),
      })
      .optional()
      .describe('Health and metrics over HTTP.'),
    learnFor: durationBetween(minute, 366 * day).optional().describe('Teaches for so long from the first record on: what is seen then is usual, and nothing alerts.'),
    clock: z
      .enum(['arrival', 'ticks'])
      .default('arrival')
      .describe('How it is known that a record is late: by when its carrier got it, or by ticks that stand in the stream between records.'),
    flowFields: z.array(z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'the name of a field, such as srcaddr')).min(3).max(60).optional().describe('Fields of flow logs that come without a header line, in order; those of the recommended format where absent.'),
    checkpointEvery: durationBetween(second, hour).prefault('30s').describe('At most so much is read again after a crash.'),
    patience: durationBetween(10 * second, 7 * day).prefault('10m').describe('How long one failing lane may hold up the walk of all; what it gives later is late.'),
  };
}

/** The live part after parsing; what was not written is absent. */
export interface ParsedLive {
  sources?: Record<string, unknown>[];
  store?: Record<string, unknown>;
  http?: { address: { host: string; port: number } | 'off' };
  learnFor?: number;
  clock?: 'arrival' | 'ticks';
  flowFields?: string[];
  checkpointEvery?: number;
  patience?: number;
}
