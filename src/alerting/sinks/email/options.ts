/** Options of the sink `email`, as a configuration names them. */
import { z } from 'zod';
import { awsOptions, regionName } from '../../aws/settings.ts';
import { concurrencyOption } from '../../concurrency.ts';
import { exchangeOptions } from '../../http/options.ts';
import { readerOptions } from '../../message/reader-options.ts';

/** `name@host`, or with a name before it: `Alerts <alerts@example.com>`. No sign in it begins another header or another address. */
const mailbox = /^(?:[^<>"\\,;:@()[\]\p{Cc}]{1,80} <[^\s<>"\\,;:@()[\]\p{Cc}]{1,64}@[\p{L}\p{N}.-]{1,253}>|[^\s<>"\\,;:@()[\]\p{Cc}]{1,64}@[\p{L}\p{N}.-]{1,253})$/u;

const address = z.string().regex(mailbox, 'expected an address such as alerts@example.com, or Alerts <alerts@example.com>');

const smtp = z
  .strictObject({
    host: z.string().regex(/^[\w.:-]{1,253}$/, 'expected the name of a host').describe('Mail server.'),
    port: z.int().min(1).max(65_535).optional().describe('Port; 465 with tls: implicit, else 587, where absent.'),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls').describe('starttls and implicit send nothing before the server has proved who it is; none is for a relay on the same machine.'),
    username: z.string().min(1).max(500).optional().describe('User name, where the server asks for one.'),
    password: z.string().min(1).max(2_000).optional().describe('Password; a secret.'),
    ...exchangeOptions,
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), 'username and password go together')
  .refine(({ tls, password }) => tls !== 'none' || password === undefined, 'a password is not sent without TLS; use starttls or implicit');

const ses = z.strictObject({
  region: regionName.describe('Region of Amazon SES.'),
  configurationSet: z.string().regex(/^[\w-]{1,64}$/).optional().describe('Configuration set of SES to send with.'),
  ...awsOptions,
});

export const emailOptions = z
  .strictObject({
    from: address.describe('Sender; with SES an address or domain that is verified there.'),
    // SES takes 50 recipients a message.
    to: z.union([address, z.array(address).min(1).max(50)]).describe('Recipient or recipients, at most 50.'),
    smtp: smtp.optional().describe('Send by this mail server.'),
    ses: ses.optional().describe('Send by Amazon SES instead of a mail server.'),
    ...readerOptions,
    ...concurrencyOption,
  })
  .refine((options) => (options.smtp === undefined) !== (options.ses === undefined), 'needs either smtp or ses');

export type EmailOptions = z.input<typeof emailOptions>;
export type SmtpOptions = z.input<typeof smtp>;
export type SesOptions = z.input<typeof ses>;
