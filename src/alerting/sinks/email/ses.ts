/**
 * Mail by Amazon SES: the same bytes that SMTP would carry, as raw content.
 * Format: Amazon SES API v2 reference, SendEmail (RawMessage; 40 MB, 50 recipients). SES puts its own Message-ID in, `<MessageId@REGION.amazonses.com>`.
 */
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SendMailOptions } from 'nodemailer';
import { SinkError } from '#contract';
import { awsFailure, type AwsPlace } from '../../aws/failure.ts';
import { clientSettings, type AwsDependencies } from '../../aws/settings.ts';
import type { SesOptions } from './options.ts';

export interface SesSender {
  /** Gives the Message-ID that recipients see. */
  send(mail: SendMailOptions, from: string, to: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** SES counts 40 MB after encoding; a mail of ours is a thousandth of it. */
export function sesSender(options: SesOptions, dependencies: AwsDependencies): SesSender {
  const { region, configurationSet } = options;
  const place: AwsPlace = { service: 'SES', target: `mail in ${region}`, permission: 'ses:SendEmail' };
  let made: Promise<SESv2Client> | undefined;

  async function client(): Promise<SESv2Client> {
    const kit = await import('@aws-sdk/client-sesv2');
    return new kit.SESv2Client(clientSettings(region, options, dependencies));
  }

  return {
    async send(mail, from, to) {
      const [{ SendEmailCommand }, { createTransport }] = await Promise.all([import('@aws-sdk/client-sesv2'), import('nodemailer')]);
      const { message } = await createTransport({ streamTransport: true, buffer: true, newline: 'windows' }).sendMail(mail);
      if (!Buffer.isBuffer(message)) throw new SinkError('rejected', 'The mail could not be put together.', false);
      made ??= client();
      try {
        const answer = await (await made).send(
          new SendEmailCommand({
            FromEmailAddress: from, Destination: { ToAddresses: [...to] }, Content: { Raw: { Data: message } },
            ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
          }),
        );
        if (answer.MessageId === undefined || answer.MessageId === '') throw new SinkError('receiver-failed', 'SES gave no id for a mail; it may not have it.', true);
        return `<${answer.MessageId}@${region === 'us-east-1' ? 'email' : region}.amazonses.com>`;
      } catch (error) {
        if (error instanceof SinkError) throw error;
        throw sesFailure(error, place);
      }
    },
    async close() {
      (await made)?.destroy();
    },
  };
}

/** Errors that are SES's own (SendEmail, "Errors"). */
function sesFailure(error: unknown, place: AwsPlace): SinkError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'MessageRejected') return new SinkError('rejected', 'SES rejected the mail: sender or recipient are not verified, or its content is refused.', false);
  if (name === 'MailFromDomainNotVerifiedException') return new SinkError('denied', "SES does not know the sender's domain as verified; verify it, or correct the option from.", false);
  if (name === 'AccountSuspendedException') return new SinkError('denied', 'SES has suspended sending for this account; see its console.', false);
  // A person lifts it, often within the hour.
  if (name === 'SendingPausedException') return new SinkError('not-now', 'Sending is paused for this SES account or configuration set.', true);
  return awsFailure(error, place);
}
