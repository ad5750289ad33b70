/** The sink `pagerduty`: a notification triggers, updates or resolves the alert of its key by the Events API v2. */
import { SinkError, type Clock, type Notifier } from '#contract';
import { below } from '../../http/below.ts';
import type { Answer } from '../../http/failure.ts';
import { httpAddress, postJson, type RequestSettings } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf } from '../../message/reader-options.ts';
import { pagerDutyEvent } from './event.ts';
import type { PagerDutyOptions } from './options.ts';

export interface PagerDutyDependencies {
  clock?: Clock;
  lookup?: RequestSettings['lookup'];
}

const endpoints = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' };

export function pagerDuty(options: PagerDutyOptions, dependencies: PagerDutyDependencies = {}): Notifier {
  const { routingKey, region = 'us', endpoint = endpoints[region] } = options;
  const reader = readerOf(options);
  const target = below(httpAddress(endpoint, 'pagerduty'), 'v2/enqueue');
  const settings: RequestSettings = { secrets: [routingKey], understand: (answer) => eventFailure(answer, target.hostname), timeoutMs: options.timeoutMs, allowPrivate: options.allowPrivate, ...dependencies };
  return {
    name: 'pagerduty',
    // The key of the notification is all that PagerDuty needs to know the alert again.
    async notify(notification) {
      await postJson(target, pagerDutyEvent(notification, await compose(notification, reader), routingKey, reader.locale), settings);
      return undefined;
    },
  };
}

/** Accepted is 202 with `status: success`; anything else that says 2xx was not PagerDuty, or took nothing. */
function eventFailure({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  return statusOf(text) === 'success' ? undefined : new SinkError('rejected', `${host} answered ${status}, but did not accept the event.`, false);
}

function statusOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Reflect.get(value, 'status') : undefined;
  } catch {
    return undefined;
  }
}
