/**
 * A notification as a mail: text and HTML, headers that keep the mails of one key together.
 * Format: RFC 5322 (Message-ID, In-Reply-To, References; section 3.6.4), RFC 3834 (Auto-Submitted), so that no holiday notice answers.
 */
import type { JsonValue, Message, Notification } from '#contract';
import { html } from '../../message/dialects.ts';
import { fitText } from '../../message/fit.ts';
import type { Reader } from '../../message/moment.ts';
import { picturePng } from '../../message/picture-png.ts';
import { sparkline } from '../../message/picture.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import { messageColour, severityWord } from '../../message/severity.ts';

export interface Mail {
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** Of the mail this one belongs beneath; absent in the first of a key. */
  inReplyTo?: string;
  references: string[];
  /** The picture of the evidence, which the HTML shows by its id; nothing is loaded from elsewhere. */
  attachments?: { filename: string; cid: string; contentType: string; contentDisposition: 'inline'; content: Buffer }[];
}

/** What is kept of the first mail of a key. */
export interface MailReceipt {
  /** Mail programs keep together what has one subject. */
  subject: string;
  /** The id that the service gave it, where it gives its own. */
  messageId?: string;
}

/** Longer subjects are cut by whoever shows them. */
const subjectCharacters = 150;

export function mailOf(notification: Notification, message: Message, reader: Reader, domain: string, before: MailReceipt | undefined): Mail {
  const { key, sequence } = notification;
  const name = key.replace(/[^\w-]/g, '').slice(0, 64);
  const root = `<fargazer.${name}@${domain}>`;
  const isFirst = sequence <= 1;
  const subject = before === undefined ? oneLine(fitText(`[${severityWord(message.severity, reader.locale)}] ${message.title}`, subjectCharacters, (text) => text)) : `Re: ${before.subject}`;
  const firstId = before?.messageId ?? root;
  return {
    subject,
    text: textOf(message, reader),
    html: htmlOf(message, reader),
    messageId: isFirst ? root : `<fargazer.${name}.${sequence}@${domain}>`,
    ...(isFirst ? {} : { inReplyTo: firstId }),
    // The root stands in all of them, so that they find each other where a service gave the first another id.
    references: isFirst ? [] : [...new Set([root, firstId])],
    ...(message.picture === undefined ? {} : { attachments: [{ filename: 'evidence.png', cid: pictureId, contentType: 'image/png', contentDisposition: 'inline' as const, content: picturePng(message.picture, drawnSize) }] }),
  };
}

/** The only part of a mail that is referred to. */
export const pictureId = 'evidence@fargazer';
/** Drawn twice as large as it is shown, for dense screens. */
const shownSize = { widthPx: 300, heightPx: 60 };
const drawnSize = { widthPx: 2 * shownSize.widthPx, heightPx: 2 * shownSize.heightPx };

/** Headers end where a line ends: there is none in them. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function textOf(message: Message, { locale }: Reader): string {
  const fact = ({ label, text }: Message['facts'][number]): string => (label === undefined ? text : `${label}: ${text}`);
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const parts = [`${message.title} (${severityWord(message.severity, locale)})`, ...message.facts.map(fact), drawn, ...(message.more.length === 0 ? [] : ['--', ...message.more.map(fact)])];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Beside black and white; both at contrast 6 or better. */
const aside = '#5c5c5c';
/** For programs that know it and readers who asked for dark; the others show what stands at the elements. */
const darkStyle = '<style>@media (prefers-color-scheme:dark){.page{background:#1b1b1b!important;color:#e6e6e6!important}.aside{color:#a8a8a8!important}}</style>';

/** Mail programs know little CSS: everything stands at its element but what is for dark screens, and nothing is loaded. The severity's colour is a rule beside the text, for as text it would be too pale. */
function htmlOf(message: Message, { locale }: Reader): string {
  const fact = ({ label, text }: Message['facts'][number], style: string, of = ''): string => `<p${of === '' ? '' : ` class="${of}"`} style="${style}">${label === undefined ? '' : `${html.bold(label)}: `}${withQuotations(text, html)}</p>`;
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">${darkStyle}</head>`,
    '<body class="page" style="margin:0;padding:16px;font-family:system-ui,-apple-system,\'Segoe UI\',\'Hiragino Sans\',\'Noto Sans JP\',sans-serif;font-size:15px;line-height:1.5;background:#ffffff;color:#1f1f1f">',
    `<div style="max-width:640px;border-left:4px solid ${messageColour(message)};padding-left:14px">`,
    `<p style="margin:0 0 10px;font-size:17px">${message.title.trim() === '' ? '' : `<b>${inQuotationMarks(message.title, locale, html.escape)}</b>`} <span>· ${html.escape(severityWord(message.severity, locale))}</span></p>`,
    ...message.facts.map((one) => fact(one, 'margin:0 0 8px')),
    ...(drawn === '' ? [] : [pictured(drawn, message.picture?.caption ?? '')]),
    ...message.more.map((one) => fact(one, `margin:0 0 4px;font-size:13px;color:${aside}`, 'aside')),
    '</div></body></html>',
  ].join('\n');
}

/** Programs that show no pictures show the blocks. */
function pictured(drawn: string, caption: string): string {
  const { widthPx, heightPx } = shownSize;
  const image = `<img src="cid:${pictureId}" width="${widthPx}" height="${heightPx}" alt="${html.escape(drawn)}" style="display:block;max-width:100%">`;
  return `<div class="aside" style="margin:0 0 8px;font-size:13px;color:${aside}">${image}${html.escape(caption)}</div>`;
}

/** A receipt as it was kept; undefined where it is none of ours. */
export function mailReceipt(value: JsonValue | undefined): MailReceipt | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { subject, messageId } = value;
  if (typeof subject !== 'string' || subject === '' || subject.length > subjectCharacters) return undefined;
  return { subject: oneLine(subject), ...(typeof messageId === 'string' && /^<[^<>\s]{1,200}>$/.test(messageId) ? { messageId } : {}) };
}
