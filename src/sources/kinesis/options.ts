/** Options of the source `kinesis`, as a configuration names them. */
import { z } from 'zod';

/** Names of streams, of consumers and their ARNs, as the Kinesis API takes them. */
const streamPattern = /^(?:[a-zA-Z0-9_.-]{1,128}|arn:aws[a-z-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]{1,128})$/;
const consumerPattern = /^(?:[a-zA-Z0-9_.-]{1,128}|arn:aws[a-z-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]{1,128}\/consumer\/[a-zA-Z0-9_.-]{1,128}:\d+)$/;

/** Under one idle call a second and shard; a shard allows five, for all its readers together. */
export const defaultPollMs = 1_200;

export const kinesisOptions = z.strictObject({
  stream: z.string().regex(streamPattern, 'the name or the ARN of a stream').describe('Name or ARN of the stream.'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as eu-central-1').optional().describe('Region of the stream; that of its ARN or of the environment where absent.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another address of Kinesis: a VPC endpoint, a local stand-in.'),
  start: z
    .union([z.enum(['trim-horizon', 'latest']), z.iso.datetime({ offset: true })])
    .default('latest')
    .describe('Where a stream that was never read begins: at its oldest record (trim-horizon), now (latest), or at a time (ISO 8601). What was read already goes on where it stopped.'),
  pollMs: z.int().min(1_000).max(60_000).default(defaultPollMs).describe('How long a shard that gave everything is left alone, milliseconds.'),
  consumer: z.string().regex(consumerPattern, 'the name or the ARN of a registered consumer').optional().describe('Name or ARN of a registered consumer: its shards are read by enhanced fan-out, 2 MB/s each of its own, at a price of its own.'),
});

/** As parsed: what `kinesis` is given. */
export type KinesisOptions = z.output<typeof kinesisOptions>;
