/** GuardDuty: severity, repeats, and whom a finding is about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '#contract';
import { guardDuty } from '../../src/decode/guardduty.ts';
import { jsonRecord, oneEvent, sampleLines } from './sample.ts';

const samples = sampleLines('panther-tests/guardduty.jsonl') as JsonObject[];

test('findings are read, sample findings are not', () => {
  const run = guardDuty.open({});
  const decoded = samples.map((value) => {
    assert.ok(guardDuty.accepts?.(value));
    return run.decode(jsonRecord(value));
  });
  assert.deepEqual(decoded.map((one) => ('events' in one ? 'finding' : Object.values(one)[0])), [
    'finding', 'GuardDuty sample finding', 'finding', 'GuardDuty sample finding',
  ]);
  const critical = oneEvent(guardDuty, samples[0]!, 'detection');
  assert.deepEqual([critical.severity, critical.type, critical.product], ['critical', 'AttackSequence:IAM/CompromisedCredentials', 'GuardDuty']);
  assert.deepEqual([critical.timeMs, critical.subject.account], [Date.parse('2025-02-25T20:40:06.721Z'), '123456789012']);
  assert.equal(oneEvent(guardDuty, samples[2]!, 'detection').severity, 'low');
});

test('severity follows the published ranges', () => {
  const words = [1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map((severity) => oneEvent(guardDuty, { ...samples[0]!, severity }, 'detection').severity);
  assert.deepEqual(words, ['low', 'low', 'medium', 'medium', 'high', 'high', 'critical', 'critical']);
});

test('an update is a record of its own, the same update twice is one', () => {
  const id = (updatedAt: string) => oneEvent(guardDuty, { ...samples[0]!, updatedAt }, 'detection').id;
  assert.equal(id('2025-02-25T20:40:06Z'), id('2025-02-25T20:40:06.000Z'));
  assert.notEqual(id('2025-02-25T20:40:06Z'), id('2025-02-26T02:40:06Z'));
});

test('a finding about a task is filed under it', () => {
  const resource = {
    resourceType: 'ECSCluster',
    ecsClusterDetails: {
      name: 'shop', arn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
      taskDetails: {
        arn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef', group: 'service:checkout',
        definitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7', containers: [{ name: 'web', image: 'web:1' }],
      },
    },
  };
  const envelope = { 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', id: 'e-1', time: '2025-02-25T20:45:00Z', detail: { ...samples[0]!, resource } };
  assert.deepEqual(oneEvent(guardDuty, envelope, 'detection').subject, {
    account: '123456789012', region: 'us-east-1', cluster: 'shop', service: 'checkout', family: 'web', revision: '7',
    task: '0123456789abcdef0123456789abcdef', container: 'web',
  });
});

test('a finding about a role is filed under the role', () => {
  const resource = { accessKeyDetails: { userType: 'AssumedRole', userName: 'app', principalId: 'AROAEXAMPLE:session' } };
  const { subject } = oneEvent(guardDuty, { ...samples[0]!, resource }, 'detection');
  assert.deepEqual([subject.principal, subject.session], ['arn:aws:iam::123456789012:role/app', 'session']);
});
