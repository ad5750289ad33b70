/** The markups of services as they show them: what our escaping missed is seen here, too. */
import { escaped } from './screen.ts';

/** Markdown as Discord and Mattermost read it, as far as we write it, and what would be read besides: slanted text and links. */
export function markdownHtml(text: string): string {
  const kept: string[] = [];
  const keep = (html: string): string => `\ue000${kept.push(html) - 1}\ue001`;
  const read = text
    .replace(/[\ue000\ue001]/g, '')
    .replace(/(?<!\\)`([^`]+)`/g, (_, code: string) => keep(`<code>${escaped(code)}</code>`))
    .replace(/\\([!-/:-@[-`{-~])/g, (_, sign: string) => keep(escaped(sign)));
  return escaped(read)
    .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
    .replace(/(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/g, '<i>$1</i>')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '<u class="link">$1</u>')
    .replace(/\ue000(\d+)\ue001/g, (_, index: string) => kept[Number(index)] ?? '');
}

/** Slack's mrkdwn: bold, code, and links in angle brackets; its three entities are those of HTML. */
export function mrkdwnHtml(text: string): string {
  return text
    .replaceAll('"', '&quot;')
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label?: string) => `<u class="link">${label ?? target}</u>`)
    .replace(/(?<![\w*\u200b])\*([^*\n\u200b]+)\*(?![\w*\u200b])/g, '<b>$1</b>')
    .replace(/(?<![\w`\u200b])`([^`\n]+)`(?![\w`\u200b])/g, '<code>$1</code>')
    .replaceAll('\n', '<br>');
}

const knownTags = /(<\/?(?:b|code|blockquote(?: expandable)?|font(?: color="#[0-9a-f]{6}")?)>)/;

/** The little HTML that Telegram and the cards of Google Chat know; any other tag is shown as text. */
export function fewTags(html: string): string {
  return html
    .split(knownTags)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
      const colour = /^<font color="(#[0-9a-f]{6})">$/.exec(part)?.[1];
      if (colour !== undefined) return `<span style="color:${colour}">`;
      if (part === '</font>') return '</span>';
      return part === '<blockquote expandable>' ? '<blockquote class="expandable" tabindex="0">' : part;
    })
    .join('');
}
