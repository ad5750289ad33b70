/** Options of the sink `sns`, as a configuration names them. */
import { z } from 'zod';

/** `arn:aws:sns:REGION:ACCOUNT:NAME`, in any partition; names of FIFO topics end in `.fifo`. */
const topicArn = /^arn:aws(?:-[a-z]+)*:sns:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

export const snsOptions = z.strictObject({
  topicArn: z.string().regex(topicArn, { error: 'expected the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:alerts' }).describe('Topic that alerts are published to.'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/).optional().describe('Region of the endpoint; that of the topic where absent.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another endpoint than that of the region: a VPC endpoint, a stand-in for tests.'),
  timeoutMs: z.int().min(1_000).max(60_000).optional().describe('For the whole exchange, milliseconds; 10,000 where absent.'),
});

export type SnsOptions = z.infer<typeof snsOptions>;
