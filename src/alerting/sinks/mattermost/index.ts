/** The output `mattermost`: by incoming webhook a message each, by the token of a bot one that changes, with its picture and a thread of what came later. */
import { systemClock, type Clock, type Notifier } from '#contract';
import { readerOf } from '../../message/reader-options.ts';
import { mattermostBot } from './bot.ts';
import { mattermostHook } from './hook.ts';
import type { MattermostOptions } from './options.ts';

export function mattermost(options: MattermostOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const reader = readerOf(options);
  return { name: 'mattermost', notify: options.token === undefined ? mattermostHook(options, reader, clock) : mattermostBot(options, options.token, reader, clock) };
}
