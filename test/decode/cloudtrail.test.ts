/** CloudTrail: the three carriers, who called, on what, and with which outcome. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudTrailRecord } from '#contract';
import type { JsonObject, JsonValue } from '#contract';
import { cloudTrail } from '../../src/decode/cloudtrail.ts';
import { eventsOf, jsonRecord, oneEvent, sampleLines, sampleValue } from './sample.ts';

const delivered = (sampleValue('cloudtrail-invictus/records.json') as { Records: JsonObject[] }).Records;

function call(options: Partial<Parameters<typeof cloudTrailRecord>[0]> = {}): JsonObject {
  return JSON.parse(cloudTrailRecord({ at: '2024-05-01T10:00:00Z', id: 'id-1', source: 'iam.amazonaws.com', name: 'CreateUser', ...options })) as JsonObject;
}

test('every record of a real delivery file and of an ordinary account is accepted and decoded', () => {
  for (const value of [...delivered, ...sampleLines('opensearch-catalog/cloudtrail.ndjson')]) {
    assert.ok(cloudTrail.accepts?.(value));
    const event = oneEvent(cloudTrail, value, 'api');
    assert.equal(event.id, (value as JsonObject)['eventID']);
    assert.ok(event.hasOwnId);
    assert.equal(event.origin.eventId, event.id);
    assert.equal(new Date(event.timeMs).toISOString().replace('.000', ''), (value as JsonObject)['eventTime']);
    assert.notEqual(event.actor.principal, '');
    assert.equal(event.subject.region, (value as JsonObject)['awsRegion']);
  }
});

test('a role session is its role, with the session beside it', () => {
  const value = delivered.find((record) => record['eventName'] === 'GetPasswordData')!;
  const event = oneEvent(cloudTrail, value, 'api');
  assert.equal(event.actor.principal, 'arn:aws:iam::123837392027:role/svc-ec2-get-password-data-role');
  assert.equal(event.subject.principal, event.actor.principal);
  assert.equal(event.subject.session, event.actor.session);
  assert.ok(event.actor.session !== undefined && !event.actor.principal.includes(event.actor.session));
  assert.equal(event.outcome, 'denied');
  assert.match(event.resource, /^i-/);
  assert.equal(event.subject.task, undefined);
});

test('a session without issuer is filed under the role that its ARN names', () => {
  const identity = { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/app/0123456789abcdef0123456789abcdef', accountId: '111122223333' };
  const event = oneEvent(cloudTrail, call({ identity }), 'api');
  assert.equal(event.actor.principal, 'arn:aws:iam::111122223333:role/app');
  assert.equal(event.subject.task, '0123456789abcdef0123456789abcdef');
});

const callers: [string, JsonValue, string][] = [
  ['a service', { type: 'AWSService', invokedBy: 'ecs.amazonaws.com' }, 'ecs.amazonaws.com'],
  ['a service that leaves out the type', { accountId: '1', invokedBy: 'ec2.amazonaws.com' }, 'ec2.amazonaws.com'],
  ['the root user', { type: 'Root', principalId: '1', accountId: '111122223333' }, 'arn:aws:iam::111122223333:root'],
  ['a federated user', { type: 'FederatedUser', arn: 'arn:aws:sts::1:federated-user/bo', sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::1:user/al' } } }, 'arn:aws:iam::1:user/al'],
  ['a web identity', { type: 'WebIdentityUser', identityProvider: 'arn:aws:iam::1:oidc-provider/x', userName: 'repo:a/b' }, 'arn:aws:iam::1:oidc-provider/x/repo:a/b'],
  ['a user of Identity Center', { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-1', identityStoreArn: 'arn:aws:identitystore::1:identitystore/d' } }, 'u-1'],
  ['another account', { type: 'AWSAccount', accountId: '999999999999', principalId: 'AIDAEXAMPLE' }, '999999999999'],
  ['a failed sign-in', { type: 'IAMUser', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS', accountId: '' }, 'HIDDEN_DUE_TO_SECURITY_REASONS'],
];
for (const [who, identity, principal] of callers) {
  test(`${who} is known by its principal`, () => {
    assert.equal(oneEvent(cloudTrail, call({ identity }), 'api').actor.principal, principal);
  });
}

test('an answer of LookupEvents is its inner record', () => {
  for (const value of sampleLines('plaso/aws_cloudtrail.jsonl')) {
    const outer = value as JsonObject;
    const event = oneEvent(cloudTrail, value, 'api');
    assert.equal(event.id, outer['EventId']);
    assert.equal(event.operation, outer['EventName']);
    assert.equal(event.isReadOnly, outer['ReadOnly'] === 'true');
    assert.equal(event.resource, 'i-01234567890123456');
    assert.equal(event.actor.principal, 'arn:aws:iam::012345678901:user/fakeusername');
  }
});

test('an EventBridge envelope gives its id only where the record has none', () => {
  const detail = call();
  const envelope = { version: '0', id: 'outer', 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.iam', detail };
  assert.ok(cloudTrail.accepts?.(envelope));
  assert.equal(oneEvent(cloudTrail, envelope, 'api').id, 'id-1');
  delete detail['eventID'];
  const event = oneEvent(cloudTrail, envelope, 'api');
  assert.deepEqual([event.id, event.hasOwnId], ['outer', true]);
});

test('a failed console sign-in is a failure though it has no error code', () => {
  const event = oneEvent(cloudTrail, { ...call({ source: 'signin.amazonaws.com', name: 'ConsoleLogin', response: { ConsoleLogin: 'Failure' } }), additionalEventData: { MFAUsed: 'Yes' } }, 'api');
  assert.equal(event.outcome, 'failure');
  assert.equal(event.actor.isMfaAuthenticated, true);
});

test('outcomes follow the error code', () => {
  const outcomes = { AccessDenied: 'denied', 'Client.UnauthorizedOperation': 'denied', VpceAccessDenied: 'denied', ThrottlingException: 'failure' };
  for (const [errorCode, outcome] of Object.entries(outcomes)) {
    const event = oneEvent(cloudTrail, call({ errorCode }), 'api');
    assert.deepEqual([event.outcome, event.errorCode], [outcome, errorCode]);
  }
  assert.equal(oneEvent(cloudTrail, call(), 'api').outcome, 'success');
});

test('reading is told by the record, else by the name of the call', () => {
  const unknown = (name: string) => {
    const { readOnly: _readOnly, ...value } = call({ name });
    return oneEvent(cloudTrail, value, 'api').isReadOnly;
  };
  assert.deepEqual(['GetRole', 'DescribeTasks', 'CreateUser', 'Getaway'].map(unknown), [true, true, false, false]);
  assert.equal(oneEvent(cloudTrail, { ...call({ name: 'GetRole' }), readOnly: false }, 'api').isReadOnly, false);
});

const resources: [JsonObject, string][] = [
  [{ roleName: 'app', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }, 'app'],
  [{ instancesSet: { items: [{ instanceId: 'i-1' }] }, filterSet: { items: [{ name: 'vpc-id' }] } }, 'i-1'],
  [{ DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-1' } } }, 'fl-1'],
  [{ family: 'web', containerDefinitions: [{ name: 'sidecar', image: 'x' }] }, 'web'],
  [{ filterSet: { items: [{ name: 'association.main' }] } }, ''],
  [{ somethingIdentifier: 'abc', clientToken: 'z' }, 'abc'],
];
for (const [request, resource] of resources) {
  test(`${JSON.stringify(request).slice(0, 60)} acts upon "${resource}"`, () => {
    assert.equal(oneEvent(cloudTrail, call({ request }), 'api').resource, resource);
  });
}

test('of an object and its bucket the bucket is the resource', () => {
  const value = { ...call(), resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/k' }, { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' }] };
  assert.equal(oneEvent(cloudTrail, value, 'api').resource, 'arn:aws:s3:::b');
});

test('passwords and session tokens do not come through', () => {
  const value = call({ request: { userName: 'x', password: 'hunter2hunter2' }, response: { credentials: { sessionToken: 'IQoJabc', secretAccessKey: 'wJalr' } } });
  const event = JSON.stringify(eventsOf(cloudTrail, value));
  assert.doesNotMatch(event, /hunter2|IQoJabc|wJalr/);
});

test('what is no call is skipped, what has no time is unreadable in words', () => {
  const run = cloudTrail.open({});
  assert.deepEqual(run.decode(jsonRecord({ digestStartTime: '2024-01-01T00:00:00Z', logFiles: [] })), { skipped: 'CloudTrail digest' });
  assert.deepEqual(run.decode(jsonRecord({ ...call(), eventCategory: 'Insight' })), { skipped: 'CloudTrail Insights event' });
  assert.match(JSON.stringify(run.decode(jsonRecord({ ...call(), eventTime: 'yesterday' }))), /eventTime as an ISO 8601 instant/);
  assert.match(JSON.stringify(run.decode(jsonRecord({ CloudTrailEvent: '{cut' }))), /holds no JSON object/);
});

test('an S3 notification is no CloudTrail record', () => {
  const value = { eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventName: 'ObjectCreated:Put', userIdentity: { principalId: 'x' } };
  assert.equal(cloudTrail.accepts?.(value), false);
});
