/** Alerts: findings of one fingerprint, as sinks and readers get them. The published JSON Schema is made of this. */
import { z } from 'zod';
import { severities } from './detector.ts';

const text = z.string();
const instant = z.iso.datetime().describe('ISO 8601, UTC, milliseconds.');

export const alertRecord = z.strictObject({
  file: text.describe('File or stream the record was read from.'),
  line: z.int().min(1).optional().describe('Line from 1, in files that hold a record a line.'),
  record: z.int().min(0).optional().describe('Record from 0, in files that hold one array or concatenated values.'),
  eventId: text.optional().describe("The record's own id, where it has one."),
  raw: text.optional().describe('The raw record, secrets masked, shortened; absent with --no-raw.'),
});

export const alertSeries = z.strictObject({
  unit: text,
  start: instant,
  stepSeconds: z.number().positive().describe('Seconds from one value to the next.'),
  values: z.array(z.number().nullable()).min(1).max(60).describe('Oldest first, the last is the one that is told; null where unknown.'),
  low: z.number().nullable().describe('Lower end of what is usual; null where there is none.'),
  high: z.number().nullable().describe('Upper end of what is usual; null where there is none.'),
});

export const alertSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: text.describe('Stable: detector, entity, object and start of the episode, hashed.'),
  revision: z.int().min(1).describe('Counts the updates of this alert.'),
  incident: text.nullable().describe('The story this alert is part of; null where incidents are not built.'),
  status: z.enum(['firing', 'resolved']).describe('Resolved after 30 quiet minutes of event time.'),
  detector: text,
  severity: z.enum(severities),
  title: text.describe('What happened, in one phrase.'),
  summary: text.describe('What happened and how unusual it is, in one sentence.'),
  firstSeen: instant,
  lastSeen: instant,
  count: z.int().min(1).describe('Observations in this alert.'),
  entity: z.strictObject({
    kind: text.describe('service, family, principal, workload, namespace, interface, host, stream, account, cluster'),
    name: text,
    account: text,
    region: text,
    cluster: text,
    container: text,
    instance: text.describe('Task, pod or session; empty where the alert is about the owner as a whole.'),
    phase: z.enum(['start', 'run', 'stop']),
    revision: text.optional().describe('Task-definition revision, where known.'),
  }),
  object: text.describe('What of the entity it is about: a destination, a kind of line, a metric, a call.'),
  attack: z.array(text).describe('MITRE ATT&CK technique ids.'),
  evidence: z.strictObject({
    observed: z.union([text, z.number()]),
    expected: z.union([text, z.number()]),
    unit: text,
    score: z.number().min(0).max(1).describe('0.5 and above deserves an alarm.'),
    records: z.array(alertRecord).max(5),
    series: alertSeries.optional().describe('Recent values of the number that was judged, where they are known.'),
  }),
  explanation: z.strictObject({
    history: text.describe('How much history stands behind it: since when, days, tasks.'),
    quiet: text.describe('What would have made it quiet.'),
    lookFirst: text.describe('What to look at first.'),
    deployment: text.optional().describe('A deployment that just happened.'),
  }),
});

export type AlertSeries = z.infer<typeof alertSeries>;
export type Alert = z.infer<typeof alertSchema>;
