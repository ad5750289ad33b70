/** Alerts and dead letters: whether anybody is told, and what could not be processed. */
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

export async function lookAtTopic(topicArn: string | undefined, aws: AwsSettings): Promise<DoctorCheck> {
  if (topicArn === undefined) return fail('topic', 'The stack has no topic for alerts.', 'Deploy the stack again.');
  const { GetTopicAttributesCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const client = new SNSClient(aws);
  try {
    const { Attributes = {} } = await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    const confirmed = Number(Attributes['SubscriptionsConfirmed'] ?? 0);
    const pending = Number(Attributes['SubscriptionsPending'] ?? 0);
    if (confirmed === 0) return warn('topic', `Nobody is told of alerts: the topic has no confirmed subscription${pending > 0 ? `, and ${pending} wait to be confirmed` : ''}.`, pending > 0 ? 'Confirm them by the mail that AWS sent.' : 'Subscribe somebody, for instance by alertEmails.');
    return ok('topic', `Alerts go to ${confirmed} subscription${confirmed === 1 ? '' : 's'}.`);
  } catch (error) {
    return failedCall('topic', 'sns:GetTopicAttributes', error);
  } finally {
    client.destroy();
  }
}

export async function sendAlert(topicArn: string, stack: string, aws: AwsSettings): Promise<DoctorCheck> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const client = new SNSClient(aws);
  try {
    const { MessageId = '' } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: 'fargazer: a test, nothing happened',
        Message: JSON.stringify({ fargazer: 'test', title: 'A test alert: nothing happened', summary: `fargazer doctor sent this to see that alerts of the stack ${stack} arrive.` }),
        MessageAttributes: { test: { DataType: 'String', StringValue: 'true' } },
      }),
    );
    return ok('alert out', `A test alert was published as ${MessageId}; whoever is subscribed should have it in a minute.`);
  } catch (error) {
    return failedCall('alert out', 'sns:Publish', error);
  } finally {
    client.destroy();
  }
}

/** `arn` names the queue that the mapping sends what it gave up to. */
export async function lookAtDeadLetters(queueUrls: readonly string[], arn: string | undefined, aws: AwsSettings): Promise<DoctorCheck[]> {
  const queueUrl = queueUrls.find((url) => arn !== undefined && url.endsWith(`/${arn.split(':').at(-1)}`));
  if (queueUrl === undefined) return [];
  const { GetQueueAttributesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient(aws);
  try {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }));
    const waiting = Number(Attributes.ApproximateNumberOfMessages ?? 0);
    return [waiting > 0 ? warn('dead letters', `${waiting} batches, events or records could not be processed and lie in the dead letters.`, 'Look at them: each says where it came from. Batches can be read again from the stream while it keeps them.') : ok('dead letters', 'There are none.')];
  } catch (error) {
    return [failedCall('dead letters', 'sqs:GetQueueAttributes', error)];
  } finally {
    client.destroy();
  }
}
