/** Options of the sink `opsgenie`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

/** What both services of this protocol take. */
export const genieOptions = {
  apiKey: z.string().regex(/^[\w-]{16,128}$/, 'expected the key of an API integration').describe('Key of an API integration; a secret.'),
  // The documentation allows 20 tags of 50 characters.
  tags: z.array(z.string().min(1).max(50)).max(18).optional().describe('Tags of every alert, beside `fargazer` and its severity.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe("Another address than the service's own: a proxy, a stand-in for tests."),
  ...readerOptions,
  ...httpOptions,
};

export const opsgenieOptions = z.strictObject({
  region: z.enum(['us', 'eu']).default('us').describe('Service region of the account.'),
  ...genieOptions,
});

export type OpsgenieOptions = z.input<typeof opsgenieOptions>;
