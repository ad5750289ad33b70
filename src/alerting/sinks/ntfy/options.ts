/** Options of the output `ntfy`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const ntfyOptions = z.strictObject({
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'expected up to 64 letters, digits, hyphens and underscores').describe('Topic; on a public server its name is its password.'),
  url: z.url({ protocol: /^https?$/ }).optional().describe('Server, without the topic; https://ntfy.sh where absent.'),
  token: z.string().regex(/^tk_[\w]{8,100}$/, 'expected an access token, tk_…').optional().describe('Access token of a protected topic; a secret.'),
  ...readerOptions,
  ...httpOptions,
});
