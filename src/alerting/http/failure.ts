/** What an HTTP answer or a broken connection means for a delivery. */
import type { IncomingHttpHeaders } from 'node:http';
import { SinkError, type Clock } from '#contract';
import { clip, sanitize } from '../text.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** At most `maxAnswerBytes` of it; what was longer is cut, which leaves JSON unreadable. */
  text: string;
}

/** A day: a service that asks for more is asked again after it. */
const longestRetryAfterMs = 86_400_000;

/** As much of an answer as helps to find a mistake in the configuration. */
const quotedCharacters = 160;

/** `Retry-After` in its two forms, seconds (fractions too, which Discord sends) and HTTP date; undefined where it says neither. */
export function retryAfterMs({ headers }: Pick<Answer, 'headers'>, clock: Clock): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}(?:\.\d{1,6})?$/.test(value) ? Number(value) * 1000 : /^[\d.]+$/.test(value) ? longestRetryAfterMs : Date.parse(value) - clock.now();
  return boundedWaitMs(ms);
}

/** A wait a service asked for, between 0 and a day; undefined where it is no number. */
export function boundedWaitMs(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.ceil(ms)), longestRetryAfterMs);
}

/**
 * The failure that an answer's status means, undefined for 2xx. Codes: `gone` (404, 410), `redirected`, `rate-limited`, `receiver-failed`
 * (5xx), `not-now` (408, 425), `denied` (401, 403), `too-large` (413), `rejected`.
 * `said` is what may be shown of the answer's text, secrets already taken out.
 */
export function failureOf(answer: Answer, host: string, clock: Clock, said = ''): SinkError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const start = `${host} answered ${status}${quoted(said)}`;
  if (status === 404 || status === 410) return new SinkError('gone', `${start}: there is nothing at this address any more; make a new one and configure it.`, false);
  if (status >= 300 && status < 400) return new SinkError('redirected', `${start}: redirects are not followed; configure the final address.`, false);
  const waitMs = retryAfterMs(answer, clock);
  if (status === 429) return new SinkError('rate-limited', `${start}: too many requests; it is asked again later.`, true, waitMs);
  if (status === 408 || status === 425) return new SinkError('not-now', `${start}; the same request may succeed later.`, true, waitMs);
  if (status >= 500) return new SinkError('receiver-failed', `${start}; the same request may succeed later.`, true, waitMs);
  if (status === 401 || status === 403) return new SinkError('denied', `${start}: the address or token in the configuration has no right to do this.`, false);
  if (status === 413) return new SinkError('too-large', `${start}: the message is larger than it takes.`, false);
  return new SinkError('rejected', `${start} and will not take this request.`, false);
}

/** Errors of OpenSSL and Node.js about whom the other end is. */
const certificateCode = /CERT|^ERR_TLS|^UNABLE_TO_|SELF_SIGNED|^HOSTNAME_MISMATCH/;

/** The failure that a broken connection means; of the error only the code is shown, for its message may hold the whole address. */
export function connectionFailure(error: unknown, host: string): SinkError {
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? clip(sanitize(error.code), 60) : 'no code';
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_UNESCAPED_CHARACTERS' || code === 'ERR_INVALID_HTTP_TOKEN') {
    return new SinkError('rejected', `The request to ${host} has a header or path that HTTP cannot carry (${code}); see the options of this output.`, false);
  }
  if (certificateCode.test(code)) {
    // Retried: a certificate is renewed sooner than an alert grows old.
    return new SinkError('certificate-invalid', `${host} could not prove who it is (${code}); nothing was sent. Check its certificate, or give Node.js the authority by NODE_EXTRA_CA_CERTS.`, true);
  }
  return new SinkError('unreachable', `${host} could not be reached (${code}).`, true);
}

function quoted(said: string): string {
  const text = clip(sanitize(said).replace(/\s+/g, ' ').trim(), quotedCharacters);
  return text === '' || text.startsWith('<') ? '' : ` (${text})`;
}
