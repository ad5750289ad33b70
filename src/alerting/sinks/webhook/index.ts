/** The sink `webhook`: an alert as a signed POST by Standard Webhooks (standardwebhooks.com). */
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { FargazerError, SinkError, systemClock, type Clock, type Sink } from '#contract';
import { AddressRefused, guardedLookup, isReachable } from './address.ts';
import { bodyLimitBytes, signature, signingKey, webhookBody } from './body.ts';

export interface WebhookOptions {
  /** Where to; a secret in itself, of which errors name the host alone. */
  url: string;
  /** `whsec_` and 24 to 64 bytes in base64. */
  secret: string;
  /** For the whole exchange; Standard Webhooks asks for 15 to 30 seconds. */
  timeoutMs?: number;
  /** Reach addresses of this machine and of private networks too. Link-local, where clouds keep credentials, never. */
  allowPrivate?: boolean;
  clock?: Clock;
  /** How names are resolved; the system's way where absent. */
  lookup?: Parameters<typeof guardedLookup>[1];
}

/** A day: a receiver that asks for more is asked again after it. */
const longestRetryAfterMs = 86_400_000;

/** Sends each alert under the id of its revision, so that a receiver can drop repeats. */
export function webhook({ url, secret, timeoutMs = 15_000, allowPrivate = false, clock = systemClock, lookup }: WebhookOptions): Sink {
  const target = receiver(url);
  const key = signingKey(secret);
  const host = target.hostname;

  return {
    name: 'webhook',
    async send(alert) {
      if (isIP(host.replace(/^\[|\]$/g, '')) !== 0 && !isReachable(host, allowPrivate)) throw refused(host);
      const body = webhookBody(alert);
      if (Buffer.byteLength(body) > bodyLimitBytes) {
        throw new SinkError('too-large', `The alert is over ${bodyLimitBytes / 1000} kB even shortened; it was not sent to ${host}.`, false);
      }
      const id = `${alert.id.replace(/[^\w-]/g, '_')}_${alert.revision}`;
      const timestampS = Math.floor(clock.now() / 1000);
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'fargazer',
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': signature(key, id, timestampS, body),
      };
      const answer = await post(target, { method: 'POST', headers, lookup: guardedLookup(allowPrivate, lookup) }, body, timeoutMs);
      judge(answer, host, clock);
    },
  };
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
}

function judge({ status, retryAfter }: Answer, host: string, clock: Clock): void {
  if (status >= 200 && status < 300) return;
  const said = `${host} answered ${status}`;
  if (status === 410) throw new SinkError('gone', `${said}: it wants no more webhooks.`, false);
  if (status >= 300 && status < 400) throw new SinkError('redirected', `${said}: webhooks follow no redirect; configure the final address.`, false);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const code = status === 429 ? 'rate-limited' : status >= 500 ? 'receiver-failed' : 'not-now';
    throw new SinkError(code, `${said}; the same request may succeed later.`, true, waitMs(retryAfter, clock));
  }
  throw new SinkError('rejected', `${said} and will not take this request.`, false);
}

/** `Retry-After` in its two forms, seconds and HTTP date. */
function waitMs(retryAfter: string | undefined, clock: Clock): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - clock.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestRetryAfterMs);
}

function post(target: URL, options: http.RequestOptions, body: string, timeoutMs: number): Promise<Answer> {
  const host = target.hostname;
  return new Promise((resolve, reject) => {
    const transport = target.protocol === 'https:' ? https : http;
    const request = transport.request(target, { ...options, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      const retryAfter = response.headers['retry-after'];
      // The status is the answer; what follows it is not read, be it endless.
      clearTimeout(timer);
      response.destroy();
      resolve({ status, retryAfter });
    });
    const timer = setTimeout(() => {
      request.destroy();
      reject(new SinkError('timeout', `${host} did not answer within ${timeoutMs / 1000} s.`, true));
    }, timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      if (error instanceof AddressRefused) return reject(refused(host));
      // The message of a network error may hold the address and, from proxies, more: its code is enough.
      const code = 'code' in error && typeof error.code === 'string' ? error.code : 'no code';
      reject(new SinkError('unreachable', `${host} could not be reached (${code}).`, true));
    });
    request.end(body);
  });
}

function refused(host: string): SinkError {
  return new SinkError('address-refused', `${host} is an address of this machine, its cloud or a private network; allow private addresses to reach it.`, false);
}

/** Parses the URL; its errors name no part of it but what is wrong. */
function receiver(url: string): URL {
  const target = URL.parse(url);
  if (target === null) throw new FargazerError('config-invalid', 'The address of the webhook is no URL.');
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw new FargazerError('config-invalid', 'The address of the webhook must begin with https:// or http://.');
  }
  if (target.username !== '' || target.password !== '') {
    throw new FargazerError('config-invalid', 'The address of the webhook must not hold a user name or password.');
  }
  return target;
}
