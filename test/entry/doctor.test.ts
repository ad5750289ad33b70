/** The doctor, with real SDK clients against an account that answers in AWS's protocols. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock, FargazerEvent, JsonValue, Store } from '#contract';
import { openRecords } from '../../src/decode/record.ts';
import { walkKey } from '../../src/engine/checkpoint.ts';
import type { LaneRecord, Round } from '../../src/engine/rounds.ts';
import { doctor, type DoctorReport } from '../../src/entry/program/doctor.ts';
import { syntheticRecord } from '../../src/entry/program/doctor/stream.ts';
import { laneKey, roundKey } from '../../src/entry/program/live/lane.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { accountStub, Entries, Failure, type AccountStub, type Answer } from '../support/aws/account-stub.ts';

const nowMs = Date.parse('2026-11-24T10:00:00Z');
const region = 'eu-central-1';
const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:111122223333:${rest}`;
const resource = (LogicalResourceId: string, ResourceType: string, PhysicalResourceId: string, ResourceStatus = 'CREATE_COMPLETE') => ({ LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus, LastUpdatedTimestamp: '2026-11-24T09:00:00Z' });
const resources = [
  resource('Stream', 'AWS::Kinesis::Stream', 'telemetry'),
  resource('Table', 'AWS::DynamoDB::Table', 'state'),
  resource('Parts', 'AWS::S3::Bucket', 'parts'),
  resource('Alerts', 'AWS::SNS::Topic', arn('sns', 'alerts')),
  resource('Function', 'AWS::Lambda::Function', 'fargazer'),
  resource('DeadLetters', 'AWS::SQS::Queue', `https://sqs.${region}.amazonaws.com/111122223333/dead`),
  resource('FlowLogGroup', 'AWS::Logs::LogGroup', '/flows'),
];
const template = {
  Resources: {
    Checkout: { Type: 'AWS::Logs::SubscriptionFilter', Properties: { LogGroupName: '/ecs/checkout' } },
    Flows: { Type: 'AWS::Logs::SubscriptionFilter', Properties: { LogGroupName: { Ref: 'FlowLogGroup' } } },
    Other: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/ecs/other' } },
  },
};
const mapping = {
  EventSourceArn: arn('kinesis', 'stream/telemetry'),
  State: 'Enabled',
  LastProcessingResult: 'OK',
  ParallelizationFactor: 1,
  BisectBatchOnFunctionError: true,
  MaximumRetryAttempts: 10,
  MaximumRecordAgeInSeconds: 21_600,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  DestinationConfig: { OnFailure: { Destination: arn('sqs', 'dead') } },
};
const table = { TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }], SSEDescription: { SSEType: 'KMS', Status: 'ENABLED' } };
const summary = { StreamName: 'telemetry', StreamStatus: 'ACTIVE', OpenShardCount: 2, RetentionPeriodHours: 24, EncryptionType: 'KMS' };

/** Everything as it should be. */
const well: Record<string, Answer> = {
  'cloudformation:ListStackResources': ({ NextToken }) => (NextToken === undefined ? { StackResourceSummaries: resources.slice(0, 3), NextToken: 'more' } : { StackResourceSummaries: resources.slice(3) }),
  'cloudformation:GetTemplate': { TemplateBody: JSON.stringify(template) },
  'lambda:GetFunctionConfiguration': { FunctionName: 'fargazer', State: 'Active', LastUpdateStatus: 'Successful', Runtime: 'nodejs24.x', MemorySize: 1_024 },
  'lambda:ListEventSourceMappings': { EventSourceMappings: [{ EventSourceArn: arn('sqs', 'notices'), State: 'Enabled' }, mapping] },
  'kinesis:DescribeStreamSummary': { StreamDescriptionSummary: summary },
  'kinesis:PutRecord': { ShardId: 'shardId-000000000001', SequenceNumber: '4960' },
  'dynamodb:DescribeTable': { Table: table },
  'dynamodb:DescribeTimeToLive': { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' } },
  'dynamodb:DescribeContinuousBackups': { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } } },
  'logs:DescribeSubscriptionFilters': ({ logGroupName }) => ({ subscriptionFilters: [{ filterName: 'x', logGroupName, destinationArn: arn('kinesis', 'stream/telemetry') }] }),
  'sns:GetTopicAttributes': { Attributes: new Entries({ SubscriptionsConfirmed: '2', SubscriptionsPending: '0' }) },
  'sns:Publish': { MessageId: 'message-1' },
  'sqs:GetQueueAttributes': { Attributes: { ApproximateNumberOfMessages: '0' } },
};

/** A clock that moves by what is slept. */
function fakeClock(): Clock {
  let atMs = nowMs;
  return {
    now: () => atMs,
    sleep: async (ms) => {
      atMs += ms;
    },
  };
}

async function put(store: Store, key: string, value: unknown): Promise<void> {
  const item = await store.item(key);
  assert.notEqual(await store.commit({ key, value: value as JsonValue, expected: item?.version }), undefined);
}

const round = (number: number, timeMs: number): Round => ({ number, timeMs, shards: ['shardId-000000000001', 'shardId-000000000002'] });
const lane = (tickMs: number | null, sequence = '4950'): LaneRecord => ({ sequence, round: tickMs === null ? 0 : 7, tickMs, contributions: [] });

/** Round 7 half a minute ago, applied by both shards and judged. */
async function livingStore(): Promise<Store> {
  const store = memoryStore();
  await put(store, roundKey(6), round(6, nowMs - 90_000));
  await put(store, roundKey(7), round(7, nowMs - 30_000));
  await put(store, laneKey('shardId-000000000001'), lane(nowMs - 30_000));
  await put(store, laneKey('shardId-000000000002'), lane(nowMs - 90_000));
  await put(store, walkKey, { live: { round: 6 } });
  return store;
}

describe('the doctor', () => {
  let stub: AccountStub;
  before(async () => {
    stub = await accountStub(well);
  });
  afterEach(() => {
    stub.calls.length = 0;
    for (const [call, answer] of Object.entries(well)) stub.answers.set(call, answer);
  });
  after(() => stub.close());

  async function examine(options: { isSending?: boolean; store?: Store } = {}): Promise<DoctorReport> {
    // The client of Kinesis speaks HTTP/2 by itself, which stand-ins do not.
    const aws = { region, endpoint: stub.endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, requestHandler: new NodeHttpHandler(), maxAttempts: 1 };
    const { store } = options;
    return doctor({ stack: 'Fargazer', isSending: options.isSending === true }, { clock: fakeClock(), aws, ...(store === undefined ? {} : { openStore: async () => store }) });
  }
  const verdictsOf = ({ checks }: DoctorReport): Record<string, string> => Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
  const found = ({ checks }: DoctorReport, name: string): string => checks.filter((check) => check.name === name).map(({ sentence, cure }) => `${sentence} ${cure ?? ''}`).join(' ');

  test('finds nothing where all is well, and changes nothing', async () => {
    const report = await examine({ store: await livingStore() });
    assert.equal(report.verdict, 'ok', JSON.stringify(report.checks.filter(({ verdict }) => verdict !== 'ok')));
    assert.deepEqual(Object.keys(verdictsOf(report)), ['stack', 'function', 'mapping', 'stream', 'table', 'expiry', 'recovery', 'route /ecs/checkout', 'route /flows', 'topic', 'dead letters', 'rounds', 'lag', 'judging']);
    assert.deepEqual(stub.calls.map(({ call }) => call).filter((call) => !/:(?:Get|List|Describe)/.test(call)), []);
  });

  test('reads a stack of several pages', async () => {
    await examine();
    assert.equal(stub.calls.filter(({ call }) => call === 'cloudformation:ListStackResources').length, 2);
  });

  test('says that a stack does not exist, and stops there', async () => {
    stub.answers.set('cloudformation:ListStackResources', new Failure(400, 'ValidationError', 'Stack with id Fargazer does not exist'));
    const report = await examine();
    assert.deepEqual(report.checks.map(({ name, verdict }) => [name, verdict]), [['stack', 'fail']]);
    assert.match(found(report, 'stack'), /There is no stack Fargazer .* cdk deploy/);
  });

  test('names resources that failed', async () => {
    stub.answers.set('cloudformation:ListStackResources', { StackResourceSummaries: [...resources, resource('Rule', 'AWS::Events::Rule', 'rule', 'UPDATE_FAILED')] });
    assert.match(found(await examine(), 'stack'), /1 of its resources failed: Rule \(UPDATE_FAILED\)/);
  });

  test('tells missing permissions of its own from faults of the stack', async () => {
    stub.answers.set('dynamodb:DescribeTable', new Failure(400, 'AccessDeniedException', 'not authorized to perform dynamodb:DescribeTable'));
    const report = await examine();
    assert.equal(verdictsOf(report)['table'], 'warn');
    assert.match(found(report, 'table'), /Use credentials that may call dynamodb:DescribeTable/);
    assert.equal(report.verdict, 'warn');
  });

  const faults: readonly { title: string; call: string; answer: Answer; check: string; verdict: string; says: RegExp }[] = [
    { title: 'a function whose update failed', call: 'lambda:GetFunctionConfiguration', answer: { State: 'Active', LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no such image' }, check: 'function', verdict: 'fail', says: /cannot run \(no such image\)/ },
    { title: 'a missing mapping', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [] }, check: 'mapping', verdict: 'fail', says: /mapping is missing/ },
    { title: 'a disabled mapping', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [{ ...mapping, State: 'Disabled' }] }, check: 'mapping', verdict: 'fail', says: /is disabled: the stream is not read/ },
    { title: 'a batch that was not processed', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [{ ...mapping, LastProcessingResult: 'PROBLEM: Function call failed' }] }, check: 'mapping', verdict: 'fail', says: /PROBLEM: Function call failed/ },
    { title: 'batches of a shard that run at once', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [{ ...mapping, ParallelizationFactor: 4 }] }, check: 'mapping', verdict: 'fail', says: /4 batches of one shard run at once/ },
    { title: 'unreported partial failures', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [{ ...mapping, FunctionResponseTypes: [] }] }, check: 'mapping', verdict: 'fail', says: /ReportBatchItemFailures/ },
    { title: 'retries without end', call: 'lambda:ListEventSourceMappings', answer: { EventSourceMappings: [{ ...mapping, MaximumRetryAttempts: -1, DestinationConfig: {} }] }, check: 'mapping', verdict: 'warn', says: /tries without end, no dead letters/ },
    { title: 'a stream that is gone', call: 'kinesis:DescribeStreamSummary', answer: new Failure(400, 'ResourceNotFoundException', 'no such stream'), check: 'stream', verdict: 'fail', says: /no such stream/ },
    { title: 'a stream without encryption', call: 'kinesis:DescribeStreamSummary', answer: { StreamDescriptionSummary: { ...summary, EncryptionType: 'NONE' } }, check: 'stream', verdict: 'warn', says: /unencrypted/ },
    { title: 'a table of somebody else', call: 'dynamodb:DescribeTable', answer: { Table: { ...table, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] } }, check: 'table', verdict: 'fail', says: /other keys \(HASH id\)/ },
    { title: 'expiry switched off', call: 'dynamodb:DescribeTimeToLive', answer: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } }, check: 'expiry', verdict: 'warn', says: /off \(disabled\)/ },
    { title: 'expiry by another attribute', call: 'dynamodb:DescribeTimeToLive', answer: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } }, check: 'expiry', verdict: 'warn', says: /enabled, ttl/ },
    { title: 'recovery switched off', call: 'dynamodb:DescribeContinuousBackups', answer: { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' } } }, check: 'recovery', verdict: 'warn', says: /recovery is off/ },
    { title: 'a subscription that leads elsewhere', call: 'logs:DescribeSubscriptionFilters', answer: { subscriptionFilters: [{ destinationArn: arn('kinesis', 'stream/other-telemetry') }] }, check: 'route /ecs/checkout', verdict: 'fail', says: /None of its 1 subscriptions leads to the stream/ },
    { title: 'a log group that is gone', call: 'logs:DescribeSubscriptionFilters', answer: new Failure(400, 'ResourceNotFoundException', 'no such group'), check: 'route /flows', verdict: 'fail', says: /does not exist any more/ },
    { title: 'a stack without routes', call: 'cloudformation:GetTemplate', answer: { TemplateBody: '{}' }, check: 'routes', verdict: 'warn', says: /subscribes no log group/ },
    { title: 'alerts that nobody gets', call: 'sns:GetTopicAttributes', answer: { Attributes: new Entries({ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' }) }, check: 'topic', verdict: 'warn', says: /no confirmed subscription, and 1 wait.*Confirm them/ },
    { title: 'dead letters', call: 'sqs:GetQueueAttributes', answer: { Attributes: { ApproximateNumberOfMessages: '3' } }, check: 'dead letters', verdict: 'warn', says: /^3 batches, events or records/ },
  ];
  for (const { title, call, answer, check, verdict, says } of faults) {
    test(`sees ${title}`, async () => {
      stub.answers.set(call, answer);
      const report = await examine();
      assert.equal(verdictsOf(report)[check], verdict);
      assert.match(found(report, check), says);
      assert.ok(report.checks.filter((one) => one.verdict !== 'ok').every(({ cure = '' }) => cure !== ''), 'what is wrong has a cure');
    });
  }

  test('sees that the schedule stopped', async () => {
    const store = await livingStore();
    await put(store, roundKey(7), round(7, nowMs - 600_000));
    const report = await examine({ store });
    assert.match(found(report, 'rounds'), /The last round \(7\) is 10 min old/);
    assert.equal(verdictsOf(report)['rounds'], 'fail');
  });

  test('sees that no round was ever written', async () => {
    assert.match(found(await examine({ store: memoryStore() }), 'rounds'), /No round was ever written/);
  });

  test('sees the shard that is furthest behind, and one that was never read', async () => {
    const store = await livingStore();
    await put(store, laneKey('shardId-000000000002'), lane(nowMs - 3_600_000));
    const late = await examine({ store });
    assert.equal(verdictsOf(late)['lag'], 'fail');
    assert.match(found(late, 'lag'), /shardId-000000000002 is 60 min behind/);
    await put(store, laneKey('shardId-000000000001'), lane(null));
    assert.match(found(await examine({ store }), 'lag'), /shardId-000000000001 was never read up to a tick/);
  });

  test('sees rounds that pile up unjudged', async () => {
    const store = await livingStore();
    await put(store, roundKey(40), round(40, nowMs - 30_000));
    const report = await examine({ store });
    assert.match(found(report, 'judging'), /34 rounds wait to be judged; the last judged one is 6/);
  });

  test('says what a state that cannot be read costs, and looks at the rest', async () => {
    const store: Store = { ...memoryStore(), items: () => Promise.reject(new Error('AccessDenied')) };
    const report = await examine({ store });
    assert.equal(verdictsOf(report)['rounds'], 'warn');
    assert.equal(verdictsOf(report)['topic'], 'ok');
  });

  test('sends a marked record and a marked alert when asked to, and waits for the record to be read', async () => {
    const store = await livingStore();
    let asked = 0;
    const watched: Store = {
      ...store,
      item: async (key) => {
        // The function is through with the record when it is asked for the third time.
        if (key === laneKey('shardId-000000000001') && ++asked === 3) await put(store, key, lane(nowMs, '4960'));
        return store.item(key);
      },
    };
    const report = await examine({ isSending: true, store: watched });
    assert.deepEqual(report.checks.slice(-3).map(({ name, verdict }) => [name, verdict]), [['record in', 'ok'], ['record read', 'ok'], ['alert out', 'ok']]);
    assert.match(found(report, 'record read'), /6 s later/);
    const record = stub.calls.find(({ call }) => call === 'kinesis:PutRecord')?.input;
    assert.equal(record?.['StreamName'], 'telemetry');
    assert.match(gunzipSync(Buffer.from(record?.['Data'], 'base64')).toString(), /synthetic.*a test: nothing happened/);
    const alert = stub.calls.find(({ call }) => call === 'sns:Publish')?.input;
    assert.match(alert?.['Subject'], /a test/);
    assert.equal((JSON.parse(alert?.['Message']) as { fargazer: string }).fargazer, 'test');
    assert.equal(alert?.['MessageAttributes.entry.1.Name'], 'test');
  });

  test('says that a record was not read in time', async () => {
    const report = await examine({ isSending: true, store: await livingStore() });
    assert.match(found(report, 'record read'), /shardId-000000000001 was not read as far as the synthetic record within 90 s/);
    assert.equal(verdictsOf(report)['alert out'], 'ok');
  });

  test('looks at a stack whose consumer is a service as far as it can', async () => {
    stub.answers.set('cloudformation:ListStackResources', { StackResourceSummaries: resources.filter(({ LogicalResourceId }) => LogicalResourceId !== 'Function') });
    const report = await examine({ store: memoryStore() });
    assert.equal(verdictsOf(report)['function'], 'warn');
    assert.equal(verdictsOf(report)['rounds'], undefined);
  });
});

test('the synthetic record reads as a log record of a group that nobody has', () => {
  const events: FargazerEvent[] = [];
  const reader = openRecords({ file: 'shard', settings: {}, intake: { generation: 0, take: (event) => (events.push(event), event) } });
  reader.take(syntheticRecord(nowMs), '1', nowMs);
  assert.equal(events.length, 1, JSON.stringify(reader.reading));
  assert.equal(events[0]?.kind, 'log');
  assert.equal(events[0]?.timeMs, nowMs);
});
