/** Options of the output `sns`, as a configuration names them. */
import { z } from 'zod';
import { concurrencyOption } from '../../concurrency.ts';
import { readerOptions } from '../../message/reader-options.ts';

/** `arn:aws:sns:REGION:ACCOUNT:NAME`, in any partition; names of FIFO topics end in `.fifo`. */
const topicArn = /^arn:aws(?:-[a-z]+)*:sns:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

export const snsOptions = z.strictObject({
  topicArn: z.string().regex(topicArn, { error: 'expected the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:alerts' }).describe('Topic that alerts are published to.'),
  format: z.enum(['text', 'q-developer']).default('text').describe('`text` for mail, telephones and programs; `q-developer` for a topic whose only subscriber is Amazon Q Developer in chat applications, which shows a card and drops anything else.'),
  chat: z.enum(['slack', 'teams']).default('slack').describe('Where Amazon Q Developer shows the card; it decides how the text is escaped. For `q-developer` alone.'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/).optional().describe('Region of the endpoint; that of the topic where absent.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another endpoint than that of the region: a VPC endpoint, a stand-in for tests.'),
  timeoutMs: z.int().min(1_000).max(60_000).optional().describe('For the whole exchange, milliseconds; 10,000 where absent.'),
  ...readerOptions,
  ...concurrencyOption,
});

export type SnsOptions = z.input<typeof snsOptions>;
