/** Teams, Google Chat and Amazon Q Developer as they show the cards that they are sent. */
import { googleChatMessage } from '../sinks/google-chat/card.ts';
import { customNotification } from '../sinks/sns/custom-notification.ts';
import { teamsMessage } from '../sinks/teams/card.ts';
import { fewTags, mrkdwnHtml } from './markup.ts';
import { escaped, post, type Screen } from './screen.ts';

type Part = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly Part[] => (Array.isArray(value) ? (value as readonly Part[]) : []);
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** An element of an Adaptive Card, of the few kinds that ours have; the host gives colours and sizes. */
function cardElement(element: Part): string {
  if (element['type'] === 'Container') return listOf(element['items']).map(cardElement).join('');
  const run = (one: Part): string => {
    const classes = [wordOf(one['weight']), wordOf(one['size']), wordOf(one['color']), wordOf(one['fontType']), one['isSubtle'] === true ? 'Subtle' : ''].filter((name) => /^[A-Z]\w+$/.test(name));
    return `<span class="${classes.join(' ')}">${escaped(wordOf(one['text']))}</span>`;
  };
  return `<p class="${element['spacing'] === 'None' ? 'tight' : ''}">${listOf(element['inlines']).map(run).join('')}</p>`;
}

export const teamsScreen: Screen = {
  id: 'teams',
  name: 'teams',
  title: 'Microsoft Teams',
  about: 'Each notification is a card.',
  render(shown) {
    const [attachment] = listOf((teamsMessage(shown.message, shown.reader.locale) as Part)['attachments']);
    const card = (attachment?.['content'] ?? {}) as Part;
    const hidden = listOf(card['body']).filter((element) => element['isVisible'] === false);
    const visible = listOf(card['body']).filter((element) => element['isVisible'] !== false);
    const [action] = listOf(card['actions']);
    const more = action === undefined ? '' : `<details><summary>${escaped(wordOf(action['title']))}</summary>${hidden.map(cardElement).join('')}</details>`;
    return post(shown, 'teams', `<div class="card">${visible.map(cardElement).join('')}${more}</div>`);
  },
};

export const googleChatScreen: Screen = {
  id: 'google-chat',
  name: 'google-chat',
  title: 'Google Chat',
  about: 'Later notifications come as cards in the thread.',
  render(shown) {
    const sections = googleChatMessage(shown.message, shown.reader.locale, true).cardsV2.flatMap(({ card }) => card.sections);
    const widget = (one: (typeof sections)[number]['widgets'][number]): string =>
      'textParagraph' in one ? `<p>${fewTags(one.textParagraph.text)}</p>` : `<p><small>${escaped(one.decoratedText.topLabel)}</small><br>${fewTags(one.decoratedText.text)}</p>`;
    const section = ({ header, collapsible, widgets }: (typeof sections)[number]): string => {
      const inner = widgets.map(widget).join('');
      return collapsible === true ? `<details><summary>${escaped(header ?? '')}</summary>${inner}</details>` : inner;
    };
    return post(shown, 'google', `<div class="card">${sections.map(section).join('')}</div>`);
  },
};

export const amazonQScreen: Screen = {
  id: 'sns-q-developer',
  name: 'sns',
  title: 'Amazon Q Developer in Slack (SNS, format q-developer)',
  about: 'Later notifications come as cards in the thread, where the channel allows threads.',
  render(shown) {
    const { content } = customNotification(shown.notification, shown.message, shown.reader.locale, 'slack');
    const steps = (content.nextSteps ?? []).map((step) => `<li>${mrkdwnHtml(step)}</li>`).join('');
    const keywords = content.keywords.map((word) => `<span class="keyword">${mrkdwnHtml(word)}</span>`).join(' ');
    const body = `<p><b>${mrkdwnHtml(content.title)}</b></p><p>${mrkdwnHtml(content.description)}</p>${steps === '' ? '' : `<p><b>Next steps</b></p><ul>${steps}</ul>`}<p>${keywords}</p>`;
    return post(shown, 'slack amazon', `<div class="attachment">${body}</div>`).replace('<b>fargazer</b>', '<b>Amazon Q</b>').replace('>f</div>', '>Q</div>');
  },
};
