/** The one key: stream, table, bucket, queues, topic and log groups are encrypted with it, and services may use it for that alone. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Services that put something into a queue, topic or log group of ours on behalf of this account. */
const senders = ['cloudwatch.amazonaws.com', 'events.amazonaws.com', 's3.amazonaws.com'];

export function deploymentKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  const { account, region, partition } = Stack.of(scope);
  const key = new Key(scope, 'Key', { description: 'Telemetry, state and alerts of fargazer', enableKeyRotation: true, removalPolicy });
  for (const service of senders) {
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: `Senders${service.split('.')[0]}`,
        principals: [new ServicePrincipal(service)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In the policy of a key the resource is the key itself.
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogGroups',
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` } },
    }),
  );
  return key;
}
