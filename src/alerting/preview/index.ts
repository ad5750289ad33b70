/** `sinks preview`: what people receive of recorded stories, as each service shows it. */
import type { Reader } from '../message/moment.ts';
import { amazonQScreen, googleChatScreen, teamsScreen } from './card-screens.ts';
import { discordScreen, mattermostScreen, slackScreen } from './chat-screens.ts';
import { emailScreen, snsScreen } from './mail-screens.ts';
import { occasionsOf, type Story } from './occasions.ts';
import { jiraScreen, opsgenieScreen, pagerDutyScreen } from './pager-screens.ts';
import { previewPage } from './page.ts';
import { ntfyScreen, telegramScreen } from './phone-screens.ts';
import type { Screen } from './screen.ts';

export type { Story } from './occasions.ts';

const screens: readonly Screen[] = [
  slackScreen, teamsScreen, discordScreen, googleChatScreen, mattermostScreen, telegramScreen, ntfyScreen, emailScreen, pagerDutyScreen, opsgenieScreen, jiraScreen, amazonQScreen, snsScreen,
];

/** Outputs that people read; others send the alert as a record and show nothing of their own. */
export const previewedSinks: readonly string[] = [...new Set(screens.map(({ name }) => name))];

/** One HTML page; `sink` leaves all others out. English times are in `timeZone` (IANA), Japanese ones in Tokyo. */
export function renderPreview(stories: readonly Story[], { sink, timeZone }: { sink?: string; timeZone: string }): Promise<string> {
  const readers: Reader[] = [{ locale: 'en', timeZone }, { locale: 'ja', timeZone: 'Asia/Tokyo' }];
  return previewPage(screens.filter(({ name }) => sink === undefined || name === sink), occasionsOf(stories), readers);
}
