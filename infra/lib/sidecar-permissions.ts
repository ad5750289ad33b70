/** What the sidecar's task role gains: single actions on single resources, since whoever enters the task has them too. */
import { Stack, type CfnResource } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Policy, PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Where the tasks of a service keep what they learned in common. */
export type Baselines =
  /** Objects under `prefix` and the family of the task definition: no other service can write there. */
  | { readonly bucket: IBucket; readonly prefix?: string }
  /** A table of its own (keys `pk` and `sk`), for services whose tasks trust each other: any of them may write any vote. */
  | { readonly table: ITable };

interface Reached {
  topic?: ITopic | undefined;
  stream?: IStream | undefined;
  baselines?: Baselines | undefined;
  /** Folder of this service's votes, with its slash. */
  folder: string;
}

export function permitSidecar(scope: Construct, role: IRole, { topic, stream, baselines, folder }: Reached): void {
  const statements: PolicyStatement[] = [];
  const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, unknown>>): void => {
    statements.push(new PolicyStatement({ actions, resources, ...(conditions === undefined ? {} : { conditions }) }));
  };
  const useKey = (key: IKey | undefined, actions: string[]): void => {
    if (key !== undefined) allow(actions, [key.keyArn]);
  };
  if (topic !== undefined) {
    allow(['sns:Publish'], [topic.topicArn]);
    useKey(topic.masterKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
  if (stream !== undefined) {
    allow(['kinesis:PutRecords'], [stream.streamArn]);
    useKey(stream.encryptionKey, ['kms:GenerateDataKey']);
  }
  if (baselines !== undefined && 'table' in baselines) {
    // The keys hold back from what else is in the table, not from other tasks: a row's partition is its service, and parts are named by their content.
    allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'], [baselines.table.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['item:votes-*', 'part:*'] },
    });
    useKey(baselines.table.encryptionKey, ['kms:Decrypt']);
  } else if (baselines !== undefined) {
    const { bucket } = baselines;
    const { arn } = bucketFor(scope, bucket);
    const parts = `${arn}/${folder}parts/*`;
    allow(['s3:GetObject', 's3:PutObject'], [`${arn}/${folder}items/votes-*`, parts]);
    // What a task replaced of its own; votes themselves are never deleted.
    allow(['s3:DeleteObject'], [parts]);
    // Lists the votes, and tells a part that is gone from one that may not be read. It shows the names of all that is in the bucket.
    allow(['s3:ListBucket'], [arn]);
    useKey(bucket.encryptionKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
  if (statements.length === 0) return;
  const policy = new Policy(scope, 'Policy', { statements });
  role.attachInlinePolicy(policy);
  if (baselines === undefined || 'table' in baselines) return;
  const { named } = bucketFor(scope, baselines.bucket);
  for (const rest of ['items/votes-*', 'parts/*']) {
    // On a policy of its own, so that nothing of the role's other statements is acknowledged with it.
    acknowledge(policy, {
      id: `AwsSolutions-IAM5[Resource::${named}/${folder}${rest}]`,
      reason: 'Votes are named by task and start, parts by the hash of their content, so no name is known beforehand; the folder is of this service alone, and no action is a wildcard.',
    });
  }
}

/** A bucket's ARN for this stack, and how cdk-nag writes it. */
function bucketFor(scope: Construct, bucket: IBucket): { arn: string; named: string } {
  const owner = Stack.of(bucket);
  const made = bucket.node.defaultChild as CfnResource | undefined;
  if (made === undefined) return { arn: bucket.bucketArn, named: `arn:<AWS::Partition>:s3:::${owner.resolve(bucket.bucketName) as string}` };
  if (owner === Stack.of(scope)) return { arn: bucket.bucketArn, named: `<${owner.getLogicalId(made)}.Arn>` };
  // As the CDK would at synthesis; asked for here, its name is known now.
  const arn = owner.exportValue(bucket.bucketArn);
  return { arn, named: (owner.resolve(arn) as { 'Fn::ImportValue': string })['Fn::ImportValue'] };
}
