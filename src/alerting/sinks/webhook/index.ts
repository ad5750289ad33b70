/** The sink `webhook`: an alert as a signed POST by Standard Webhooks (standardwebhooks.com), its body plain or a CloudEvent (cloudevents.io). */
import { SinkError, systemClock, type Clock, type Sink } from '#contract';
import { httpAddress, request, type RequestSettings } from '../../http/post.ts';
import { bodyLimitBytes, cloudEvent, signature, signingKey, standardEnvelope, webhookBody } from './body.ts';

export interface WebhookOptions {
  /** Where to; a secret in itself, of which errors name the host alone. */
  url: string;
  /** `whsec_` and 24 to 64 bytes in base64; without it nothing is signed. */
  secret?: string;
  /** `standard` where absent; signatures are the same for both. */
  format?: 'standard' | 'cloudevents';
  /** `source` of CloudEvents; `urn:fargazer` where absent. */
  source?: string;
  /** For the whole exchange; Standard Webhooks asks for 15 to 30 seconds. */
  timeoutMs?: number;
  /** Reach addresses of this machine and of private networks too. Link-local, where clouds keep credentials, never. */
  allowPrivate?: boolean;
  clock?: Clock;
  /** How names are resolved; the system's way where absent. */
  lookup?: RequestSettings['lookup'];
}

/** Sends each alert under the id of its revision, so that a receiver can drop repeats. */
export function webhook({ url, secret, format = 'standard', source = 'urn:fargazer', timeoutMs = 15_000, allowPrivate = false, clock = systemClock, lookup }: WebhookOptions): Sink {
  const target = httpAddress(url, 'the webhook');
  const key = secret === undefined ? undefined : signingKey(secret);
  const isCloudEvent = format === 'cloudevents';
  const envelope = isCloudEvent ? cloudEvent(source) : standardEnvelope;

  return {
    name: 'webhook',
    async send(alert) {
      const id = `${alert.id.replace(/[^\w-]/g, '_')}_${alert.revision}`;
      const body = webhookBody(alert, id, envelope);
      if (body === undefined) {
        throw new SinkError('too-large', `The alert is over ${bodyLimitBytes / 1000} kB even shortened; it was not sent to ${target.hostname}.`, false);
      }
      const timestampS = Math.floor(clock.now() / 1000);
      const headers = {
        'content-type': isCloudEvent ? 'application/cloudevents+json; charset=utf-8' : 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        ...(key === undefined ? {} : { 'webhook-signature': signature(key, id, timestampS, body) }),
      };
      // The status is the answer.
      await request(target, body, { headers, timeoutMs, allowPrivate, clock, maxAnswerBytes: 0, ...(lookup === undefined ? {} : { lookup }) });
    },
  };
}
