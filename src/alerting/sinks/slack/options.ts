/** Options of the output `slack`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const slackOptions = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).optional().describe('Incoming webhook; a secret in itself. Each notification is a message of its own.'),
    token: z.string().min(1).optional().describe('Bot token (xoxb-…) with the scope chat:write, instead of url: updates change their message and are told in its thread, where the picture of the evidence is shown if the token has files:write too.'),
    channel: z.string().min(1).max(80).optional().describe('Channel id (C…) or name for the bot token; the app must be in it.'),
    apiUrl: z.url({ protocol: /^https?$/ }).optional().describe('Where the Web API is; https://slack.com/api where absent.'),
    ...readerOptions,
    ...httpOptions,
  })
  .refine(({ url, token }) => (url === undefined) !== (token === undefined), 'needs either url (an incoming webhook) or token and channel (a bot)')
  .refine(({ token, channel }) => (token === undefined) === (channel === undefined), 'token and channel go together');
