/** Options of the output `mattermost`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const mattermostOptions = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of an incoming webhook (https://mattermost.example/hooks/KEY), a secret in itself; with token that of the server.'),
    token: z.string().regex(/^[\w-]{16,200}$/, 'expected the access token of a bot').optional().describe('Access token of a bot; a secret. Updates change their post and are told in its thread, and the picture of the evidence is shown.'),
    channel: z
      .string()
      .regex(/^@?[\w.-]{1,64}$/, 'expected the name of a channel as it stands in its address, or its id')
      .optional()
      .describe("With token the id of the channel (26 letters and digits, in the channel's information), of which the bot must be a member. With a webhook another channel than its own, by the name in its address, or @user; the webhook must not be locked to its channel."),
    username: z.string().min(1).max(64).optional().describe('Name shown as the sender, where the server lets webhooks choose one.'),
    ...readerOptions,
    ...httpOptions,
  })
  .refine(({ token, channel }) => token === undefined || /^[a-z0-9]{26}$/.test(channel ?? ''), 'token needs channel: the id of the channel, 26 letters and digits')
  .refine(({ token, url }) => token === undefined || !/\/hooks\/[^/]+\/?$/.test(URL.parse(url)?.pathname ?? ''), 'with token url is the address of the server, without /hooks/…')
  .refine(({ token, username }) => token === undefined || username === undefined, 'username is for webhooks; a bot has its own name');

export type MattermostOptions = z.input<typeof mattermostOptions>;
