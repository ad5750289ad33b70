/** An alert within a size: raw records go first, then the ends of long texts; what receivers know it by stays whole. */
import type { Alert } from '#contract';
import { clip } from './text.ts';

/** Texts are shortened to these lengths, one after the other, until it fits. */
const shorterTexts = [500, 120, 40];

/** The first text of at most `limitBytes` (UTF-8) that `render` makes of the alert, the whole one where possible; undefined where even the shortest is too long. */
export function fittedAlert(alert: Alert, limitBytes: number, render: (alert: Alert) => string): string | undefined {
  for (const candidate of candidates(alert)) {
    const text = render(candidate);
    if (Buffer.byteLength(text) <= limitBytes) return text;
  }
  return undefined;
}

function* candidates(alert: Alert): Generator<Alert> {
  const { evidence } = alert;
  for (let kept = evidence.records.length; kept >= 0; kept -= 1) {
    const records = evidence.records.map((record, index) => (index < kept ? record : { ...record, raw: undefined }));
    yield { ...alert, evidence: { ...evidence, records } };
  }
  const bare: Alert = { ...alert, evidence: { ...evidence, records: evidence.records.map((record) => ({ ...record, raw: undefined })) } };
  for (const limit of shorterTexts) yield { ...(shortened(bare, limit) as Alert), id: alert.id };
}

function shortened(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return clip(value, limit);
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => shortened(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part, limit)]));
}
