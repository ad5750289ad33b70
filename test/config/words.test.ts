/** Durations, instants, nearest words and allowances. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allowanceCheck, formatDuration, nearest, parseDuration, parseInstant, suggestion } from '../../src/config/index.ts';

test('durations are read in every unit and in sums of them', () => {
  assert.equal(parseDuration('10m'), 600_000);
  assert.equal(parseDuration('24h'), 86_400_000);
  assert.equal(parseDuration('7d'), 604_800_000);
  assert.equal(parseDuration('1h30m'), 5_400_000);
  assert.equal(parseDuration('1.5s'), 1_500);
  for (const text of ['', '10', 'm', '10 m', '-1h', '1e3s', '10y', 'Infinity', '99999d', '1h-1m', '1..5s']) assert.equal(parseDuration(text), undefined, text);
});

test('a duration that was written is read back exactly', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 3_600 * 86_400_000 }), (durationMs) => parseDuration(formatDuration(durationMs)) === durationMs));
});

test('instants are dates or times, UTC where no zone is written', () => {
  const noonMs = Date.UTC(2023, 6, 10, 12, 5);
  for (const text of ['2023-07-10T12:05:00Z', '2023-07-10T12:05Z', '2023-07-10T12:05', '2023-07-10 12:05', '2023-07-10T14:05+02:00', '2023-07-10T14:05+0200', '2023-07-10t12:05:00.000z']) {
    assert.equal(parseInstant(text), noonMs, text);
  }
  assert.equal(parseInstant('2023-07-10'), Date.UTC(2023, 6, 10));
  for (const text of ['', '2023', '10:00', '2023-06-31', '2023-13-01', '2023-02-29', 'yesterday', '1688990700000', '2023-07-10T25:00Z']) assert.equal(parseInstant(text), undefined, text);
});

test('a slip of the pen finds its word, and something else finds none', () => {
  const words = ['replay', 'inspect', 'formats'];
  assert.equal(nearest('repaly', words), 'replay');
  assert.equal(nearest('INSPECT', words), 'inspect');
  assert.equal(nearest('form', words), 'formats');
  assert.equal(nearest('delete', words), undefined);
  assert.equal(suggestion('delete', words), '; there are replay, inspect, formats');
});

test('an allowance holds for its value and its service alone', () => {
  const isAllowed = allowanceCheck([
    { kind: 'cidr', value: '203.0.113.0/24', service: 'checkout*' },
    { kind: 'cidr', value: '2001:db8::/32' },
    { kind: 'domain', value: 'example.com' },
    { kind: 'principal', value: 'arn:aws:iam::*:role/deploy-*' },
    { kind: 'program', value: '/usr/bin/backup' },
  ]);
  assert.ok(isAllowed('address', '203.0.113.77', 'checkout-eu'));
  assert.ok(isAllowed('address', '::ffff:203.0.113.77', 'checkout'));
  assert.ok(!isAllowed('address', '203.0.113.77', 'cart'));
  assert.ok(!isAllowed('address', '203.0.114.1', 'checkout'));
  assert.ok(!isAllowed('address', 'not an address', 'checkout'));
  assert.ok(isAllowed('address', '2001:db8::1', 'anyone'));
  assert.ok(isAllowed('domain', 'api.Example.com.', 'anyone'));
  assert.ok(!isAllowed('domain', 'notexample.com', 'anyone'));
  assert.ok(isAllowed('principal', 'arn:aws:iam::111122223333:role/deploy-web', 'anyone'));
  assert.ok(!isAllowed('principal', 'arn:aws:iam::111122223333:role/admin', 'anyone'));
  assert.ok(isAllowed('program', '/usr/bin/backup', 'anyone'));
  assert.ok(!isAllowed('program', '/usr/bin/backup2', 'anyone'));
  assert.ok(!isAllowed('domain', '203.0.113.77', 'checkout'));
});

test('a pattern of many stars is answered at once', () => {
  const isAllowed = allowanceCheck([{ kind: 'program', value: `${'a*'.repeat(1_000)}b` }]);
  const startMs = performance.now();
  assert.ok(!isAllowed('program', 'a'.repeat(100_000), 'anyone'));
  assert.ok(performance.now() - startMs < 1_000);
});
