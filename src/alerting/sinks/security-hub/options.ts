/** Options of the sink `security-hub`, as a configuration names them. */
import { z } from 'zod';
import { awsOptions, regionName } from '../../aws/settings.ts';
import { concurrencyOption } from '../../concurrency.ts';

export const securityHubOptions = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'expected the 12 digits of an account, in quotes').describe('Account whose Security Hub gets the findings; the one that the credentials belong to.'),
  region: regionName.describe('Region of that Security Hub.'),
  onResolve: z.enum(['archive', 'keep']).default('archive').describe('archive: what is over goes out of the view of active findings; keep: it stays until a person closes it.'),
  ...awsOptions,
  ...concurrencyOption,
});

export type SecurityHubOptions = z.input<typeof securityHubOptions>;
