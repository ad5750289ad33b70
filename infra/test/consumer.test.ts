/** What stands in the template of the Lambda consumer. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { consumerStack, newApp } from './stacks.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Sid?: string;
}
const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Statements of one type of resource, with the logical id. */
export function statementsOf(template: Template, type: string, property = 'PolicyDocument'): (Statement & { at: string })[] {
  return Object.entries(template.findResources(type)).flatMap(([at, { Properties }]) =>
    (Properties[property].Statement as Statement[]).map((statement) => ({ ...statement, at })),
  );
}

describe('the Lambda consumer', () => {
  let template: Template;
  let assets: string[];
  before(() => {
    const app = newApp();
    template = Template.fromStack(consumerStack(app));
    assets = readdirSync(app.outdir).filter((name) => name.startsWith('asset.')).map((name) => join(app.outdir, name));
  });

  test('takes batches of one shard one after another, splits failing ones and gives up in time', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 10,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1_000,
      MaximumRecordAgeInSeconds: 21_600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } } },
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Stream'), 'Arn'] },
    });
  });

  test('takes notices of objects from a queue that gives up after five tries', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Notices'), 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 720,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } },
    });
  });

  test('runs on Node.js 24 and arm64, knows its resources, and carries the bundle alone', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'lambda.handler',
      Timeout: 120,
      MemorySize: 1_024,
      KmsKeyArn: Match.anyValue(),
      Environment: { Variables: { FARGAZER_STREAM: Match.anyValue(), FARGAZER_TABLE: Match.anyValue(), FARGAZER_BUCKET: Match.anyValue(), FARGAZER_TOPIC_ARN: Match.anyValue(), FARGAZER_NOTICES_URL: Match.anyValue(), FARGAZER_DEAD_LETTERS_URL: Match.anyValue() } },
    });
    assert.deepEqual(assets.map((folder) => readdirSync(folder, { recursive: true }).toSorted()), [['lambda.mjs', 'pieces', 'pieces/piece.mjs']]);
  });

  test('is called each minute, and a failed call becomes a dead letter', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } } } });
  });

  test('keeps its state in a table with recovery, expiry and a key, and outlives its stack', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
        DeletionProtectionEnabled: true,
      },
    });
  });

  test('keeps parts in a bucket that is sealed, private, and lets no part expire', () => {
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    assert.ok(bucket !== undefined);
    assert.equal(bucket['DeletionPolicy'], 'Retain');
    assert.equal(bucket['Properties'].BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm, 'aws:kms');
    assert.deepEqual(bucket['Properties'].PublicAccessBlockConfiguration, { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    for (const rule of bucket['Properties'].LifecycleConfiguration.Rules) {
      assert.deepEqual(Object.keys(rule).filter((name) => /Expir|Transition/.test(name)), []);
    }
    assert.ok(statementsOf(template, 'AWS::S3::BucketPolicy').some(({ Effect, Action }) => Effect === 'Deny' && Action === 's3:*'));
  });

  test('encrypts stream, queues, topic and log groups with the one key, which is rotated', () => {
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    template.hasResourceProperties('AWS::Kinesis::Stream', { StreamEncryption: { EncryptionType: 'KMS', KeyId: Match.anyValue() }, RetentionPeriodHours: 24, ShardCount: 1 });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: Match.anyValue() });
    template.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue(), RetentionInDays: Match.anyValue() });
  });

  test('keeps its own log for a month', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('has alarms, silence among them, which tell the topic', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    const names = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).map((id) => id.replace(/^Fargazer/, '').replace(/[0-9A-F]{8}$/, ''));
    assert.deepEqual(names.sort(), ['Behind', 'Cost', 'DeadLetters', 'Errors', 'IteratorAge', 'NoticesWait', 'Silence', 'Throttles', 'TicksMissing', 'WritesThrottled']);
    for (const alarm of alarms) assert.equal(alarm.AlarmActions.length, 1);
    // Where nothing comes there is no metric either: missing is what the alarm is about.
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IncomingBytes', Period: 900, Threshold: 15 * 256, ComparisonOperator: 'LessThanOrEqualToThreshold', TreatMissingData: 'breaching' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Invocations', TreatMissingData: 'breaching' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IteratorAge', Namespace: 'AWS/Lambda', Threshold: 600_000 });
    assert.ok(statementsOf(template, 'AWS::SNS::TopicPolicy').some(({ Principal, Action }) => Action === 'sns:Publish' && JSON.stringify(Principal).includes('cloudwatch.amazonaws.com')));
  });

  test('reckons the cost of a day from what is metered', () => {
    const cost = Object.values(template.findResources('AWS::CloudWatch::Alarm')).find(({ Properties }) => Properties.Metrics !== undefined);
    const expression = cost?.['Properties'].Metrics.find(({ Expression }: { Expression?: string }) => Expression !== undefined).Expression as string;
    const metered = { runMs: 1_000_000, runs: 10_000, writes: 2_000_000, reads: 1_000_000, puts: 5_000_000 };
    // 1 GB for 1,000 s; 10,000 calls; 2 M writes and 1 M reads; a shard for a day and 5 M puts.
    const dollars = 1_000 * 0.0000133334 + 0.002 + 1.25 + 0.125 + 0.36 + 0.07;
    const reckoned = Number(new Function(...Object.keys(metered), `return ${expression}`)(...Object.values(metered)));
    assert.ok(Math.abs(reckoned - dollars) < 1e-9, `${expression} = ${reckoned}`);
  });

  test('may do what is named, on what is named', () => {
    const statements = statementsOf(template, 'AWS::IAM::Policy');
    assert.ok(statements.length >= 10);
    for (const { Action, Resource, at } of statements) {
      for (const action of listed(Action)) assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/, `${at} may ${action}`);
      for (const resource of listed(Resource)) assert.notEqual(resource, '*', `${at}: ${listed(Action).join()}`);
    }
    assert.deepEqual(Object.values(template.findResources('AWS::IAM::Role')).flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? []), []);
    // The default policy of a key hands it to the account; no statement else allows more than is named.
    for (const { Action, Principal, at } of statementsOf(template, 'AWS::KMS::Key', 'KeyPolicy')) {
      if (JSON.stringify(Principal).includes(':root')) continue;
      for (const action of listed(Action)) assert.match(action, /^kms:[A-Za-z]+$/, at);
    }
  });
});

describe('options of the consumer', () => {
  test('an on-demand stream has no shard count, and its alarm of silence allows for the ticks of many shards', () => {
    const template = Template.fromStack(consumerStack(newApp(), { capacity: { mode: 'on-demand' } }, {}));
    template.hasResourceProperties('AWS::Kinesis::Stream', { ShardCount: Match.absent(), StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IncomingBytes', Threshold: 15 * 64 * 256 });
  });

  test('a bundle that was not built is told with its cure', () => {
    assert.throws(() => consumerStack(newApp(), { lambdaFolder: 'nowhere/lambda' }), /nowhere\/lambda has no lambda\.mjs: build it with npm run setup/);
  });

  test('a configuration that does not fit into the variables is refused', () => {
    assert.throws(() => consumerStack(newApp(), { config: `# ${'é'.repeat(1_500)}` }), /has 3002 bytes; a deployment carries 3000 at most/);
  });

  test('buckets of others are read as far as they are named, and may send notices', () => {
    const template = Template.fromStack(consumerStack(newApp(), { buckets: [{ bucketName: 'trail-bucket', prefix: 'AWSLogs/' }] }, {}));
    const reads = statementsOf(template, 'AWS::IAM::Policy').filter(({ Resource }) => JSON.stringify(Resource).includes('trail-bucket'));
    assert.deepEqual(reads.map(({ Action }) => Action), ['s3:GetObject']);
    assert.match(JSON.stringify(reads[0]?.Resource), /:s3:::trail-bucket\/AWSLogs\/\*/);
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'sqs:SendMessage', Principal: { Service: 's3.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' }, ArnEquals: Match.anyValue() } })]) },
    });
  });
});
