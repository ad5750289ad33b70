/** Options of the output `google-chat`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const googleChatOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of a webhook of a space (https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…); a secret in itself.'),
  ...readerOptions,
  ...httpOptions,
});
