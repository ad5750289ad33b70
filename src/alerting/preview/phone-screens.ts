/** Telegram and ntfy as a telephone shows what they are sent. */
import { pictureFile } from '../message/picture-file.ts';
import { publication } from '../sinks/ntfy/publication.ts';
import { telegramCaption, telegramText } from '../sinks/telegram/text.ts';
import { fewTags } from './markup.ts';
import { escaped, postedAt, shownPicture, type Screen } from './screen.ts';

export const telegramScreen: Screen = {
  id: 'telegram',
  name: 'telegram',
  title: 'Telegram',
  about: 'The message changes, and one line beneath it says so. A photograph of the evidence stays to the end.',
  render(shown) {
    const { message, reader } = shown;
    const file = message.picture && pictureFile(message.picture, 'dark');
    const text = file === undefined ? telegramText(message, reader.locale) : telegramCaption(message, reader.locale, file);
    return `<div class="telegram"><div class="bubble"><b class="sender">fargazer</b><br>${fewTags(text)}${shownPicture(file)}<time>${postedAt(shown)}</time></div></div>`;
  },
};

/** The emoji that ntfy puts for its tags. */
const emoji: Readonly<Record<string, string>> = { red_circle: '🔴', orange_circle: '🟠', yellow_circle: '🟡', large_blue_circle: '🔵', white_check_mark: '✅' };
const loudness: Readonly<Record<number, string>> = { 5: '⏫', 4: '🔼', 3: '', 2: '🔽' };

export const ntfyScreen: Screen = {
  id: 'ntfy',
  name: 'ntfy',
  title: 'ntfy',
  about: 'The notification on the telephone is replaced (from version 2.16 of the server).',
  render(shown) {
    const { title, message, priority, tags } = publication(shown.message, shown.reader.locale);
    return `<div class="ntfy"><div class="by">ntfy · alerts · <time>${postedAt(shown)}</time> ${loudness[priority] ?? ''}</div><b>${tags.map((tag) => emoji[tag] ?? '').join('')} ${escaped(title)}</b><p>${escaped(message)}</p></div>`;
  },
};
