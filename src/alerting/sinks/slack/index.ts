/** The output `slack`: by incoming webhook a message each, by bot token one message that changes, with a thread of what came later and of its pictures. */
import { systemClock, type Clock, type Notifier } from '#contract';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import type { Reader } from '../../message/moment.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { slackContent, still } from './blocks.ts';
import { slackBot } from './bot.ts';
import { hookFailure } from './failure.ts';

export interface SlackOptions extends HttpOptions, ReaderOptions {
  url?: string | undefined;
  token?: string | undefined;
  channel?: string | undefined;
  apiUrl?: string | undefined;
}

export function slack(options: SlackOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const reader = readerOf(options);
  return { name: 'slack', notify: options.url === undefined ? slackBot(options, reader, clock) : byHook(options, options.url, reader, clock) };
}

function byHook({ timeoutMs, allowPrivate }: SlackOptions, url: string, reader: Reader, clock: Clock): Notifier['notify'] {
  const target = httpAddress(url, 'slack');
  const settings = { timeoutMs, allowPrivate, clock, understand: (answer: Answer) => hookFailure(answer, target.hostname) };
  return async (notification) => {
    await postJson(target, { ...slackContent(await compose(notification, reader), reader.locale, true), ...still }, settings);
    return undefined;
  };
}
