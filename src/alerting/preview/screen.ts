/** What a service shows of a notification, drawn as HTML. */
import type { Message, Notification } from '#contract';
import type { Reader } from '../message/moment.ts';
import type { PictureFile } from '../message/picture-file.ts';

export interface Shown {
  notification: Notification;
  message: Message;
  reader: Reader;
}

export interface Screen {
  /** Of the place on the page; an output that has several ways has several. */
  id: string;
  /** Of the output, as a configuration names it. */
  name: string;
  title: string;
  /** One sentence: what later notifications of the same incident become there. */
  about: string;
  /** From the same body that the output sends; nothing of it is told anew. */
  render(shown: Shown): string;
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Any text as HTML, line breaks kept. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign).replaceAll('\n', '<br>');
}

/** The clock of the reader at the top of a chat message. */
export function postedAt({ notification, reader }: Shown): string {
  return new Intl.DateTimeFormat(reader.locale === 'ja' ? 'ja-JP' : 'en-GB', { hour: '2-digit', minute: '2-digit', timeZone: reader.timeZone }).format(notification.timeMs);
}

/** A message of an app in a chat: picture, name, time, and below them what it says. */
export function post(shown: Shown, kind: string, content: string): string {
  return `<div class="post ${kind}"><div class="face" aria-hidden="true">f</div><div class="said"><div class="by"><b>fargazer</b> <span class="app">APP</span> <time>${postedAt(shown)}</time></div>${content}</div></div>`;
}

/** The picture that a message brings, as wide as the service lets it be; nothing where there is none. */
export function shownPicture(file: PictureFile | undefined): string {
  return file === undefined ? '' : `<img class="picture" src="data:image/png;base64,${file.bytes.toString('base64')}" alt="${escaped(file.description)}">`;
}
