/** Options of the sink `eventbridge`, as a configuration names them. */
import { z } from 'zod';
import { awsOptions, regionName } from '../../aws/settings.ts';
import { concurrencyOption } from '../../concurrency.ts';

/** A bus by name or by ARN, in any partition (API reference of PutEvents, `EventBusName`). */
const busName = /^(?:arn:aws(?:-[a-z]+)*:events:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

export const eventBridgeOptions = z.strictObject({
  bus: z.string().regex(busName, 'expected the name or ARN of an event bus').default('default').describe('Event bus, by name or ARN; `default` where absent.'),
  region: regionName.describe('Region of the bus.'),
  source: z.string().regex(/^(?!aws\.)[A-Za-z0-9._/-]{1,256}$/, 'expected letters, digits and ._/- ; names that begin with aws. are those of AWS').default('fargazer').describe('`source` of the events, for rules to match.'),
  ...awsOptions,
  ...concurrencyOption,
});

export type EventBridgeOptions = z.input<typeof eventBridgeOptions>;
