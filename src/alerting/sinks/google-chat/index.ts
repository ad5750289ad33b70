/** The output `google-chat`: a card by webhook, what comes later beneath it in one thread a key. */
import { SinkError, systemClock, type Clock, type Notifier } from '#contract';
import type { Answer } from '../../http/failure.ts';
import { jsonObject } from '../../http/json-answer.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { googleChatMessage } from './card.ts';

export interface GoogleChatOptions extends HttpOptions, ReaderOptions {
  url: string;
}

export function googleChat(options: GoogleChatOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { url, timeoutMs, allowPrivate } = options;
  const hook = httpAddress(url, 'google-chat');
  const reader = readerOf(options);
  return {
    name: 'google-chat',
    // Webhooks cannot change a message. The thread is found by its key, so that no receipt is needed.
    async notify(notification) {
      const { key, sequence } = notification;
      const target = new URL(hook);
      target.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
      // The same request again gives the message made before, and no second one.
      target.searchParams.set('requestId', `fargazer-${key}-${sequence}`);
      const content = googleChatMessage(await compose(notification, reader), reader.locale, sequence === 1);
      const body = { ...content, thread: { threadKey: `fargazer-${key}` } };
      await postJson(target, body, { timeoutMs, allowPrivate, clock, understand: (answer) => failureInside(answer, hook.hostname) });
      return undefined;
    },
  };
}

/** What was made has a name; whatever else answers 200 made nothing. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  return typeof jsonObject(text)?.['name'] === 'string' ? undefined : new SinkError('answer-unreadable', `${host} answered something that is not of Google Chat.`, true);
}
