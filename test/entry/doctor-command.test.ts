/** `fargazer doctor` through the whole program, by real clients against an account that answers: rows with cures, and how it ends. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { program } from '../../src/entry/compose.ts';
import { accountStub, Failure, type AccountStub } from '../support/aws/account-stub.ts';
import { standIn, tell } from './stand-in.ts';

const resource = (LogicalResourceId: string, ResourceType: string, PhysicalResourceId: string) => ({ LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus: 'CREATE_COMPLETE', LastUpdatedTimestamp: '2026-11-24T09:00:00Z' });
let account: AccountStub;

before(async () => {
  account = await accountStub({});
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'stub', AWS_SECRET_ACCESS_KEY: 'stub', AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: account.endpoint });
  delete process.env['AWS_REGION'];
});
beforeEach(() => {
  account.calls.length = 0;
  account.answers.clear();
  account.answers.set('cloudformation:ListStackResources', { StackResourceSummaries: [resource('Stream', 'AWS::Kinesis::Stream', 'telemetry')] });
  account.answers.set('cloudformation:GetTemplate', { TemplateBody: '{"Resources":{}}' });
  account.answers.set('kinesis:DescribeStreamSummary', { StreamDescriptionSummary: { StreamName: 'telemetry', StreamStatus: 'ACTIVE', OpenShardCount: 2, RetentionPeriodHours: 24, EncryptionType: 'KMS' } });
});
after(() => account.close());

test('each check is a row, with its cure under it, and a failed one is the exit status', async () => {
  const { out, err, status } = await tell(['doctor', '--stack', 'shop', '--region', 'eu-central-1'], program);
  assert.equal(err, '');
  assert.match(out, /^ok {4}stack: shop is deployed, with 1 resources\.\n/);
  assert.match(out, /\nok {4}stream: /);
  assert.match(out, /\nfail {2}table: .*\n {6}\S/);
  assert.equal(status, 1);
  assert.ok(!account.calls.some(({ call }) => /Put|Publish/.test(call)), 'something was sent');
});

test('a stack that does not exist, and an account that may not be asked, are rows too', async () => {
  account.answers.set('cloudformation:ListStackResources', new Failure(400, 'ValidationError', 'Stack with id shop does not exist'));
  const missing = await tell(['doctor', '--stack', 'shop', '--region', 'eu-central-1'], program);
  assert.match(missing.out, /^fail {2}stack: There is no stack shop in this account and region\.\n {6}Check name/);
  assert.equal(missing.status, 1);
  account.answers.set('cloudformation:ListStackResources', new Failure(403, 'AccessDenied', 'not authorized'));
  const denied = await tell(['doctor', '--stack', 'shop', '--region', 'eu-central-1'], program);
  assert.match(denied.out, /^warn {2}stack: cloudformation:ListStackResources was not answered/);
  assert.equal(denied.status, 0);
});

test('with --send a record is sent', async () => {
  account.answers.set('kinesis:PutRecord', { ShardId: 'shardId-000000000001', SequenceNumber: '4960' });
  await tell(['doctor', '--stack', 'shop', '--region', 'eu-central-1', '--send'], program);
  assert.deepEqual(account.calls.filter(({ call }) => call === 'kinesis:PutRecord').map(({ input }) => input['StreamName']), ['telemetry']);
});

test('what AWS says reaches the terminal as text, and a stack must be named', async () => {
  const hostile = '\u001b[2Jevil';
  const { out, status } = await tell(['doctor', '--stack', 'shop'], standIn({
    doctor: async ({ onCheck }) => {
      onCheck({ name: hostile, verdict: 'warn', sentence: hostile, cure: hostile });
      return 'warn';
    },
  }));
  assert.ok(!out.includes('\u001b'));
  assert.equal(status, 0);
  const wrong = await tell(['doctor', '--send'], standIn());
  assert.match(wrong.err, /^fargazer doctor: the option --stack <name> is missing\./);
  assert.equal(wrong.status, 2);
  assert.match((await tell(['doctor'], standIn())).out, /--stack <name>.*sidecar/s);
  assert.match((await tell(['doctor', '--stack', 'x', '--region', 'Frankfurt'], standIn())).err, /expected the name of an AWS region/);
});
