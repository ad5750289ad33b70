/** A notification as an SNS message in plain text: a subject for mail, a text for people, attributes for filter policies. */
import type { Fact, Message, Notification } from '#contract';
import { composeIn } from '../../message/compose.ts';
import { english } from '../../message/english.ts';
import { plain } from '../../message/dialects.ts';
import { fit } from '../../message/fit.ts';
import { beginsParagraph } from '../../message/paragraphs.ts';
import { sparkline } from '../../message/picture.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import type { Reader } from '../../message/moment.ts';
import { statusWord } from '../../message/severity.ts';
import { asciiSubject, type SnsMessage } from './message.ts';

/** SNS takes 262,144 bytes; text messages to telephones are cut after 1,600, which a message of usual length stays below. */
const textBytes = 100_000;

export function notificationText(notification: Notification, message: Message, reader: Reader): SnsMessage {
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const said = (some: string): string => inQuotationMarks(some, reader.locale, plain.escape);
  const first = new Set<Fact>(message.facts);
  const text = fit(message, {
    limit: textBytes,
    measure: Buffer.byteLength,
    head: ({ title }) => `${said(title)} · ${statusWord(message, reader.locale)}${drawn === '' ? '' : `\n\n${drawn}`}`,
    // An empty line between paragraphs; what is beyond the first look is one.
    fact: (fact) => `${first.has(fact) && beginsParagraph(fact) || fact === message.more[0] ? '\n' : ''}${fact.label === undefined ? '' : `${fact.label}: `}${said(fact.text)}`,
    between: '\n',
    withMore: true,
  });
  return { subject: subject(notification, reader), text: `${text}\n`, attributes: attributesOf(notification, message) };
}

/** Subjects are ASCII, so that they are English in every language: `[high] checkout sent 41 MB …`. */
export function subject(notification: Notification, { timeZone }: Reader): string {
  const { status, severity, title } = composeIn(english, notification, { locale: 'en', timeZone });
  return asciiSubject(`[${status === 'resolved' ? 'resolved' : severity}] ${withQuotations(title, { escape: (text) => text, code: (text) => `'${text}'` })}`);
}

/** For filter policies, which match letter by letter: nothing in them comes from telemetry. */
export function attributesOf({ key, sequence, reason, status }: Notification, { severity }: Message): SnsMessage['attributes'] {
  const text = (StringValue: string): { DataType: 'String'; StringValue: string } => ({ DataType: 'String', StringValue });
  return { severity: text(severity), status: text(status), reason: text(reason), key: text(key), sequence: { DataType: 'Number', StringValue: String(sequence) } };
}
