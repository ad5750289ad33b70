/** What the consumer may do, in single statements: each names its actions and its resources. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledge, wildcardUnder } from './acknowledge.ts';
import type { Foundation, ReadBucket } from './foundation.ts';

/** Gives a role all that `consume` and the Lambda handler do with stream, state, queues and topic. */
export function permitConsumer(role: Role, foundation: Foundation): void {
  const { stream, table, bucket, key, topic, notices, deadLetters } = foundation;
  const allow = (sid: string, actions: string[], resources: string[]): void => {
    role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
  };
  allow('ReadStream', ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:SubscribeToShard'], [stream.streamArn]);
  // Ticks, and what has no order of its own and is put into the stream first.
  allow('WriteStream', ['kinesis:PutRecord', 'kinesis:PutRecords'], [stream.streamArn]);
  allow('Items', ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'], [table.tableArn]);
  allow('Parts', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [bucket.arnForObjects('*')]);
  // Tells a missing part from one that may not be read, and lists what the sweep looks at.
  allow('ListParts', ['s3:ListBucket'], [bucket.bucketArn]);
  allow('UseKey', ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'], [key.keyArn]);
  allow('Alert', ['sns:Publish'], [topic.topicArn]);
  allow('Notices', ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'], [notices.queueArn]);
  allow('DeadLetters', ['sqs:SendMessage'], [deadLetters.queueArn]);
  acknowledge(role, {
    id: wildcardUnder(bucket, '/*'),
    reason: 'Parts are named by the hash of their content, so no name is known beforehand; the bucket holds nothing else.',
  });
}

/** Lets a role read the objects of a bucket that sends notices. */
export function permitBucket(role: Role, read: ReadBucket): void {
  const { bucketName, prefix = '', keyArn } = read;
  const objects = `arn:${Stack.of(role).partition}:s3:::${bucketName}/${prefix}*`;
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] }));
  if (keyArn !== undefined) role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] }));
  acknowledge(role, {
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${bucketName}/${prefix}*]`,
    reason: 'Names of objects that other services deliver carry date and hash; bucket and prefix are named.',
  });
}
