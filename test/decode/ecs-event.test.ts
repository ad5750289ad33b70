/** ECS events: tasks, deployments, and what belongs to others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ecsTaskEvent } from '#contract';
import type { JsonObject } from '#contract';
import { cloudTrail } from '../../src/decode/cloudtrail.ts';
import { ecsEvent } from '../../src/decode/ecs-event.ts';
import { guardDuty } from '../../src/decode/guardduty.ts';
import { jsonRecord, oneEvent } from './sample.ts';

const task = '0123456789abcdef0123456789abcdef';

/** Written after the published example of a task state change on Fargate. */
const change: JsonObject = {
  version: '0', id: '3317b2af-7005-947d-b652-f55e762e571a', 'detail-type': 'ECS Task State Change', source: 'aws.ecs',
  account: '111122223333', time: '2020-01-23T17:57:58Z', region: 'us-west-2', resources: [`arn:aws:ecs:us-west-2:111122223333:task/shop/${task}`],
  detail: {
    attachments: [{
      id: 'a-1', type: 'eni', status: 'ATTACHED',
      details: [
        { name: 'subnetId', value: 'subnet-1' }, { name: 'networkInterfaceId', value: 'eni-02f2f5f3b5d6a7b8c' },
        { name: 'privateIPv4Address', value: '10.0.0.132' },
      ],
    }],
    clusterArn: 'arn:aws:ecs:us-west-2:111122223333:cluster/shop', taskArn: `arn:aws:ecs:us-west-2:111122223333:task/shop/${task}`,
    containers: [{
      name: 'web', image: '111122223333.dkr.ecr.us-west-2.amazonaws.com/web:latest', imageDigest: 'sha256:74b2c688c700', lastStatus: 'RUNNING',
      networkInterfaces: [{ attachmentId: 'a-1', privateIpv4Address: '10.0.0.132', ipv6Address: '2600:1f18::1' }],
    }],
    createdAt: '2020-01-23T17:57:34.402Z', startedAt: '2020-01-23T17:57:50Z', stoppedAt: '2020-01-23T17:57:55Z', updatedAt: '2020-01-23T17:57:57.123Z',
    group: 'service:checkout', launchType: 'FARGATE', lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited', taskDefinitionArn: 'arn:aws:ecs:us-west-2:111122223333:task-definition/web:7', version: 3,
  },
};

test('a task state change names task, owner, interface and images', () => {
  const event = oneEvent(ecsEvent, change, 'task');
  assert.deepEqual(event.subject, {
    account: '111122223333', region: 'us-west-2', cluster: 'shop', service: 'checkout', family: 'web', revision: '7', task,
    networkInterface: 'eni-02f2f5f3b5d6a7b8c', address: '10.0.0.132',
  });
  assert.deepEqual(event.addresses, ['10.0.0.132', '2600:1f18::1']);
  assert.deepEqual(event.images, [{ container: 'web', image: '111122223333.dkr.ecr.us-west-2.amazonaws.com/web:latest', digest: 'sha256:74b2c688c700' }]);
  assert.deepEqual([event.status, event.desiredStatus, event.stopCode, event.launchType], ['STOPPED', 'STOPPED', 'EssentialContainerExited', 'FARGATE']);
  assert.deepEqual([event.createdMs, event.startedMs, event.stoppedMs], ['17:57:34.402', '17:57:50', '17:57:55'].map((at) => Date.parse(`2020-01-23T${at}Z`)));
  assert.deepEqual([event.timeMs, event.id, event.hasOwnId], [Date.parse('2020-01-23T17:57:57.123Z'), change['id'], true]);
});

test('a task without a service belongs to its family, also in a bare detail', () => {
  const detail = { ...(change['detail'] as JsonObject), group: 'family:batch' };
  const event = oneEvent(ecsEvent, detail, 'task');
  assert.deepEqual([event.subject.service, event.subject.family, event.hasOwnId], [undefined, 'web', false]);
});

test('a change written by the case maker is read', () => {
  const event = oneEvent(ecsEvent, JSON.parse(ecsTaskEvent({ at: 0, id: 'e-1', service: 'web', task: 5, lastStatus: 'RUNNING' })) as JsonObject, 'task');
  assert.deepEqual([event.subject.service, event.subject.task, event.networkInterface?.startsWith('eni-')], ['web', '00000005'.repeat(4), true]);
});

for (const [type, eventName] of [['ECS Service Action', 'SERVICE_STEADY_STATE'], ['ECS Deployment State Change', 'SERVICE_DEPLOYMENT_FAILED']] as const) {
  test(`${type} is about the service in its resources`, () => {
    const value = {
      version: '0', id: 'd-1', 'detail-type': type, source: 'aws.ecs', account: '111122223333', time: '2020-05-23T12:31:14Z', region: 'us-west-2',
      resources: ['arn:aws:ecs:us-west-2:111122223333:service/shop/checkout'],
      detail: { eventType: 'INFO', eventName, deploymentId: 'ecs-svc/1', updatedAt: '2020-05-23T11:11:11Z', reason: 'because' },
    };
    const event = oneEvent(ecsEvent, value, 'task');
    assert.deepEqual(event.subject, { account: '111122223333', region: 'us-west-2', cluster: 'shop', service: 'checkout' });
    assert.deepEqual([event.deployment, event.stoppedReason, event.id], [eventName, 'because', 'd-1']);
  });
}

test('other EventBridge events are skipped, or left to their decoder', () => {
  const run = ecsEvent.open({});
  for (const type of ['ECS Container Instance State Change', 'EC2 Instance State-change Notification']) {
    const value = { 'detail-type': type, source: 'aws.ec2', detail: {} };
    assert.ok(ecsEvent.accepts?.(value));
    assert.ok('skipped' in run.decode(jsonRecord(value)));
  }
  const finding = { 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', detail: { type: 'x' } };
  const call = { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ecs', detail: { eventName: 'RunTask', eventSource: 'ecs.amazonaws.com', eventID: '1' } };
  assert.deepEqual([ecsEvent, guardDuty, cloudTrail].map((decoder) => decoder.accepts?.(finding)), [false, true, false]);
  assert.deepEqual([ecsEvent, guardDuty, cloudTrail].map((decoder) => decoder.accepts?.(call)), [false, false, true]);
});

test('a change without the ARN of its task is unreadable in words', () => {
  const decoded = ecsEvent.open({}).decode(jsonRecord({ ...change, detail: { taskArn: 'x' } }));
  assert.match(JSON.stringify(decoded), /taskArn as the ARN of a task/);
});
