/** CloudWatch Logs subscriptions that call the function: what they carry as records of the stream, cut up where it is too large. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { FargazerError } from '#contract';
import { longestContentBytes } from './put-records.ts';

/** Lambda's own limit of an event is 6 MB; logs shrink to a tenth or a fiftieth. */
const mostUnpackedBytes = 512 * 1_024 * 1_024;

interface Envelope {
  logEvents: unknown[];
  [field: string]: unknown;
}

/** The packed contents; none for a probe. Throws `source-failed` where it is no subscription's. */
export function subscriptionContents(data: string): Buffer[] {
  const packed = Buffer.from(data, 'base64');
  const envelope = unpacked(packed);
  if (envelope['messageType'] === 'CONTROL_MESSAGE') return [];
  return packed.length <= longestContentBytes ? [packed] : halves(envelope);
}

function unpacked(packed: Buffer): Envelope {
  try {
    const value = JSON.parse(gunzipSync(packed, { maxOutputLength: mostUnpackedBytes }).toString()) as unknown;
    if (typeof value === 'object' && value !== null && Array.isArray((value as Envelope).logEvents)) return value as Envelope;
  } catch {
    // Told below as what it is not.
  }
  throw new FargazerError('source-failed', 'The function was called with what looks like a CloudWatch Logs subscription and is none: awslogs.data is no gzip of an envelope with logEvents. Nothing of it was kept.');
}

/** Events keep their order; one that is too large by itself goes as it is, and the stream says so. */
function halves(envelope: Envelope): Buffer[] {
  const packed = gzipSync(JSON.stringify(envelope));
  const { logEvents } = envelope;
  if (packed.length <= longestContentBytes || logEvents.length <= 1) return [packed];
  const middle = logEvents.length >>> 1;
  return [...halves({ ...envelope, logEvents: logEvents.slice(0, middle) }), ...halves({ ...envelope, logEvents: logEvents.slice(middle) })];
}
