/** Options of the source `cloudwatch-logs`, as a configuration names them. */
import { z } from 'zod';

export const cloudWatchLogsOptions = z.strictObject({
  groups: z
    .array(z.string().regex(/^(?:[.\-_/#A-Za-z0-9]{1,512}\*?|arn:[a-z-]+:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512})$/))
    .min(1)
    .max(100)
    .describe('Log groups by name or ARN; a * at the end means every group that begins so, new ones included.'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/).optional().describe('AWS region; that of the environment where absent.'),
  filter: z.string().min(1).max(1_024).optional().describe('A filter pattern of CloudWatch Logs: only events that match are read.'),
  start: z.union([z.literal('latest'), z.iso.datetime({ offset: true })]).default('latest').describe('Where to begin without a saved position: latest, or a time.'),
  pollMs: z.int().min(1_000).max(300_000).default(5_000).describe('Between two looks at a group, milliseconds.'),
  settleMs: z
    .int()
    .min(0)
    .max(120_000)
    .default(10_000)
    .describe('Events are taken once they were ingested so long ago, milliseconds: ingested events become visible after a while and out of order.'),
  lookBackMs: z
    .int()
    .min(60_000)
    .max(14 * 86_400_000)
    .default(1_800_000)
    .describe('Events that are ingested later than this after their own time are not found, milliseconds.'),
  sweepMs: z.int().min(10_000).max(3_600_000).default(300_000).describe('Between two looks over the whole of lookBackMs, milliseconds.'),
  requestsPerSecond: z.number().min(0.2).max(100).default(4).describe('Requests to FilterLogEvents at most; AWS allows an account 5 a second and region.'),
  liveTail: z
    .boolean()
    .default(false)
    .describe('Listen by StartLiveTail instead of polling: sooner by seconds, charged by the minute, at most 500 events a second (more are sampled), and nothing of the time when nobody listened.'),
});

export type CloudWatchLogsOptions = z.infer<typeof cloudWatchLogsOptions>;
