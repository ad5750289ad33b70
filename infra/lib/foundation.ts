/** What the Lambda consumer and the Fargate service stand on: stream, state, queues, topic and their key. */
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { deploymentKey } from './key.ts';

export type Capacity = { mode: 'on-demand' } | { mode: 'provisioned'; shards: number };

export interface FoundationProps {
  /** One provisioned shard where absent: 1 MB/s of compressed records in, at a quarter of on-demand's standing price. */
  readonly capacity?: Capacity;
  /** How long the stream keeps what was not read; 24 to 8,760. 24 where absent. */
  readonly retentionHours?: number;
  /** People who get the alerts by mail; each must confirm. */
  readonly alertEmails?: readonly string[];
  /** What becomes of key, table and bucket when the stack is deleted; kept where absent. */
  readonly removalPolicy?: RemovalPolicy;
  /** How long an object notice stays hidden while it is worked on; six times the longest run of the consumer, as Lambda demands. */
  readonly noticeVisibility: Duration;
}

/** An object whose bucket sends notices to the queue: it is read, and nothing else of the bucket. */
export interface ReadBucket {
  readonly bucketName: string;
  /** Without a leading slash; the whole bucket where absent. */
  readonly prefix?: string;
  /** Where the objects are encrypted with a key of the customer. */
  readonly keyArn?: string;
}

export class Foundation extends Construct {
  readonly key: Key;
  readonly stream: Stream;
  readonly table: Table;
  readonly bucket: Bucket;
  readonly topic: Topic;
  /** Notices of objects in buckets that others write to. */
  readonly notices: Queue;
  /** What could not be processed: batches, events, notices and single records. */
  readonly deadLetters: Queue;
  readonly capacity: Capacity;

  constructor(scope: Construct, id: string, props: FoundationProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.capacity = props.capacity ?? { mode: 'provisioned', shards: 1 };
    this.key = deploymentKey(this, removalPolicy);
    this.stream = new Stream(this, 'Stream', {
      ...(this.capacity.mode === 'provisioned' ? { streamMode: StreamMode.PROVISIONED, shardCount: this.capacity.shards } : { streamMode: StreamMode.ON_DEMAND }),
      encryption: StreamEncryption.KMS,
      encryptionKey: this.key,
      retentionPeriod: Duration.hours(props.retentionHours ?? 24),
      removalPolicy,
    });
    acknowledge(this.stream, {
      id: 'AwsSolutions-KDS3',
      reason: 'The rule saves the requests to KMS that a key of one\'s own costs: some dollars a month (docs/costs.md). With one key whoever may read the telemetry stands in one policy, and can be shut out at once.',
    });
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // Only rounds and applied contributions carry the attribute; baselines have none and stay.
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
    });
    this.bucket = stateBucket(this, this.key, removalPolicy);
    this.topic = new Topic(this, 'Alerts', { displayName: 'fargazer alerts', masterKey: this.key, enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const address of props.alertEmails ?? []) this.topic.addSubscription(new EmailSubscription(address));
    const sealed = { encryption: QueueEncryption.KMS, encryptionMasterKey: this.key, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...sealed, retentionPeriod: Duration.days(14) });
    this.notices = new Queue(this, 'Notices', {
      ...sealed,
      visibilityTimeout: props.noticeVisibility,
      retentionPeriod: Duration.days(4),
      // A reader that is throttled hands a notice back a few times; five is what AWS advises before giving up.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    this.tell();
  }

  /** Lets a bucket of this account send notices of new objects; the notices themselves are switched on at the bucket. */
  admitNotices({ bucketName }: ReadBucket): void {
    const { account, partition } = Stack.of(this);
    this.notices.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.notices.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${bucketName}` } },
      }),
    );
  }

  private tell(): void {
    const outputs = { StreamName: this.stream.streamName, TableName: this.table.tableName, BucketName: this.bucket.bucketName, TopicArn: this.topic.topicArn, NoticesUrl: this.notices.queueUrl };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

function stateBucket(scope: Construct, key: Key, removalPolicy: RemovalPolicy): Bucket {
  const bucket = new Bucket(scope, 'Parts', {
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    // Without it every part would be a request to KMS.
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy,
    // Parts have no expiry: who replaced one deletes it, and the sweep removes what nobody names.
    lifecycleRules: [{ id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
  });
  acknowledge(bucket, {
    id: 'AwsSolutions-S1',
    reason: 'Parts are written and read by one role, under names made from their content; who touched them stands in CloudTrail data events where wanted. Access logs would need a bucket that only grows.',
  });
  return bucket;
}
