/** Options of the sink `pagerduty`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const pagerDutyOptions = z.strictObject({
  routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'expected the 32 letters and digits of an integration key').describe('Integration key of a service or an event orchestration (Events API v2); a secret.'),
  region: z.enum(['us', 'eu']).default('us').describe('Service region of the account.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another address than events.pagerduty.com: a proxy, a stand-in for tests.'),
  ...readerOptions,
  ...httpOptions,
});

export type PagerDutyOptions = z.input<typeof pagerDutyOptions>;
