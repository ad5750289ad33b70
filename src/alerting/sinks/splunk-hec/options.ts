/** Options of the sink `splunk-hec`, as a configuration names them. */
import { z } from 'zod';
import { httpOptions } from '../../http/options.ts';

/** HEC tokens and channels are GUIDs. */
const guid = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const word = z.string().regex(/^[\w.:-]{1,100}$/, 'expected up to 100 letters, digits and _.:-');

export const splunkHecOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the HTTP Event Collector without its path, such as https://http-inputs-acme.splunkcloud.com:443.'),
  token: z.string().regex(guid, 'expected the token of an HTTP Event Collector, a GUID').describe('HEC token; a secret.'),
  index: word.optional().describe("Index for the events; the token's own where absent."),
  sourcetype: word.default('fargazer:alert').describe('Source type of the events.'),
  host: word.optional().describe('Host of the events; the name of the service or principal where absent.'),
  channel: z.string().regex(guid, 'expected a GUID').optional().describe('Request channel, where the token has indexer acknowledgement switched on.'),
  ...httpOptions,
});

export type SplunkHecOptions = z.input<typeof splunkHecOptions>;
