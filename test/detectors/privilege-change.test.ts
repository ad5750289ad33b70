/** Privilege change: its cases whole, split and merged, and what it says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cloudTrailRecord, type ApiActivity, type Detector } from '#contract';
import { actOf, keysOf } from '../../detectors/privilege-change/acts.ts';
import { cases } from '../../detectors/privilege-change/cases.ts';
import { privilegeChange } from '../../detectors/privilege-change/detector.ts';
import { parseCut, policyOf } from '../../detectors/privilege-change/policy.ts';
import { newRecent, noteRecent } from '../../detectors/privilege-change/recent.ts';
import { disagreements, eventsOf, runMerged, runSplit, runWhole } from '../support/run-case.ts';

const detector = privilegeChange as unknown as Detector;

function activity(call: Omit<Parameters<typeof cloudTrailRecord>[0], 'at' | 'id'>): ApiActivity {
  const [event] = eventsOf([cloudTrailRecord({ at: '2026-03-02T06:00:00Z', id: 'one', ...call })]);
  return event as ApiActivity;
}

describe('cases', () => {
  for (const story of cases) {
    test(story.title, () => assert.deepEqual(disagreements(story, runWhole(detector, story)), []));
    test(`${story.title}, in two runs`, async () => {
      const untilMs = Date.parse(story.teachUntil ?? '2026-03-02T06:05:00Z');
      assert.deepEqual(disagreements(story, await runSplit(detector, story, untilMs)), []);
    });
    if (story.teachUntil !== undefined) {
      test(`${story.title}, learned in halves`, () => assert.deepEqual(disagreements(story, runMerged(detector, story)), []));
    }
  }
});

describe('policies', () => {
  const policy = (statement: unknown) => policyOf(activity({ source: 's3.amazonaws.com', name: 'PutBucketPolicy', request: { bucketPolicy: { Statement: statement } } }));

  test('a statement that denies everybody opens nothing', () => {
    assert.equal(policy([{ Effect: 'Deny', Principal: '*', Action: '*' }]).isPublic, false);
  });
  test('everybody under a condition on the organisation is not everybody', () => {
    assert.equal(policy([{ Effect: 'Allow', Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }]).isPublic, false);
    assert.equal(policy([{ Effect: 'Allow', Principal: { AWS: '*' } }]).isPublic, true);
  });
  test('the own account is no outsider, another one is', () => {
    assert.deepEqual(policy([{ Effect: 'Allow', Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:role/x', '777788889999'] } }]).outsiders, ['444455556666', '777788889999']);
  });
  test('a document that was cut is read as far as it goes', () => {
    const text = JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Principal: '*' }, { Effect: 'Allow', Principal: { AWS: 'x'.repeat(50) } }] });
    assert.deepEqual(parseCut(`${text.slice(0, 95)}…`)?.['Statement'], [{ Effect: 'Allow', Principal: '*' }]);
    assert.equal(parseCut('no document'), undefined);
    assert.equal(parseCut('['.repeat(200_000)), undefined);
  });
});

describe('acts', () => {
  test('reading is no act, whatever it is called', () => {
    assert.equal(actOf(activity({ source: 'ec2.amazonaws.com', name: 'DescribeVpcs' })), undefined);
    assert.equal(actOf(activity({ source: 'constructor', name: '__proto__' })), undefined);
  });
  test('a version in the name of an operation makes no other operation of it', () => {
    assert.deepEqual(keysOf(activity({ source: 'lambda.amazonaws.com', name: 'UpdateFunctionCode20150331v2' })), ['lambda UpdateFunctionCode']);
  });
  test('the web is opened to the world by design, a login is not', () => {
    const opened = (port: number) => actOf(activity({ source: 'ec2.amazonaws.com', name: 'AuthorizeSecurityGroupIngress', request: { groupId: 'sg-1', ipPermissions: { items: [{ fromPort: port, toPort: port, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] } } }));
    assert.equal(opened(22)?.gravity, 'grave');
    assert.equal(opened(443)?.gravity, 'notable');
  });
  test('sharing with the own account or taking back shares nothing outside', () => {
    const shared = (createVolumePermission: unknown) => actOf(activity({ source: 'ec2.amazonaws.com', name: 'ModifySnapshotAttribute', request: { snapshotId: 'snap-1', createVolumePermission } }));
    assert.deepEqual(shared({ add: { items: [{ group: 'all' }] } })?.facets, ['public']);
    assert.deepEqual(shared({ add: { items: [{ userId: '444455556666' }] } })?.facets, ['outside 444455556666']);
    assert.equal(shared({ remove: { items: [{ userId: '444455556666' }] } }), undefined);
    assert.deepEqual(shared({ add: { items: [{ userId: '111122223333' }] } })?.facets, []);
  });
  test('a key for somebody else is not a key for oneself', () => {
    const made = (userName: string) => actOf(activity({ user: 'anna', source: 'iam.amazonaws.com', name: 'CreateAccessKey', request: { userName } }))?.facets;
    assert.deepEqual(made('anna'), []);
    assert.deepEqual(made('bert'), ['for another user']);
  });
});

test('any request is judged without an exception, under a title of at most 120 signs', () => {
  const calls = [
    ['ec2.amazonaws.com', 'AuthorizeSecurityGroupIngress'], ['ecs.amazonaws.com', 'RegisterTaskDefinition'], ['ecs.amazonaws.com', 'RunTask'],
    ['s3.amazonaws.com', 'PutBucketPolicy'], ['s3.amazonaws.com', 'PutBucketAcl'], ['iam.amazonaws.com', 'UpdateAssumeRolePolicy'],
    ['lambda.amazonaws.com', 'AddPermission'], ['cloudtrail.amazonaws.com', 'PutEventSelectors'], ['rds.amazonaws.com', 'ModifyDBSnapshotAttribute'],
    ['secretsmanager.amazonaws.com', 'BatchGetSecretValue'], ['ec2.amazonaws.com', 'RunInstances'], ['s3.amazonaws.com', 'PutBucketLifecycle'],
  ] as const;
  const title = 'story';
  fc.assert(
    fc.property(fc.constantFrom(...calls), fc.dictionary(fc.constantFrom('policy', 'bucketPolicy', 'Statement', 'overrides', 'host', 'names', 'cidrIp', 'add', 'userId', 'Expiration', '__proto__'), fc.jsonValue()), fc.string(), ([source, name], request, user) => {
      const record = cloudTrailRecord({ at: '2026-03-02T06:00:00Z', id: 'x', user: user === '' ? 'u' : user, source, name, request });
      for (const alert of runWhole(detector, { title, records: [record], fires: [] })) assert.ok(alert.title.length <= 120, alert.title);
      const [event] = eventsOf([record]);
      // The engine puts a detector that throws in quarantine; here it must not throw at all.
      if (event !== undefined) keysOf(event as ApiActivity);
    }),
    { numRuns: 150 },
  );
});

test('the recent past stays bounded', () => {
  const recent = newRecent();
  for (let index = 0; index < 5_000; index += 1) {
    const told = activity({ source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue', request: { secretId: `s-${index}` }, ...(index % 2 === 0 ? { errorCode: 'AccessDenied' } : {}) });
    noteRecent(recent, { kind: 'api-call', timeMs: index, minuteMs: 0, count: 1, records: [], activity: told });
  }
  for (const list of Object.values(recent)) assert.ok(list.length <= 64);
});
