/** What the sinks for machines say, field by field, and what they make of answers that look like success. */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SinkError, type Sink } from '#contract';
import { cloudWatchMetrics } from '../../src/alerting/sinks/cloudwatch-metrics/index.ts';
import { cloudWatchMetricsOptions } from '../../src/alerting/sinks/cloudwatch-metrics/options.ts';
import { eventBridge } from '../../src/alerting/sinks/eventbridge/index.ts';
import { eventBridgeOptions } from '../../src/alerting/sinks/eventbridge/options.ts';
import { falcosidekick } from '../../src/alerting/sinks/falcosidekick/index.ts';
import { detectionFinding } from '../../src/alerting/sinks/ocsf/finding.ts';
import { objectKey, ocsf } from '../../src/alerting/sinks/ocsf/index.ts';
import { ocsfOptions } from '../../src/alerting/sinks/ocsf/options.ts';
import { securityFinding } from '../../src/alerting/sinks/security-hub/finding.ts';
import { securityHub } from '../../src/alerting/sinks/security-hub/index.ts';
import { securityHubOptions } from '../../src/alerting/sinks/security-hub/options.ts';
import { splunkHec } from '../../src/alerting/sinks/splunk-hec/index.ts';
import { splunkHecOptions } from '../../src/alerting/sinks/splunk-hec/options.ts';
import { s3Stub, type S3Fault } from '../support/aws/s3-stub.ts';
import { anAlert } from './alert.ts';
import { spoiltAlert } from './spoilt-alert.ts';
import { awsError, openEventBridge, openSecurityHub } from './stand-ins/aws-services.ts';
import { assertEmbeddedMetrics } from './stand-ins/embedded-metrics.ts';
import { openHttpService } from './stand-ins/http-service.ts';
import { openFalcosidekick, openSplunk } from './stand-ins/machine-services.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key-is-secret' };
const token = '11111111-2222-3333-4444-555555555555';
const account = '123456789012';
const region = 'eu-west-1';
const hub = { account, region, onResolve: 'archive' as const };

async function failure(sending: Promise<void>): Promise<SinkError> {
  const error = await sending.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof SinkError, String(error));
  return error;
}

describe('eventbridge', () => {
  async function open(t: TestContext): Promise<{ sink: Sink; service: Awaited<ReturnType<typeof openEventBridge>> }> {
    const service = await openEventBridge('alerts');
    const sink = eventBridge({ bus: 'alerts', region, endpoint: service.http.origin }, { credentials });
    t.after(async () => {
      await sink.close?.();
      await service.close();
    });
    return { sink, service };
  }

  test('sends the alert as its schema says, and says in the detail type whether it is over', async (t) => {
    const { sink, service } = await open(t);
    await sink.send(anAlert());
    await sink.send(anAlert({ status: 'resolved' }));
    assert.deepEqual(service.taken.map(({ DetailType, Source }) => [Source, DetailType]), [['fargazer', 'Fargazer Alert Firing'], ['fargazer', 'Fargazer Alert Resolved']]);
    assert.deepEqual(JSON.parse(String(service.taken[0]?.['Detail'])), JSON.parse(JSON.stringify(anAlert())));
  });

  const entries: [code: string, expected: string, isRetryable: boolean][] = [
    ['ThrottlingException', 'rate-limited', true], ['InternalFailure', 'receiver-failed', true], ['InternalException', 'receiver-failed', true],
    ['AccessDeniedException', 'denied', false], ['MalformedDetail', 'rejected', false], ['ResourceNotFoundException', 'target-missing', false],
  ];
  for (const [code, expected, isRetryable] of entries) {
    test(`understands a 200 with ${code} inside`, async (t) => {
      const { sink, service } = await open(t);
      service.answer = { status: 200, body: JSON.stringify({ FailedEntryCount: 1, Entries: [{ ErrorCode: code, ErrorMessage: 'secret detail' }] }), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': '1' } };
      const error = await failure(sink.send(anAlert()));
      assert.deepEqual([error.code, error.isRetryable], [expected, isRetryable]);
      assert.doesNotMatch(error.message, /secret detail/);
    });
  }

  test('asks once, and names errors of the service', async (t) => {
    const { sink, service } = await open(t);
    for (const [status, name, code, isRetryable] of [[400, 'ThrottlingException', 'rate-limited', true], [500, 'InternalException', 'receiver-failed', true], [403, 'AccessDeniedException', 'denied', false], [400, 'ExpiredTokenException', 'credentials-expired', true]] as const) {
      const before = service.http.requests.length;
      service.answer = awsError(status, name);
      const error = await failure(sink.send(anAlert()));
      assert.deepEqual([error.code, error.isRetryable, service.http.requests.length - before], [code, isRetryable, 1], name);
      assert.doesNotMatch(error.message, /user\/secret/);
    }
  });

  test('refuses sources of AWS and nonsense in its options', () => {
    const wrong = [{ source: 'aws.ec2' }, { bus: 'a b' }, { region: 'europe' }, { timeoutMs: 1 }, { extra: 1 }];
    for (const change of wrong) assert.equal(eventBridgeOptions.safeParse({ region, ...change }).success, false, JSON.stringify(change));
    assert.deepEqual(eventBridgeOptions.parse({ region }), { bus: 'default', region, source: 'fargazer', concurrency: 4 });
  });
});

describe('security-hub', () => {
  test('is one finding over all revisions, each newer than the one before, archived when it is over', async (t) => {
    const service = await openSecurityHub(account, region);
    const sink = securityHub({ account, region, endpoint: service.http.origin }, { credentials });
    t.after(async () => {
      await sink.close?.();
      await service.close();
    });
    await sink.send(anAlert({ revision: 1 }));
    await sink.send(anAlert({ revision: 2, severity: 'critical' }));
    // It was last seen when the revision before it was.
    await sink.send(anAlert({ revision: 3, status: 'resolved' }));
    assert.equal(new Set(service.taken.map(({ Id }) => Id)).size, 1);
    assert.deepEqual(service.taken.map(({ RecordState }) => RecordState), ['ACTIVE', 'ACTIVE', 'ARCHIVED']);
    const [first] = service.taken as { Resources: { Type: string; Id: string }[]; FindingProviderFields: object; Severity?: object }[];
    assert.deepEqual(first?.Resources.map(({ Type, Id }) => [Type, Id]), [
      ['AwsEcsTask', 'arn:aws:ecs:eu-west-1:123456789012:task/shop/0123456789abcdef0123456789abcdef'], ['AwsEcsService', 'arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout'],
    ]);
    assert.deepEqual(first?.FindingProviderFields, { Severity: { Label: 'HIGH', Original: 'high' }, Types: ['Unusual Behaviors/Container'] });
    assert.equal(first?.Severity, undefined);
  });

  test('keeps what is over where it is told to', () => {
    assert.equal(securityFinding(anAlert({ status: 'resolved' }), { ...hub, onResolve: 'keep' }).RecordState, 'ACTIVE');
  });

  test('understands a 200 with failed findings, and an account that has no Security Hub', async (t) => {
    const service = await openSecurityHub(account, region);
    const sink = securityHub({ account, region, endpoint: service.http.origin }, { credentials });
    t.after(async () => {
      await sink.close?.();
      await service.close();
    });
    const answer = (ErrorCode: string): { status: number; body: string } => ({ status: 200, body: JSON.stringify({ FailedCount: 1, SuccessCount: 0, FailedFindings: [{ Id: 'x', ErrorCode, ErrorMessage: 'secret detail' }] }) });
    service.answer = answer('InvalidInput');
    assert.deepEqual((await failure(sink.send(anAlert()))).isRetryable, false);
    service.answer = answer('LimitExceeded');
    assert.deepEqual((await failure(sink.send(anAlert()))).code, 'rate-limited');
    service.answer = answer('InternalError');
    assert.deepEqual((await failure(sink.send(anAlert()))).code, 'receiver-failed');
    service.answer = { status: 200, body: '{}' };
    assert.deepEqual((await failure(sink.send(anAlert()))).code, 'rejected');
    service.answer = awsError(401, 'InvalidAccessException');
    assert.deepEqual((await failure(sink.send(anAlert()))).code, 'target-missing');
    service.answer = undefined;
    const elsewhere = securityHub({ account: '999999999999', region, endpoint: service.http.origin }, { credentials });
    assert.equal((await failure(elsewhere.send(anAlert()))).isRetryable, false);
    await elsewhere.close?.();
  });

  test('wants an account of twelve digits', () => {
    assert.equal(securityHubOptions.safeParse({ account: '1234', region }).success, false);
    assert.equal(securityHubOptions.parse({ account, region }).onResolve, 'archive');
  });
});

describe('ocsf', () => {
  test('creates, updates and closes one finding', () => {
    const steps = [anAlert({ revision: 1 }), anAlert({ revision: 2 }), anAlert({ revision: 3, status: 'resolved' })].map(detectionFinding);
    assert.deepEqual(steps.map(({ activity_id, type_uid, status_id, is_alert }) => [activity_id, type_uid, status_id, is_alert]), [[1, 200_401, 1, true], [2, 200_402, 1, true], [3, 200_403, 4, false]]);
    assert.equal(new Set(steps.map(({ finding_info }) => (finding_info as { uid: string }).uid)).size, 1);
    assert.deepEqual(detectionFinding(anAlert({ attack: ['T1048', 'T1552.005'] }))['finding_info'], {
      ...(detectionFinding(anAlert())['finding_info'] as object), attacks: [{ technique: { uid: 'T1048' } }, { technique: { uid: 'T1552' }, sub_technique: { uid: 'T1552.005' } }],
    });
  });

  test('goes on behind half a line that a crash left', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'fargazer-ocsf-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'findings.ndjson');
    await ocsf({ path }).send(anAlert({ id: 'a' }));
    await appendFile(path, '{"half":');
    const again = ocsf({ path });
    await again.send(anAlert({ id: 'b' }));
    await again.send(anAlert({ id: 'c' }));
    const lines = (await readFile(path, 'utf8')).split('\n');
    assert.equal(lines[1], '{"half":');
    assert.deepEqual([0, 2, 3].map((at) => (JSON.parse(lines[at] ?? '') as { finding_info: { uid: string } }).finding_info.uid), ['a', 'b', 'c']);
    assert.equal(lines.length, 5);
  });

  test('tries a full disk again, and no path that cannot be', async () => {
    assert.equal((await failure(ocsf({ path: '/dev/full' }).send(anAlert()))).isRetryable, true);
    assert.equal((await failure(ocsf({ path: '/proc/none/findings' }).send(anAlert()))).isRetryable, false);
  });

  test('puts one object a revision into a bucket, a repeat none', async (t) => {
    const stub = await s3Stub('findings');
    const sink = ocsf({ bucket: 'findings', prefix: 'ocsf/', region, endpoint: stub.endpoint }, { credentials });
    t.after(async () => {
      await sink.close?.();
      await stub.close();
    });
    await sink.send(anAlert({ revision: 1 }));
    await sink.send(anAlert({ revision: 1 }));
    await sink.send(anAlert({ revision: 2 }));
    assert.deepEqual([...(stub.buckets.get('findings')?.keys() ?? [])].toSorted(), ['ocsf/eventDay=20260304/5f2c8a11d0b94e77-1.ndjson', 'ocsf/eventDay=20260304/5f2c8a11d0b94e77-2.ndjson']);
    const faults: [S3Fault, string, boolean][] = [['slow-down', 'rate-limited', true], ['internal-error', 'receiver-failed', true], ['access-denied', 'denied', false], ['expired-token', 'credentials-expired', true], ['no-such-bucket', 'target-missing', false], ['conflict', 'not-now', true], ['drop', 'unreachable', true]];
    for (const [fault, code, isRetryable] of faults) {
      stub.fault = () => fault;
      const error = await failure(sink.send(anAlert({ revision: 9 })));
      assert.deepEqual([error.code, error.isRetryable], [code, isRetryable], fault);
    }
  });

  test('makes no path of an id, and takes either a file or a bucket', () => {
    assert.doesNotMatch(objectKey(anAlert({ id: '../../etc\n' }), ''), /\.\.|\n/);
    assert.equal(ocsfOptions.safeParse({ path: 'a', bucket: 'bucket', region }).success, false);
    assert.equal(ocsfOptions.safeParse({}).success, false);
    assert.equal(ocsfOptions.safeParse({ bucket: 'bucket', region }).success, true);
  });
});

describe('cloudwatch-metrics', () => {
  test('counts each alert once however often it is updated', async () => {
    const lines: string[] = [];
    const sink = cloudWatchMetrics((text) => void lines.push(text));
    for (const changes of [{ revision: 1 }, { revision: 2 }, { revision: 3, status: 'resolved' as const }]) await sink.send(anAlert(changes));
    const sum = (name: string): number => lines.flatMap(assertEmbeddedMetrics).filter((made) => made.name === name && Object.keys(made.dimensions).length === 0).reduce((total, { value }) => total + value, 0);
    assert.deepEqual(['AlertsFired', 'AlertsUpdated', 'AlertsResolved'].map(sum), [1, 1, 1]);
  });

  test('refuses namespaces of AWS', () => {
    assert.equal(cloudWatchMetricsOptions.safeParse({ namespace: 'AWS/ECS' }).success, false);
    assert.deepEqual(cloudWatchMetricsOptions.parse({}), { namespace: 'Fargazer', byEntity: false });
  });
});

describe('falcosidekick', () => {
  test('sends what it takes, whatever the alert holds', async (t) => {
    const service = await openFalcosidekick();
    t.after(() => service.close());
    const sink = falcosidekick({ url: service.http.origin, allowPrivate: true });
    await sink.send(anAlert());
    await sink.send(spoiltAlert(['']));
    await sink.send(anAlert({ status: 'resolved' }));
    assert.deepEqual(service.taken.map((body) => (JSON.parse(body) as { priority: string }).priority), ['Error', 'Error', 'Informational']);
    assert.match(service.taken[0] ?? '', /"output":"18:19:00\.000: Error checkout sent 41 MB to an address it never used\. /);
  });
});

describe('splunk-hec', () => {
  test('tells token, index, channel and a busy server apart', async (t) => {
    const service = await openSplunk(token, { wantsChannel: true });
    t.after(() => service.close());
    const send = (changes: object): Promise<void> => splunkHec({ url: service.http.origin, token, channel: token, allowPrivate: true, ...changes }).send(anAlert());
    await send({ index: 'main' });
    assert.match((await failure(send({ channel: undefined }))).message, /set the option channel/);
    assert.match((await failure(send({ index: 'other' }))).message, /correct the option index/);
    const denied = await failure(send({ token: token.replace('1', '9') }));
    assert.deepEqual([denied.code, denied.isRetryable], ['denied', false]);
    assert.doesNotMatch(denied.message, /9111/);
  });

  test('understands answers that look like success or like failure for good', async (t) => {
    const service = await openHttpService(() => ({ status: 200 }));
    t.after(() => service.close());
    const sink = splunkHec({ url: service.origin, token, allowPrivate: true });
    const answers: [status: number, body: string, isRetryable: boolean, code: string][] = [
      [200, '{"text":"Server is busy","code":9}', true, 'receiver-failed'], [503, '{"text":"Server is busy","code":9}', true, 'receiver-failed'], [500, '{"text":"Internal server error","code":8}', true, 'receiver-failed'],
      [200, '<html>log in</html>', false, 'not-understood'], [200, '', false, 'not-understood'], [400, '{"text":"Invalid data format","code":6}', false, 'rejected'], [200, '{"text":"?","code":6}', false, 'rejected'],
      [429, '', true, 'rate-limited'], [413, '', false, 'too-large'], [404, '', false, 'gone'],
    ];
    for (const [status, body, isRetryable, code] of answers) {
      service.fault = { status, body };
      const error = await failure(sink.send(anAlert()));
      assert.deepEqual([error.code, error.isRetryable], [code, isRetryable], `${status} ${body}`);
    }
  });

  test('wants a GUID for its token and does not show what it was given', () => {
    const parsed = splunkHecOptions.safeParse({ url: 'https://splunk.example', token: 'secret-token' });
    assert.equal(parsed.success, false);
    assert.doesNotMatch(JSON.stringify(parsed.error?.issues), /secret-token/);
  });
});
