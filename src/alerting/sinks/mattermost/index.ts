/** The output `mattermost`: a message by incoming webhook, which gives nothing back, so that every notification is one of its own. */
import { SinkError, systemClock, type Clock, type Notifier } from '#contract';
import type { Answer } from '../../http/failure.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { mattermostContent } from './attachment.ts';

export interface MattermostOptions extends HttpOptions, ReaderOptions {
  url: string;
  channel?: string | undefined;
  username?: string | undefined;
}

export function mattermost(options: MattermostOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { url, channel, username, timeoutMs, allowPrivate } = options;
  const target = httpAddress(url, 'mattermost');
  const reader = readerOf(options);
  const sender = { ...(channel === undefined ? {} : { channel }), ...(username === undefined ? {} : { username }) };
  return {
    name: 'mattermost',
    async notify(notification) {
      const body = { ...mattermostContent(await compose(notification, reader), reader.locale), ...sender };
      await postJson(target, body, { timeoutMs, allowPrivate, clock, understand: (answer) => failureInside(answer, target.hostname) });
      return undefined;
    },
  };
}

/** The word `ok` is success; a page with status 200 comes from somebody else. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300 || text.trim() === 'ok') return undefined;
  return new SinkError('answer-unreadable', `${host} answered something that is not of Mattermost's webhooks.`, true);
}
