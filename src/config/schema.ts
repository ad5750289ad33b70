/** The schema of a configuration, put together from what the plugins of this build accept. */
import { z } from 'zod';
import { defaultLatenessMs, FargazerError, feedNames, severities, type FeedName, type Severity } from '#contract';
import { alertingKeys, type ParsedAlerting } from './alerting-schema.ts';
import { allowanceFault, allowanceSchema, type Allowance } from './allowance.ts';
import { formatDuration } from './duration.ts';
import { duration, liveKeys, type ParsedLive } from './live-schema.ts';
import { optionalKeys } from './optional-keys.ts';
import type { Shorthands } from './sinks-shorthand.ts';

/** What a build ships: option schemas by id. Options of a detector are an object schema. */
export interface Plugins {
  detectors: ReadonlyMap<string, z.ZodType>;
  /** Schemas of sinks that need settings; absent where none does. */
  sinks?: ReadonlyMap<string, z.ZodType>;
  /** Of sinks, the option that a mere text stands for. */
  shorthands?: Shorthands;
  /** Schemas of live sources and of stores, by kind. */
  sources?: ReadonlyMap<string, z.ZodType>;
  stores?: ReadonlyMap<string, z.ZodType>;
}

/** What a person may set for every detector, whatever its own options. */
const everyDetector = {
  enabled: z.boolean().default(true).describe('false switches the detector off.'),
  severity: z.enum(severities).optional().describe("Instead of the detector's own severity."),
};

const allowance = allowanceSchema.superRefine((value, context) => {
  const fault = allowanceFault(value);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: ['value'], message: `${fault}, found ${JSON.stringify(value.value.slice(0, 80))}` });
});

/** More would slow every judgement down; a range or a pattern says the same in one entry. */
const mostAllowances = 1_000;

function detectorSchema(id: string, options: z.ZodType): z.ZodType {
  if (!(options instanceof z.ZodObject)) throw new FargazerError('internal', `The options of detector ${id} are no object schema.`);
  return options.safeExtend(everyDetector);
}

/** The parts of a configuration after parsing; what was not written is absent. */
export interface ParsedConfig extends ParsedLive, ParsedAlerting {
  detectors?: Record<string, { enabled: boolean; severity?: Severity; [option: string]: unknown }>;
  allow?: Allowance[];
  /** Milliseconds by feed. */
  lateness?: Partial<Record<FeedName, number>>;
  sinks?: Record<string, unknown>;
}

export function configSchema({ detectors, sinks = new Map(), sources = new Map(), stores = new Map() }: Plugins): z.ZodObject {
  return z.strictObject({
    detectors: optionalKeys([...detectors].map(([id, options]) => [id, detectorSchema(id, options)]))
      .optional()
      .describe('Options by detector.'),
    allow: z.array(allowance).max(mostAllowances).optional().describe('What is usual whatever the baseline says.'),
    lateness: optionalKeys(feedNames.map((feed) => [feed, duration.describe(`A duration such as 30s, 10m, 24h; ${formatDuration(defaultLatenessMs[feed])} where absent.`)]))
      .optional()
      .describe('How long after its event time a record of a feed may still arrive.'),
    sinks: optionalKeys(sinks).optional().describe('Settings by output.'),
    ...alertingKeys,
    ...liveKeys(sources, stores),
  });
}
