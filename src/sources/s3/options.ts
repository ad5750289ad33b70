/** Options of the source `s3`, as a configuration names them. */
import { z } from 'zod';

export const s3Options = z.strictObject({
  queues: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .max(20)
    .describe('URLs of SQS queues that get the notifications of buckets: straight, by SNS or by EventBridge.'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/).optional().describe('AWS region of queues and buckets; that of the first queue, else of the environment, where absent.'),
  buckets: z
    .array(z.string().min(3).max(300))
    .min(1)
    .max(1_000)
    .optional()
    .describe('Only objects of these buckets are read; all that the queues name where absent, which whoever may send to a queue decides.'),
  waitS: z.int().min(1).max(20).default(20).describe('How long SQS holds a question open while a queue is empty, seconds.'),
  visibilityMs: z
    .int()
    .min(30_000)
    .max(3_600_000)
    .default(300_000)
    .describe('How long a message stays hidden from others, milliseconds; extended for as long as its object is being read.'),
  allowanceMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(60_000)
    .describe('A notification may come so long after its object, milliseconds: S3 delivers them mostly in seconds, at times in a minute or more.'),
  remembered: z
    .int()
    .min(100)
    .max(8_000)
    .default(4_000)
    .describe('Objects of a queue that are remembered as read: a notification that is delivered again is dropped as long as its object is among the last so many.'),
});

export type S3Options = z.infer<typeof s3Options>;
