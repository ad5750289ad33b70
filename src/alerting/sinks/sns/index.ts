/**
 * The output `sns`: for people a notification as text or as a card of Amazon Q Developer, for programs an alert with attributes to filter by;
 * repeats within five minutes are dropped by FIFO topics.
 */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Notifier, Sink } from '#contract';
import { safeJson } from '../../json.ts';
import { compose } from '../../message/compose.ts';
import { readerOf } from '../../message/reader-options.ts';
import { customNotification } from './custom-notification.ts';
import { snsFailure } from './failure.ts';
import { fifoToken, snsMessage, type SnsMessage } from './message.ts';
import { attributesOf, notificationText, subject } from './notification-text.ts';
import type { SnsOptions } from './options.ts';

export interface SnsDependencies {
  /** For tests and for roles that only this topic needs; where absent, the chain of the SDK. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** Publishing takes a tenth of a second; a tenth of the time of a Lambda's minute is enough to wait. */
const standardTimeoutMs = 10_000;

export function sns(options: SnsOptions, { credentials }: SnsDependencies = {}): Sink & Notifier {
  const { topicArn, format = 'text', chat = 'slack', region, endpoint, timeoutMs = standardTimeoutMs } = options;
  const [, , , topicRegion, , name = ''] = topicArn.split(':');
  const isFifo = name.endsWith('.fifo');
  const reader = readerOf(options);
  let made: Promise<SNSClient> | undefined;

  async function client(): Promise<SNSClient> {
    const kit = await import('@aws-sdk/client-sns');
    return new kit.SNSClient({
      region: region ?? topicRegion ?? '',
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      // Who delivers knows when to try again, and must know of each failure.
      maxAttempts: 1,
      requestHandler: { requestTimeout: timeoutMs, connectionTimeout: Math.min(timeoutMs, 5_000), throwOnRequestTimeout: true },
    });
  }

  /** `group` keeps the order on FIFO topics, `repeat` tells what was sent already. */
  async function publish({ subject: line, text, attributes }: SnsMessage, group: string, repeat: string): Promise<void> {
    const { PublishCommand } = await import('@aws-sdk/client-sns');
    made ??= client();
    try {
      await (await made).send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: line,
          Message: text,
          MessageAttributes: attributes,
          ...(isFifo ? { MessageGroupId: fifoToken(group), MessageDeduplicationId: fifoToken(repeat) } : {}),
        }),
      );
    } catch (error) {
      throw snsFailure(error, name);
    }
  }

  return {
    name: 'sns',
    // A revision is another message, or it would vanish within the five minutes.
    send: (alert) => publish(snsMessage(alert), alert.id, `${alert.id}-${alert.revision}`),
    async notify(notification) {
      const message = await compose(notification, reader);
      const { key, sequence } = notification;
      const published =
        format === 'text'
          ? notificationText(notification, message, reader)
          : { subject: subject(notification, reader), text: safeJson(customNotification(notification, message, reader.locale, chat)), attributes: attributesOf(notification, message) };
      await publish(published, key, `${key}-${sequence}`);
      // SNS gives an id, but neither changes nor threads messages; Amazon Q Developer finds the thread by the key.
      return undefined;
    },
    async close() {
      (await made)?.destroy();
    },
  };
}
