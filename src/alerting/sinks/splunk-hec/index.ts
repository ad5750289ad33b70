/**
 * The sink `splunk-hec`: an alert as one event for Splunk's HTTP Event Collector.
 * Format: Splunk, "Format events for HTTP Event Collector" (envelope, `time` in seconds with fraction, `fields` flat) and
 * "Troubleshoot HTTP Event Collector" (the codes). Success means taken, not indexed.
 */
import { SinkError, systemClock, type Alert, type Clock, type Sink } from '#contract';
import { fittedAlert } from '../../fit-alert.ts';
import { below } from '../../http/below.ts';
import { retryAfterMs, type Answer } from '../../http/failure.ts';
import { httpAddress, request, type RequestSettings } from '../../http/post.ts';
import { inSchemaOrder, safeJson } from '../../json.ts';
import { neverEmpty } from '../../never-empty.ts';
import { clip, sanitize } from '../../text.ts';
import type { SplunkHecOptions } from './options.ts';

export interface SplunkHecDependencies {
  clock?: Clock;
  lookup?: RequestSettings['lookup'];
}

/** Splunk Cloud takes bodies of 1 MB; this leaves room for what proxies add. */
export const bodyLimitBytes = 1_000_000;

export function splunkHec(options: SplunkHecOptions, { clock = systemClock, lookup }: SplunkHecDependencies = {}): Sink {
  const { token, channel } = options;
  const base = httpAddress(options.url, 'splunk-hec');
  const target = below(base, 'services/collector/event');
  const headers = { 'content-type': 'application/json', authorization: `Splunk ${token}`, ...(channel === undefined ? {} : { 'x-splunk-request-channel': channel }) };
  return {
    name: 'splunk-hec',
    async send(alert) {
      const body = fittedAlert(alert, bodyLimitBytes, (fitting) => safeJson(hecEvent(fitting, options)));
      if (body === undefined) throw new SinkError('too-large', `The alert is over 1 MB even shortened; it was not sent to ${target.hostname}.`, false);
      const understand = (answer: Answer): SinkError | undefined => hecFailure(answer, target.hostname, clock);
      await request(target, body, { headers, understand, secrets: [token], clock, timeoutMs: options.timeoutMs, allowPrivate: options.allowPrivate, lookup });
    },
  };
}

function hecEvent(alert: Alert, { index, sourcetype = 'fargazer:alert', host }: SplunkHecOptions): Record<string, unknown> {
  const word = (text: string): string => neverEmpty(clip(sanitize(text), 200));
  return {
    time: Date.parse(alert.lastSeen) / 1000,
    host: host ?? word(alert.entity.name),
    source: 'fargazer',
    sourcetype,
    ...(index === undefined ? {} : { index }),
    event: inSchemaOrder(alert),
    // Indexed fields: few, flat and of small vocabularies.
    fields: { detector: word(alert.detector), severity: alert.severity, status: alert.status },
  };
}

/** Token disabled, required, of a wrong form, unknown; 21 and 22 are the same of the health endpoint. */
const tokenCodes = new Set([1, 2, 3, 4, 21, 22]);
/** Internal error, busy. */
const transientCodes = new Set([8, 9]);

function hecFailure(answer: Answer, host: string, clock: Clock): SinkError | undefined {
  const code = hecCode(answer.text);
  if (code === undefined) {
    // A proxy or a login page answers 200 as well.
    return answer.status === 200 ? new SinkError('not-understood', `${host} answered 200, but not as Splunk does; check the address.`, false) : undefined;
  }
  if (code === 0 && answer.status < 300) return undefined;
  const start = `Splunk at ${host} answered ${answer.status} with code ${code}`;
  if (tokenCodes.has(code)) return new SinkError('denied', `${start}: the token is unknown, switched off or not read; check it.`, false);
  if (code === 7) return new SinkError('rejected', `${start}: the token may not write to this index; correct the option index.`, false);
  if (code === 10 || code === 11) return new SinkError('rejected', `${start}: the token wants a request channel; set the option channel.`, false);
  if (transientCodes.has(code) || answer.status >= 500) return new SinkError('receiver-failed', `${start}: it is busy; the same request may succeed later.`, true, retryAfterMs(answer, clock));
  // What the status says by itself (429, 413) it says better.
  return answer.status >= 300 && answer.status !== 400 ? undefined : new SinkError('rejected', `${start} and will not take this event.`, false);
}

function hecCode(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const code: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'code') : undefined;
    return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
