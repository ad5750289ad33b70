/** The sink `email`: a notification as a mail by SMTP or Amazon SES, those of one key in one conversation. */
import type { SendMailOptions } from 'nodemailer';
import { FargazerError, systemClock, type Clock, type JsonValue, type Notification, type Notifier } from '#contract';
import type { AwsDependencies } from '../../aws/settings.ts';
import { compose } from '../../message/compose.ts';
import { readerOf } from '../../message/reader-options.ts';
import { mailOf, mailReceipt, type Mail } from './mail.ts';
import type { EmailOptions } from './options.ts';
import { sesSender } from './ses.ts';
import { smtpSender, type SmtpDependencies } from './smtp.ts';

export interface EmailDependencies extends AwsDependencies, SmtpDependencies {
  clock?: Clock;
}

export function email(options: EmailOptions, dependencies: EmailDependencies = {}): Notifier {
  const { from, smtp, ses } = options;
  const { clock = systemClock } = dependencies;
  const reader = readerOf(options);
  const to = [options.to].flat();
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? 'fargazer.invalid';
  const sender = smtp === undefined ? bySes() : bySmtp(smtp);

  function bySmtp(settings: NonNullable<typeof smtp>): { send: (mail: SendMailOptions) => Promise<string | undefined>; close?: () => Promise<void> } {
    const send = smtpSender(settings, dependencies);
    return { send: (mail) => send(mail).then(() => undefined) };
  }

  function bySes(): { send: (mail: SendMailOptions) => Promise<string | undefined>; close?: () => Promise<void> } {
    if (ses === undefined) throw new FargazerError('config-invalid', 'email needs either smtp (a mail server) or ses (Amazon SES).');
    const made = sesSender(ses, dependencies);
    return { send: (mail) => made.send(mail, from, to), close: () => made.close() };
  }

  return {
    name: 'email',
    async notify(notification, given): Promise<JsonValue> {
      const before = mailReceipt(given);
      const mail = mailOf(notification, await compose(notification, reader), reader, domain, before);
      const givenId = await sender.send(envelope(mail, notification));
      if (before !== undefined) return { ...before };
      return { subject: mail.subject, ...(givenId === undefined ? {} : { messageId: givenId }) };
    },
    ...(sender.close === undefined ? {} : { close: sender.close }),
  };

  function envelope(mail: Mail, { key, sequence }: Notification): SendMailOptions {
    return {
      from, to, ...mail,
      date: new Date(clock.now()),
      // A repeat is the same mail.
      baseBoundary: `${key.replace(/[^\w-]/g, '').slice(0, 40)}-${sequence}`,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'X-Fargazer-Key': key.replace(/[^\w-]/g, '').slice(0, 64) },
      xMailer: false,
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }
}
