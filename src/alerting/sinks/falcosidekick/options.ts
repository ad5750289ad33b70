/** Options of the sink `falcosidekick`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';

export const falcosidekickOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of Falcosidekick, such as http://falcosidekick.internal:2801/.'),
  ...httpOptions,
});

export type FalcosidekickOptions = z.input<typeof falcosidekickOptions>;
