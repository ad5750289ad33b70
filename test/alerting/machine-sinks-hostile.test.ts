/** Hostile and huge alerts through the formats of all sinks for machines: each stays what its service takes, and telemetry stays data. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '#contract';
import { entryFailure } from '../../src/alerting/aws/failure.ts';
import { fittedAlert } from '../../src/alerting/fit-alert.ts';
import { cloudWatchMetrics, lineLimitBytes } from '../../src/alerting/sinks/cloudwatch-metrics/index.ts';
import { entryLimitBytes, eventEntry } from '../../src/alerting/sinks/eventbridge/index.ts';
import { falcoEvent } from '../../src/alerting/sinks/falcosidekick/index.ts';
import { detectionFinding } from '../../src/alerting/sinks/ocsf/finding.ts';
import { securityFinding } from '../../src/alerting/sinks/security-hub/finding.ts';
import { bodyLimitBytes as splunkBodyBytes, splunkHec } from '../../src/alerting/sinks/splunk-hec/index.ts';
import { anAlert } from './alert.ts';
import { hostileStrings, neverShown } from './hostile.ts';
import { spoiltAlert } from './spoilt-alert.ts';
import { assertAsff } from './stand-ins/asff.ts';
import { assertEmbeddedMetrics } from './stand-ins/embedded-metrics.ts';
import { openSplunk } from './stand-ins/machine-services.ts';
import { assertDetectionFinding } from './stand-ins/ocsf-schema.ts';

const account = '123456789012';
const region = 'eu-west-1';
const hub = { account, region, onResolve: 'archive' as const };

/** All that are there, and some that are as long as memory allows. */
function* hostileAlerts(): Generator<Alert> {
  const strings = hostileStrings(2_000);
  for (let at = 0; at < strings.length; at += 20) yield spoiltAlert(strings.slice(at, at + 20));
  for (const filler of ['<&>"\'\\', '日本語', '\u0001\u202e', '😀', '"}],"_aws":{', ' ']) yield spoiltAlert([filler.repeat(10_000)]);
  yield spoiltAlert(['']);
}

describe('any alert, hostile or huge', () => {
  test('is a finding that Security Hub takes', () => {
    for (const alert of hostileAlerts()) assertAsff(JSON.parse(JSON.stringify(securityFinding(alert, hub))) as Record<string, unknown>, account, region);
  });

  test('is a Detection Finding that keeps to OCSF', () => {
    for (const alert of hostileAlerts()) assertDetectionFinding(JSON.parse(JSON.stringify(detectionFinding(alert))) as Record<string, unknown>);
  });

  test('is a line of embedded metrics in which telemetry made no metric, no dimension and no second line', async () => {
    let line = '';
    const sink = cloudWatchMetrics((text) => void (line = text), { byEntity: true });
    for (const alert of hostileAlerts()) {
      await sink.send(alert);
      assert.ok(Buffer.byteLength(line) <= lineLimitBytes);
      const made = assertEmbeddedMetrics(line);
      assert.deepEqual([...new Set(made.map(({ name }) => name))], ['AlertsFired', 'AlertsUpdated', 'AlertsResolved']);
      assert.equal(made.length, 12);
      assert.deepEqual(Object.keys(JSON.parse(line) as object), ['_aws', 'AlertsFired', 'AlertsUpdated', 'AlertsResolved', 'Severity', 'Detector', 'Cluster', 'Entity', 'alert']);
    }
  });

  test('is an entry that EventBridge takes, whole or shortened', () => {
    for (const alert of hostileAlerts()) {
      const entry = eventEntry(alert, 'alerts', 'fargazer');
      assert.ok(14 + Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`) <= entryLimitBytes);
      assert.equal((JSON.parse(entry.Detail) as Alert).id, alert.id);
    }
  });

  test('is an event that Splunk takes, whole or shortened, with telemetry in no envelope', async (t) => {
    const token = '91119111-2222-3333-4444-555566667777';
    const service = await openSplunk(token);
    t.after(() => service.close());
    const sink = splunkHec({ url: service.http.origin, token, allowPrivate: true, index: 'main' });
    let sent = 0;
    for (const alert of hostileAlerts()) {
      await sink.send(alert);
      sent += 1;
      const body = service.http.requests.at(-1)?.body ?? '';
      assert.ok(Buffer.byteLength(body) <= splunkBodyBytes);
      const envelope = JSON.parse(body) as { host: string; fields: Record<string, string>; event: Alert };
      assert.deepEqual(Object.keys(envelope), ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);
      assert.deepEqual(Object.keys(envelope.fields), ['detector', 'severity', 'status']);
      for (const word of [envelope.host, ...Object.values(envelope.fields)]) assert.ok(word !== '' && [...word].length <= 200 && word.isWellFormed() && !neverShown.test(word), JSON.stringify(word));
      assert.equal(envelope.event.id, alert.id);
    }
    // As many bodies as requests: none was two, and none was refused.
    assert.equal(service.http.requests.length, sent);
  });

  test('is an event that Falcosidekick takes and will not cut', () => {
    for (const alert of hostileAlerts()) {
      const event = falcoEvent(alert) as { output: string; rule: string; output_fields: Record<string, string> };
      assert.ok(event.rule !== '' && Object.keys(event.output_fields).length > 0);
      for (const value of Object.values(event.output_fields)) assert.ok(typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 640 && value.isWellFormed());
    }
  });
});

test('codes inside answers are never passed on unless they are a plain word', () => {
  fc.assert(fc.property(fc.string(), (code) => {
    const { message } = entryFailure(code, { service: 'X', target: 'y', permission: 'z' });
    assert.doesNotMatch(message, /[^\w .,:;()]/);
  }));
});

test('an alert is fitted by dropping raw records from the last, then by shortening', () => {
  const records = [1, 2, 3].map((line) => ({ file: 'a.log', line, raw: 'x'.repeat(1_000) }));
  const alert = anAlert({ evidence: { ...anAlert().evidence, records } });
  const kept = (limit: number): number => (JSON.parse(fittedAlert(alert, limit, (fitting) => JSON.stringify(fitting)) ?? '') as Alert).evidence.records.filter(({ raw }) => raw !== undefined).length;
  assert.deepEqual([10_000, 3_500, 2_500, 1_500].map(kept), [3, 2, 1, 0]);
  assert.equal(fittedAlert(alert, 100, (fitting) => JSON.stringify(fitting)), undefined);
});
