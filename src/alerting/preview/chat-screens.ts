/** Slack, Discord and Mattermost as they show what they are sent. */
import { pictureFile } from '../message/picture-file.ts';
import { discordMessage } from '../sinks/discord/embed.ts';
import { mattermostContent } from '../sinks/mattermost/attachment.ts';
import { slackContent, type Block } from '../sinks/slack/blocks.ts';
import { markdownHtml } from './markup.ts';
import { escaped, post, shownPicture, type Screen } from './screen.ts';

const slackEmoji: Readonly<Record<string, string>> = { red_circle: '🔴', large_orange_circle: '🟠', large_yellow_circle: '🟡', large_blue_circle: '🔵', white_check_mark: '✅' };

function slackBlock(block: Block): string {
  if (block.type === 'context') return `<div class="context">${block.elements.map(({ text }) => `<span>${escaped(text)}</span>`).join('')}</div>`;
  const element = (one: Extract<Block, { type: 'rich_text' }>['elements'][number]['elements'][number]): string => {
    if (one.type === 'emoji') return slackEmoji[one.name] ?? `:${escaped(one.name)}:`;
    const text = escaped(one.text);
    return one.style?.bold === true ? `<b>${text}</b>` : one.style?.code === true ? `<code>${text}</code>` : text;
  };
  return `<div class="rich">${block.elements.map(({ elements }) => elements.map(element).join('')).join('')}</div>`;
}

export const slackScreen: Screen = {
  id: 'slack',
  name: 'slack',
  title: 'Slack',
  about: 'With a bot token the message changes, and its thread tells what came and shows the picture; with a webhook each notification is a message.',
  render(shown) {
    const file = shown.message.picture && pictureFile(shown.message.picture);
    const thread = file === undefined ? '' : `<div class="thread"><small>↳ thread · ${escaped(file.caption)}</small>${shownPicture(file)}</div>`;
    return post(shown, 'slack', slackContent(shown.message, shown.reader.locale, true).blocks.map(slackBlock).join('') + thread);
  },
};

export const discordScreen: Screen = {
  id: 'discord',
  name: 'discord',
  title: 'Discord',
  about: 'The message changes, and its picture with it.',
  render(shown) {
    const file = shown.message.picture && pictureFile(shown.message.picture);
    const { content, embeds } = discordMessage(shown.message, shown.reader.locale, file);
    const embed = embeds.map(({ description = '', color, footer }) =>
      `<div class="embed" style="border-color:#${color.toString(16).padStart(6, '0')}">${markdownHtml(description)}${shownPicture(file)}<small>${escaped(footer?.text ?? '')}</small></div>`);
    return post(shown, 'discord', `<div>${markdownHtml(content)}</div>${embed.join('')}`);
  },
};

export const mattermostScreen: Screen = {
  id: 'mattermost',
  name: 'mattermost',
  title: 'Mattermost',
  about: 'With the token of a bot the post changes, with its picture, and its thread tells what came; with a webhook each notification is a message, with blocks for the picture.',
  render(shown) {
    const file = shown.message.picture && pictureFile(shown.message.picture);
    const { attachments } = mattermostContent(shown.message, shown.reader.locale, file);
    return post(shown, 'mattermost', attachments.map(({ color, text }) => `<div class="attachment" style="border-left-color:${color}">${markdownHtml(text)}</div>`).join('') + shownPicture(file));
  },
};
