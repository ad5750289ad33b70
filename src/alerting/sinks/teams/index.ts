/** The output `teams`: an Adaptive Card to a Workflow of Microsoft Teams; it gives nothing back, so that every notification is a card of its own. */
import { SinkError, systemClock, type Clock, type Notifier } from '#contract';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { teamsMessage } from './card.ts';

export interface TeamsOptions extends HttpOptions, ReaderOptions {
  url: string;
}

export function teams(options: TeamsOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { url, timeoutMs, allowPrivate } = options;
  const target = httpAddress(url, 'teams');
  const reader = readerOf(options);
  return {
    name: 'teams',
    async notify(notification) {
      const body = teamsMessage(await compose(notification, reader), reader.locale);
      await postJson(target, body, { timeoutMs, allowPrivate, clock, understand: (answer) => failureInside(answer, target.hostname) });
      return undefined;
    },
  };
}

/** Webhooks of the older kind answer 200 and say in words that Teams refused, and with which status. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  const failed = /delivery failed|Microsoft Teams endpoint returned HTTP error (\d{3})/i.exec(text.slice(0, 2_000));
  if (failed === null) return undefined;
  const inner = Number(/HTTP error (\d{3})/i.exec(text.slice(0, 2_000))?.[1] ?? 500);
  const isRetryable = inner === 429 || inner === 408 || inner >= 500;
  const code = inner === 429 ? 'rate-limited' : isRetryable ? 'receiver-failed' : inner === 413 ? 'too-large' : 'rejected';
  return new SinkError(code, `${host} answered ${status}, and that Teams refused the message with ${inner}${isRetryable ? '; the same request may succeed later' : ''}.`, isRetryable);
}
