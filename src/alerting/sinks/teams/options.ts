/** Options of the output `teams`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

export const teamsOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of a Workflow of Teams that posts what a webhook receives ("Send webhook alerts to a channel"); a secret in itself.'),
  ...readerOptions,
  ...httpOptions,
});
