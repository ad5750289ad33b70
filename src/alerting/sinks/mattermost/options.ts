/** Options of the output `mattermost`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const mattermostOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of an incoming webhook (https://mattermost.example/hooks/KEY); a secret in itself.'),
  channel: z.string().regex(/^@?[\w.-]{1,64}$/, 'expected the name of a channel as it stands in its address').optional().describe("Another channel than the webhook's own, by the name in its address, or @user; the webhook must not be locked to its channel."),
  username: z.string().min(1).max(64).optional().describe('Name shown as the sender, where the server lets webhooks choose one.'),
  ...readerOptions,
  ...httpOptions,
});
