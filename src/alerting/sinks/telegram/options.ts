/** Options of the output `telegram`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const telegramOptions = z.strictObject({
  token: z.string().regex(/^\d{3,20}:[\w-]{20,100}$/, 'expected the token of a bot, as BotFather gives it').describe('Token of the bot; a secret.'),
  chatId: z.string().regex(/^(?:-?\d{1,20}|@\w{4,32})$/, 'expected an id such as -1001234567890, in quotes, or @name of a public channel').describe('Chat, group or channel that the bot is in: its id in quotes, or @name where it is public.'),
  topicId: z.int().min(1).optional().describe('Topic of a group that has topics (message_thread_id).'),
  apiUrl: z.url({ protocol: /^https?$/ }).optional().describe('Where the Bot API is; https://api.telegram.org where absent.'),
  ...readerOptions,
  ...httpOptions,
});
