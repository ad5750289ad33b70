/** Options of the sink `webhook`, as a configuration names them. */
import { z } from 'zod';

export const webhookOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where alerts are sent; a secret in itself.'),
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]+$/).describe('whsec_ and 24 to 64 bytes in base64 (Standard Webhooks).'),
  timeoutMs: z.int().min(1_000).max(60_000).optional().describe('For the whole exchange, milliseconds; 15,000 where absent.'),
  allowPrivate: z.boolean().optional().describe('Reach addresses of this machine and of private networks too.'),
});
