/** Messages by incoming webhook, which gives nothing back, so that every notification is one of its own, and takes no files. */
import { SinkError, type Clock, type Notifier } from '#contract';
import type { Answer } from '../../http/failure.ts';
import { httpAddress, postJson } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import type { Reader } from '../../message/moment.ts';
import { mattermostContent } from './attachment.ts';
import type { MattermostOptions } from './options.ts';

export function mattermostHook({ url, channel, username, timeoutMs, allowPrivate }: MattermostOptions, reader: Reader, clock: Clock): Notifier['notify'] {
  const target = httpAddress(url, 'mattermost');
  const sender = { ...(channel === undefined ? {} : { channel }), ...(username === undefined ? {} : { username }) };
  return async (notification) => {
    const body = { ...mattermostContent(await compose(notification, reader), reader.locale), ...sender };
    await postJson(target, body, { timeoutMs, allowPrivate, clock, understand: (answer) => failureInside(answer, target.hostname) });
    return undefined;
  };
}

/** The word `ok` is success; a page with status 200 comes from somebody else. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300 || text.trim() === 'ok') return undefined;
  return new SinkError('answer-unreadable', `${host} answered something that is not of Mattermost's webhooks.`, true);
}
