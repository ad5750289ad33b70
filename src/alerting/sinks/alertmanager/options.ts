/** Options of the sink `alertmanager`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';

export const alertmanagerOptions = z.strictObject({
  url: z.union([z.url({ protocol: /^https?$/ }), z.array(z.url({ protocol: /^https?$/ })).min(1).max(8)]).describe('Address of Alertmanager without its path, such as http://alertmanager.internal:9093; of a cluster, those of all its members.'),
  bearerToken: z.string().min(1).optional().describe('Sent as Authorization: Bearer; a secret.'),
  username: z.string().regex(/^[^:\r\n]{1,200}$/).optional().describe('User name of basic authentication.'),
  password: z.string().optional().describe('Password of basic authentication; a secret.'),
  resendMs: z.int().min(5_000).max(3_600_000).default(60_000).describe('What fires is sent again after so long, milliseconds, for Alertmanager forgets it over a restart.'),
  staleMs: z.int().min(60_000).max(86_400_000).default(3_600_000).describe('What was not sent again for so long counts as over to Alertmanager, milliseconds; more than the 30 quiet minutes after which an alert is resolved.'),
  ...httpOptions,
});

export type AlertmanagerOptions = z.input<typeof alertmanagerOptions>;
