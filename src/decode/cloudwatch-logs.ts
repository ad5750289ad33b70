/** CloudWatch Logs: lines of an export to S3, and messages out of subscription payloads and `FilterLogEvents` answers. */
import type { Decoder } from '#contract';
import { instantOf } from './instant.ts';
import { plainText } from './plain-text.ts';
import type { Enclosed } from './envelope.ts';

/** An export writes `2024-03-01T10:00:00.000Z message`. */
const exported = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z) /;

/**
 * Messages of other formats (audit logs, flow logs, Container Insights) go to their decoders; the rest are log lines.
 * The file's head counts as an export only where messages are JSON or flow logs: else plain text reads it the same way.
 */
export const cloudWatchLogs: Decoder = {
  id: 'cloudwatch-logs',
  title: 'CloudWatch Logs: S3 export, subscription payload, FilterLogEvents answer',
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html',
  feed: 'log',
  framing: 'lines',
  recognise(head) {
    const messages = head.flatMap(({ text }) => enclosedLine(text)?.text ?? []);
    const isExport = messages.length > 0 && messages.length >= head.length / 2;
    return isExport && messages.some((message) => message.startsWith('{"') || /^\d{1,2} \d{12} eni-/.test(message)) ? 1 : 0;
  },
  open: (settings) => plainText.open(settings),
};

/** The message of a line of an export, or undefined for a line that goes on from the one before. */
export function enclosedLine(text: string): Enclosed | undefined {
  const found = exported.exec(text);
  const time = found === null ? undefined : instantOf(found[1]);
  if (found === null || time === undefined) return undefined;
  return { text: text.slice(found[0].length), carrierTimeMs: time.timeMs };
}
