/** Mail: by SMTP or SES with HTML, and from a topic as plain text. */
import { mailOf, pictureId } from '../sinks/email/mail.ts';
import { notificationText } from '../sinks/sns/notification-text.ts';
import { escaped, type Screen } from './screen.ts';

function letter(from: string, subject: string, body: string): string {
  return `<div class="mail"><div class="subject">${escaped(subject)}</div><div class="from">${escaped(from)}</div>${body}</div>`;
}

export const emailScreen: Screen = {
  id: 'email',
  name: 'email',
  title: 'Email',
  about: 'Later notifications are answers to the first mail.',
  render({ notification, message, reader }) {
    const mail = mailOf(notification, message, reader, 'example.com', undefined);
    const [image] = mail.attachments ?? [];
    const shown = image === undefined ? mail.html : mail.html.replace(`cid:${pictureId}`, `data:image/png;base64,${image.content.toString('base64')}`);
    const [style = ''] = /<style>[^]*<\/style>/.exec(mail.html) ?? [];
    const body = /<body([^>]*)>([^]*)<\/body>/.exec(shown);
    // In a tree of its own the style of this page does not reach it.
    return letter('fargazer <alerts@example.com>', mail.subject, `<div class="html"><template shadowrootmode="open">${style}<div${body?.[1] ?? ''}>${body?.[2] ?? ''}</div></template></div>`);
  },
};

export const snsScreen: Screen = {
  id: 'sns',
  name: 'sns',
  title: 'SNS as mail (format text)',
  about: 'Each notification is a mail.',
  render({ notification, message, reader }) {
    const { subject, text } = notificationText(notification, message, reader);
    return letter('AWS Notifications <no-reply@sns.amazonaws.com>', subject, `<pre>${escaped(text).replaceAll('<br>', '\n')}</pre>`);
  },
};
