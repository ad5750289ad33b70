/** Real records with anything put into any of their fields: no decoder throws, and what comes out is sound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { containerInsightsLine, ecsTaskEvent, rawLimit } from '#contract';
import type { Decoder, FargazerEvent, JsonObject, JsonValue } from '#contract';
import { cloudTrail } from '../../src/decode/cloudtrail.ts';
import { containerInsights } from '../../src/decode/container-insights.ts';
import { ecsEvent } from '../../src/decode/ecs-event.ts';
import { guardDuty } from '../../src/decode/guardduty.ts';
import { kubernetesAudit } from '../../src/decode/kubernetes-audit.ts';
import { resolverLog } from '../../src/decode/resolver-log.ts';
import { taskMetadata } from '../../src/decode/task-metadata.ts';
import { jsonRecord, sampleLines, sampleValue } from './sample.ts';

const samples: [Decoder, JsonValue[]][] = [
  [cloudTrail, [...(sampleValue('cloudtrail-invictus/records.json') as { Records: JsonValue[] }).Records, ...sampleLines('plaso/aws_cloudtrail.jsonl')]],
  [kubernetesAudit, [...sampleLines('audit2rbac/demo.log'), sampleValue('falco-k8s-audit/exec_pod.json'), sampleValue('falco-k8s-audit/create_nginx_pod_privileged_2nd_container.json')]],
  [ecsEvent, [JSON.parse(ecsTaskEvent({ at: 0, id: 'e', service: 'web', task: 1, lastStatus: 'RUNNING' })) as JsonValue]],
  [guardDuty, sampleLines('panther-tests/guardduty.jsonl')],
  [containerInsights, [JSON.parse(containerInsightsLine({ at: 0, service: 'web', task: 1 })) as JsonValue]],
  [resolverLog, sampleLines('panther-tests/resolver.jsonl')],
  [taskMetadata, ['ecs-exporter/fargate_task_metadata.json', 'ecs-exporter/fargate_task_stats.json', 'ecs-exporter/ec2_task_stats.json', 'telegraf/stats.golden'].map(sampleValue)],
];

/** What an attacker or a defect may write where a text, a number, a list or an object belongs. */
const hostile: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(
    null, true, '', '__proto__', 'constructor', '\u001b[2J', '<script>', '9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', 'x'.repeat(50_000), 1e308, -1e308, 5e-324,
    -0, Number.MAX_SAFE_INTEGER, '1e999', [], {}, [[[[[]]]]], 'arn:aws:ecs:::task/', 'arn:aws:sts::1:assumed-role/',
  ),
  fc.jsonValue() as fc.Arbitrary<JsonValue>,
  (fc.jsonValue() as fc.Arbitrary<JsonValue>).map((value) => JSON.parse(`{"__proto__":${JSON.stringify(value)},"constructor":1,"hasOwnProperty":2}`) as JsonValue),
);

const mutation = fc.record({ path: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), value: hostile, isDeleted: fc.boolean() });
type Mutation = { path: number[]; value: JsonValue; isDeleted: boolean };

/** Follows the path by counting fields, and replaces or deletes what is at its end. */
function mutate(root: JsonValue, { path, value, isDeleted }: Mutation): void {
  let place = root as JsonObject;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(place);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const inner = place[key];
    if (depth < path.length - 1 && typeof inner === 'object' && inner !== null) place = inner as JsonObject;
    // An element is taken out whole: JSON has no lists with holes.
    else if (isDeleted && Array.isArray(place)) place.splice(Number(key), 1);
    else if (isDeleted) delete place[key];
    else place[key] = value;
    if (depth < path.length - 1 && !(typeof inner === 'object' && inner !== null)) return;
  }
}

function assertSound(event: FargazerEvent): void {
  assert.ok(Number.isSafeInteger(event.timeMs), 'timeMs');
  assert.ok(Number.isInteger(event.timeNs) && event.timeNs >= 0 && event.timeNs < 1_000_000, 'timeNs');
  assert.ok(event.id !== '' && event.count === 1);
  assert.ok(event.raw.length <= rawLimit);
  for (const name of Object.values(event.subject)) assert.ok(typeof name === 'string' && name !== '' && name.length <= 4_096);
  const { raw: _raw, ...rest } = event;
  assert.ok(JSON.stringify(rest).length < 1_000_000, 'bounded');
  assertFinite(rest as unknown as JsonValue, '');
}

function assertFinite(value: JsonValue | undefined, path: string): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}.${key}`);
}

for (const [decoder, values] of samples) {
  test(`${decoder.id} survives anything in any field`, () => {
    let decodedCount = 0;
    fc.assert(
      fc.property(fc.constantFrom(...values), fc.array(mutation, { maxLength: 3 }), (sample, mutations) => {
        const value = structuredClone(sample);
        for (const one of mutations) mutate(value, one);
        decoder.accepts?.(value);
        const run = decoder.open({});
        const decoded = run.decode(jsonRecord(value));
        if ('events' in decoded) {
          decodedCount += decoded.events.length;
          decoded.events.forEach(assertSound);
          assert.deepEqual(decoder.open({}).decode(jsonRecord(value)), decoded, 'pure');
        } else assert.ok(Object.values(decoded)[0] !== '');
      }),
      { numRuns: 300 },
    );
    assert.ok(decodedCount > 100, `only ${decodedCount} events came through`);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  test(`${decoder.id} survives values that are no records at all`, () => {
    fc.assert(
      fc.property(hostile, (value) => {
        decoder.accepts?.(value);
        decoder.recognise([jsonRecord(value)]);
        const decoded = decoder.open({}).decode(jsonRecord(value));
        if ('events' in decoded) decoded.events.forEach(assertSound);
      }),
      { numRuns: 200 },
    );
  });
}

test('only its own decoder accepts a record', () => {
  for (const [owner, values] of samples) {
    for (const value of values) {
      const accepting = samples.filter(([decoder]) => decoder.accepts?.(value) === true).map(([{ id }]) => id);
      assert.deepEqual(accepting, [owner.id]);
    }
  }
});
