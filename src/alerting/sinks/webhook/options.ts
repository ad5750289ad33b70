/** Options of the sink `webhook`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';

export const webhookOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where alerts are sent; a secret in itself.'),
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]+$/).optional().describe('whsec_ and 24 to 64 bytes in base64 (Standard Webhooks); without it requests are not signed.'),
  format: z.enum(['standard', 'cloudevents']).default('standard').describe('What is inside: `standard` is {type, timestamp, data} as Standard Webhooks shows it, `cloudevents` one event of CloudEvents 1.0 in structured mode. Both are signed alike.'),
  source: z.string().regex(/^[A-Za-z0-9:/?#@!$&'()*+,;=._~%-]{1,256}$/, 'expected a URI reference').optional().describe('For `cloudevents`: the source of the events, a URI reference; urn:fargazer where absent.'),
  ...httpOptions,
});
