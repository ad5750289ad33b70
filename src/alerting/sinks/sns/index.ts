/** The sink `sns`: an alert as a message to a topic, with attributes to filter by; repeats within five minutes are dropped by FIFO topics. */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Sink } from '#contract';
import { snsFailure } from './failure.ts';
import { fifoToken, snsMessage } from './message.ts';
import type { SnsOptions } from './options.ts';

export interface SnsDependencies {
  /** For tests and for roles that only this topic needs; where absent, the chain of the SDK. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** Publishing takes a tenth of a second; a tenth of the time of a Lambda's minute is enough to wait. */
const standardTimeoutMs = 10_000;

export function sns({ topicArn, region, endpoint, timeoutMs = standardTimeoutMs }: SnsOptions, { credentials }: SnsDependencies = {}): Sink {
  const [, , , topicRegion, , name = ''] = topicArn.split(':');
  const isFifo = name.endsWith('.fifo');
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

  return {
    name: 'sns',
    async send(alert) {
      const { subject, text, attributes } = snsMessage(alert);
      const { PublishCommand } = await import('@aws-sdk/client-sns');
      made ??= client();
      try {
        await (await made).send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: subject,
            Message: text,
            MessageAttributes: attributes,
            // A revision is another message, or it would vanish within the five minutes.
            ...(isFifo ? { MessageGroupId: fifoToken(alert.id), MessageDeduplicationId: fifoToken(`${alert.id}-${alert.revision}`) } : {}),
          }),
        );
      } catch (error) {
        throw snsFailure(error, name);
      }
    },
    async close() {
      (await made)?.destroy();
    },
  };
}
