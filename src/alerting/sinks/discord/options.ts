/** Options of the output `discord`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const discordOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of a webhook (https://discord.com/api/webhooks/ID/TOKEN); a secret in itself.'),
  threadId: z.string().regex(/^\d{1,20}$/).optional().describe('Id of a thread of the channel, to write there.'),
  ...readerOptions,
  ...httpOptions,
});
