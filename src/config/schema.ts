/** The schema of a configuration, put together from what the plugins of this build accept. */
import { z } from 'zod';
import { defaultLatenessMs, FargazerError, feedNames, severities, type FeedName, type Severity } from '#contract';
import { allowanceFault, allowanceSchema, type Allowance } from './allowance.ts';
import { durationExpected, formatDuration, parseDuration } from './duration.ts';

/** What a build ships: option schemas by id. Options of a detector are an object schema. */
export interface Plugins {
  detectors: ReadonlyMap<string, z.ZodType>;
  /** Schemas of sinks that need settings; absent where none does. */
  sinks?: ReadonlyMap<string, z.ZodType>;
}

/** What a person may set for every detector, whatever its own options. */
const everyDetector = {
  enabled: z.boolean().default(true).describe('false switches the detector off.'),
  severity: z.enum(severities).optional().describe("Instead of the detector's own severity."),
};

const duration = z
  .string()
  .transform((text, context) => {
    const durationMs = parseDuration(text);
    if (durationMs !== undefined) return durationMs;
    context.addIssue({ code: 'custom', message: `expected ${durationExpected}, found ${JSON.stringify(text.slice(0, 80))}` });
    return z.NEVER;
  });

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

/** An object with one optional key per entry, and no others. */
function optionalKeys(entries: Iterable<[string, z.ZodType]>): z.ZodType {
  return z.strictObject(Object.fromEntries([...entries].map(([key, schema]) => [key, schema.optional()])));
}

/** The parts of a configuration after parsing; what was not written is absent. */
export interface ParsedConfig {
  detectors?: Record<string, { enabled: boolean; severity?: Severity; [option: string]: unknown }>;
  allow?: Allowance[];
  /** Milliseconds by feed. */
  lateness?: Partial<Record<FeedName, number>>;
  sinks?: Record<string, unknown>;
}

export function configSchema({ detectors, sinks = new Map() }: Plugins): z.ZodObject {
  return z.strictObject({
    detectors: optionalKeys([...detectors].map(([id, options]) => [id, detectorSchema(id, options)]))
      .optional()
      .describe('Options by detector.'),
    allow: z.array(allowance).max(mostAllowances).optional().describe('What is usual whatever the baseline says.'),
    lateness: optionalKeys(feedNames.map((feed) => [feed, duration.describe(`A duration such as 30s, 10m, 24h; ${formatDuration(defaultLatenessMs[feed])} where absent.`)]))
      .optional()
      .describe('How long after its event time a record of a feed may still arrive.'),
    sinks: optionalKeys(sinks).optional().describe('Settings by output.'),
  });
}
