/** Instants, ARNs and accessors: what the structured decoders stand on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arnOf, assumedRoleOf, groupOf, isTaskId, taskDefinitionOf, taskNameOf } from '../../src/decode/arn.ts';
import { listOf, numberOf, objectOf, ownField, textOf } from '../../src/decode/fields.ts';
import { instantOf } from '../../src/decode/instant.ts';

test('all forms of one instant are the same instant', () => {
  const timeMs = Date.parse('2024-02-29T23:59:58.123Z');
  for (const text of [
    '2024-02-29T23:59:58.123456789Z', '2024-02-29 23:59:58.123456789', '20240229T235958.123456789Z', '2024-03-01T01:59:58.123456789+02:00',
    '2024-02-29T18:29:58.123456789-0530', '2024-02-29 23:59:58,123456789 UTC', '2024-02-29T23:59:58.123456789999Z',
  ]) {
    assert.deepEqual(instantOf(text), { timeMs, timeNs: 456_789 }, text);
  }
  assert.deepEqual(instantOf(timeMs), { timeMs, timeNs: 0 });
  assert.deepEqual(instantOf(timeMs / 1_000), { timeMs, timeNs: 0 });
});

test('years 1 and 9999 are years, not offsets', () => {
  assert.equal(new Date(instantOf('0001-01-01T00:00:00Z')!.timeMs).toISOString(), '0001-01-01T00:00:00.000Z');
  assert.equal(new Date(instantOf('9999-12-31T23:59:59Z')!.timeMs).toISOString(), '9999-12-31T23:59:59.000Z');
});

test('what is no instant gives none', () => {
  for (const value of ['', 'yesterday', '2024-13-01T00:00:00Z', '2024-00-01T00:00:00Z', '2024-01-01T25:00:00Z', '2024-01-01', '1'.repeat(64), Number.NaN, -1, Infinity, 1e300, null, true, {}, []]) {
    assert.equal(instantOf(value as never), undefined, String(value));
  }
});

test('any instant that Date prints is read back exactly', () => {
  fc.assert(fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => instantOf(date.toISOString())?.timeMs === date.getTime()));
});

test('names come out of ARNs', () => {
  const id = '0123456789abcdef0123456789abcdef';
  assert.deepEqual(taskNameOf(`arn:aws-cn:ecs:cn-north-1:1:task/shop/${id}`), { account: '1', region: 'cn-north-1', cluster: 'shop', task: id });
  assert.deepEqual(taskNameOf(`arn:aws:ecs:eu-west-1:1:task/${id}`), { account: '1', region: 'eu-west-1', cluster: '', task: id });
  assert.deepEqual(taskDefinitionOf('arn:aws:ecs:eu-west-1:1:task-definition/web:12'), { family: 'web', revision: '12' });
  assert.deepEqual(taskDefinitionOf('web:12'), { family: 'web', revision: '12' });
  assert.deepEqual(assumedRoleOf('arn:aws-us-gov:sts::1:assumed-role/app/a/b'), { role: 'arn:aws-us-gov:iam::1:role/app', session: 'a/b' });
  assert.deepEqual([groupOf('service:web'), groupOf('family:web'), groupOf('web')], [{ service: 'web' }, { family: 'web' }, {}]);
  assert.deepEqual([isTaskId(id), isTaskId(`${id}0`), isTaskId(id.toUpperCase())], [true, false, false]);
});

test('texts that are no ARN give nothing and never throw', () => {
  for (const text of ['', 'arn:', 'arn:aws', 'arn:aws:ecs', 'arn:aws:ecs:eu-west-1', 'arn:aws:ecs:eu-west-1:1']) assert.equal(arnOf(text), undefined);
  fc.assert(fc.property(fc.string(), (text) => {
    taskNameOf(`arn:${text}`);
    assumedRoleOf(`arn:aws:sts:${text}`);
    taskDefinitionOf(text);
  }));
});

test('accessors give the empty of their type for anything else', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const json = value as Parameters<typeof textOf>[0];
    assert.equal(typeof textOf(json), 'string');
    assert.ok(numberOf(json) === undefined || Number.isFinite(numberOf(json)));
    assert.ok(!Array.isArray(objectOf(json)) && Array.isArray(listOf(json)));
  }));
  assert.deepEqual([numberOf('12.5'), numberOf(' '), numberOf('1e999'), numberOf('0x10'), numberOf('9'.repeat(50))], [12.5, undefined, undefined, 16, undefined]);
  assert.equal(textOf('x'.repeat(10_000)).length, 2_048);
  assert.equal(ownField({}, 'constructor'), undefined);
});
