/** What a webhook carries, and its signature by Standard Webhooks. */
import { createHmac } from 'node:crypto';
import { FargazerError, type Alert } from '#contract';
import { inSchemaOrder, safeJson } from '../../json.ts';
import { clip } from '../../text.ts';

/** Standard Webhooks asks for bodies under 20 kB. */
export const bodyLimitBytes = 20_000;

/** Texts are shortened to these lengths, one after the other, until the body fits. */
const shorterTexts = [500, 120];

/** `{type, timestamp, data}`; where it would be too large, raw records go first, then the ends of long texts. */
export function webhookBody(alert: Alert): string {
  const records = alert.evidence.records;
  for (let kept = records.length; kept >= 0; kept -= 1) {
    const fewer = records.map((record, index) => (index < kept ? record : { ...record, raw: undefined }));
    const body = envelope({ ...alert, evidence: { ...alert.evidence, records: fewer } });
    if (Buffer.byteLength(body) <= bodyLimitBytes) return body;
  }
  const bare = { ...alert, evidence: { ...alert.evidence, records: records.map((record) => ({ ...record, raw: undefined })) } };
  let body = '';
  for (const limit of shorterTexts) {
    // The id is never cut: receivers know the alert by it.
    body = envelope({ ...(shortened(bare, limit) as Alert), id: alert.id });
    if (Buffer.byteLength(body) <= bodyLimitBytes) return body;
  }
  return body;
}

function envelope(alert: Alert): string {
  return safeJson({ type: `alert.${alert.status}`, timestamp: alert.lastSeen, data: inSchemaOrder(alert) });
}

function shortened(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return clip(value, limit);
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => shortened(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part, limit)]));
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
