/** The output `ntfy`: a push notification a key, replaced on the telephone by what comes later. */
import { SinkError, systemClock, type Clock, type Notifier } from '#contract';
import type { Answer } from '../../http/failure.ts';
import { jsonObject } from '../../http/json-answer.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { publication } from './publication.ts';

export interface NtfyOptions extends HttpOptions, ReaderOptions {
  topic: string;
  url?: string | undefined;
  token?: string | undefined;
}

export function ntfy(options: NtfyOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { topic, url = 'https://ntfy.sh', token, timeoutMs, allowPrivate } = options;
  // JSON goes to the root of the server; in headers line breaks and other letters than ASCII would be trouble.
  const target = httpAddress(url, 'ntfy');
  const reader = readerOf(options);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    name: 'ntfy',
    async notify(notification) {
      // From 2.16 on one sequence is one notification that changes; older servers do not know the field and show each by itself.
      const body = { topic, sequence_id: notification.key, ...publication(await compose(notification, reader), reader.locale) };
      await postJson(target, body, { timeoutMs, allowPrivate, clock, headers, secrets: [topic], understand: (answer) => failureInside(answer, target.hostname) });
      return undefined;
    },
  };
}

/** What was taken is given back with an id; whatever else answers 200 took nothing. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  return typeof jsonObject(text)?.['id'] === 'string' ? undefined : new SinkError('answer-unreadable', `${host} answered something that is not of ntfy.`, true);
}
