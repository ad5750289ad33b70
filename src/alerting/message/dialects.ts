/** Dialects: how each family of services writes plain text, bold and code, so that no text can be anything but itself. */
import { sanitize } from '../text.ts';
import { unlinked } from './plain.ts';

export interface Dialect {
  /** Any text, hostile or not, as one line that shows it and does nothing: no markup, no mention, no link. */
  escape(text: string): string;
  bold(text: string): string;
  code(text: string): string;
}

/** Marks of Slack's and Google Chat's markup; an underscore inside a word is none. */
const marks = /[*~`]|_(?![\p{L}\d])|(?<![\p{L}\d])_/gu;

/** Shows nothing and ends what a service would read on: a name after `@`, the marks of Slack's markup. */
const breaker = '\u200b';

const line = (text: string): string => unlinked(sanitize(text));

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Slack reads three signs as its own and has no way to escape those of markup, which only count at the edge of a word. */
function slackText(text: string): string {
  return line(text)
    .replace(/[&<>]/g, (sign) => entities[sign] ?? sign)
    .replace(marks, (mark) => `${breaker}${mark}${breaker}`)
    .replace(/:(?=[\w+'-]+:)/g, `:${breaker}`)
    .replace(/@(?=[\p{L}\d_])/gu, `@${breaker}`);
}

/** `*bold*`, `` `code` ``: Slack's mrkdwn. Where the service has structured text, use that instead. */
export const slackMrkdwn: Dialect = {
  escape: slackText,
  bold: (text) => (text.trim() === '' ? '' : `*${slackText(text)}*`),
  code: (text) => span(line(text).replace(/[&<>]/g, (sign) => entities[sign] ?? sign).replaceAll('`', "'")),
};

/** Every sign that CommonMark, Discord, Mattermost or Teams may read as markup stands behind a backslash; mentions, channels and tags are broken. */
function markdownText(text: string): string {
  return line(text)
    // Four blanks at the beginning of a line make it code.
    .replace(/^ +/, '')
    .replace(/[\\`*_{}[\]()<>#+|~!^$=]/g, (sign) => (sign === '#' || sign === '~' ? `\\${sign}${breaker}` : `\\${sign}`))
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/^([-–—•])(?= )/, '\\$1')
    .replace(/^(-{3,})$/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?= |$)/, '$1\\$2')
    .replace(/@(?=\S)/g, `@${breaker}`)
    .replace(/:(?=[\w+-]+:)/g, `:${breaker}`);
}

/** CommonMark as Discord, Mattermost and Teams render it. */
export const markdown: Dialect = {
  escape: markdownText,
  bold: (text) => (text.trim() === '' ? '' : `**${markdownText(text.trim())}**`),
  code: (text) => span(line(text).replaceAll('`', "'").replace(/@(?=\S)/g, `@${breaker}`)),
};

function htmlText(text: string): string {
  return line(text)
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)
    .replace(/@(?=[\p{L}\d_])/gu, `@${breaker}`)
    .replace(/(?<![\p{L}\d&/])([/#$])(?=[\p{L}\d_])/gu, `$1${breaker}`);
}

/** HTML for mail and Telegram: five signs as entities; what Telegram would make a mention, tag or command is broken. */
export const html: Dialect = {
  escape: htmlText,
  bold: (text) => (text.trim() === '' ? '' : `<b>${htmlText(text)}</b>`),
  code: (text) => `<code>${htmlText(text)}</code>`,
};

/** No markup at all. */
export const plainText: Dialect = { escape: line, bold: line, code: line };
export { plainText as plain };

/** Google Chat's text messages: Slack's marks, links and mentions in angle brackets that have no entity. */
function googleText(text: string): string {
  return line(text)
    .replace(/<(?=\S)/g, `<${breaker}`)
    .replace(marks, (mark) => `${breaker}${mark}${breaker}`)
    .replace(/@(?=[\p{L}\d_])/gu, `@${breaker}`);
}

export const googleChat: Dialect = {
  escape: googleText,
  bold: (text) => (text.trim() === '' ? '' : `*${googleText(text.trim())}*`),
  code: (text) => span(line(text).replaceAll('`', "'").replace(/<(?=\S)/g, `<${breaker}`)),
};

/** A code span in backticks; its text has none of them. */
function span(text: string): string {
  return text.trim() === '' ? '' : `\`${text}\``;
}
