/** A message as ntfy takes it: title and lines of plain text, urgency by priority, the severity's colour by tag. */
import type { Fact, Message, Severity } from '#contract';
import { plain } from '../../message/dialects.ts';
import { fit, fitText } from '../../message/fit.ts';
import { beginsParagraph } from '../../message/paragraphs.ts';
import { sparkline } from '../../message/picture.ts';
import { inQuotationMarks } from '../../message/quotations.ts';
import { statusWord, type Locale } from '../../message/severity.ts';

/** ntfy takes 4,096 bytes; what is longer it turns into a file to download. */
export const messageBytes = 4_096;
/** Room for the title where all of it goes through Google's or Apple's servers, which take 4,000 bytes in all. */
const titleBytes = 400;
const textBytes = 3_200;

/** 5 rings and vibrates for long, 4 for long, 3 for short, 2 makes no sound. */
const priorities: Readonly<Record<Severity, number>> = { critical: 5, high: 4, medium: 3, low: 2 };
const quiet = 2;

/** Names of emoji that ntfy puts before the title. */
const tags: Readonly<Record<Severity | 'resolved', string>> = { critical: 'red_circle', high: 'orange_circle', medium: 'yellow_circle', low: 'large_blue_circle', resolved: 'white_check_mark' };

export interface Publication {
  title: string;
  message: string;
  priority: number;
  tags: [string];
}

export function publication(message: Message, locale: Locale): Publication {
  const isOver = message.status === 'resolved';
  const said = (text: string): string => inQuotationMarks(text, locale, plain.escape);
  const fact = (one: Fact): string => `${beginsParagraph(one) ? '\n' : ''}${one.label === undefined ? '' : `${one.label}: `}${said(one.text)}`;
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  return {
    title: fitText(message.title, titleBytes, said, Buffer.byteLength) || '…',
    message: fit(message, {
      limit: textBytes,
      measure: Buffer.byteLength,
      // The title is a field of its own.
      head: () => `${statusWord(message, locale)}${drawn === '' ? '' : `\n${drawn}`}`,
      fact,
      between: '\n',
      withMore: false,
    }),
    priority: isOver ? quiet : priorities[message.severity],
    tags: [tags[isOver ? 'resolved' : message.severity]],
  };
}
