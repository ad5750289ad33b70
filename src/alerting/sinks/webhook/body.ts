/** What a webhook carries, and its signature by Standard Webhooks. */
import { createHmac } from 'node:crypto';
import { FargazerError, type Alert } from '#contract';
import { fittedAlert } from '../../fit-alert.ts';
import { inSchemaOrder, safeJson } from '../../json.ts';
import { clip, sanitize } from '../../text.ts';

/** Standard Webhooks asks for bodies under 20 kB. */
export const bodyLimitBytes = 20_000;

/** How an alert is wrapped: as Standard Webhooks shows it, or as an event of CloudEvents 1.0 in structured mode. */
export type Envelope = (alert: Alert, id: string) => unknown;

/** `{type, timestamp, data}`. */
export const standardEnvelope: Envelope = (alert) => ({ type: `alert.${alert.status}`, timestamp: alert.lastSeen, data: inSchemaOrder(alert) });

/** Of the whole id; the rest of it tells nothing more. */
const subjectCharacters = 200;

/** The JSON format of CloudEvents; receivers know repeats by `source` and `id`, and filter by `type`, `subject` and the two extensions without reading `data`. */
export function cloudEvent(source: string): Envelope {
  return (alert, id) => ({
    specversion: '1.0',
    id,
    source,
    type: `fargazer.alert.${alert.status}`,
    time: alert.lastSeen,
    subject: clip(sanitize(`${alert.entity.kind}/${alert.entity.name}`), subjectCharacters),
    datacontenttype: 'application/json',
    severity: alert.severity,
    detector: clip(sanitize(alert.detector), subjectCharacters) || '-',
    data: inSchemaOrder(alert),
  });
}

/** The body under 20 kB; where it would be larger, raw records go first, then the ends of long texts. Undefined where even that is too large. */
export function webhookBody(alert: Alert, id: string, envelope: Envelope): string | undefined {
  return fittedAlert(alert, bodyLimitBytes, (fitting) => safeJson(envelope(fitting, id)));
}

/** The key in a secret `whsec_…`; 24 to 64 bytes. The error says nothing of the secret. */
export function signingKey(secret: string): Buffer {
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : '';
  const key = Buffer.from(encoded, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
  if (!isBase64 || key.length < 24 || key.length > 64) {
    throw new FargazerError('config-invalid', 'The secret of the webhook must be `whsec_` and 24 to 64 bytes in base64.');
  }
  return key;
}

/** The value of `webhook-signature`. `id` has no full stop in it. */
export function signature(key: Buffer, id: string, timestampS: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}
