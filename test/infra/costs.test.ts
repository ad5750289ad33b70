/** docs/costs.md says what the model reckons, and the model what arithmetic by hand says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { costsPage, loads, plain, recommended } from '../../scripts/costs.ts';
import { billOf, figuresOf, guardDutyOf, totalOf } from '../../scripts/costs/model.ts';
import { home } from '../../scripts/home.ts';

const [small, large] = loads;
const lineOf = (lines: readonly { what: string; dollars: number }[], what: string): number => {
  const line = lines.find((one) => one.what === what);
  assert.ok(line !== undefined, what);
  return line.dollars;
};
const isNear = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) <= expected * 0.01, `${value} instead of ${expected}`);

test('the page is what the model writes', () => {
  assert.equal(readFileSync(join(home, 'docs/costs.md'), 'utf8'), costsPage(), 'run node scripts/costs.ts');
});

test('a terabyte a day as recommended stays within some hundred dollars', () => {
  const total = totalOf(billOf(large, recommended));
  assert.ok(total > 100 && total < 500, String(total));
});

test('a terabyte a day on an on-demand stream, a record a line, is thousands', () => {
  const bill = billOf(large, { ...plain, mode: 'on-demand' });
  // 23,148 records a second, each rounded up to 1 KB, for 730 hours.
  isNear(lineOf(bill, 'Kinesis: in'), ((((1e12 / 86_400 / 500) * 730 * 3_600) / 1_048_576) * 0.08));
  isNear(lineOf(bill, 'Kinesis: out'), (((1e12 / 24) * 730) / 2 ** 30) * 0.04);
  assert.ok(totalOf(bill) > 5_000);
});

test('provisioned shards follow records and bytes, whichever is more', () => {
  assert.equal(figuresOf(large, plain).shards, 35);
  assert.equal(figuresOf(large, { ...plain, flushSeconds: 5 }).shards, 18);
  assert.equal(figuresOf(large, recommended).shards, 3);
  assert.equal(figuresOf(small, plain).shards, 1);
  isNear(lineOf(billOf(large, recommended), 'Kinesis: PUT units'), 1_000 * 730 * 3_600 * 0.014e-6);
});

test('a batch is two writes and one contribution, a minute seven writes and the changed parts', () => {
  const bill = billOf(large, recommended);
  const batches = figuresOf(large, recommended).batchesPerSecond * 730 * 3_600;
  isNear(lineOf(bill, 'DynamoDB: lanes'), batches * 2 * 0.625e-6);
  isNear(lineOf(bill, 'S3: contributions'), batches * 5e-6);
  isNear(lineOf(bill, 'DynamoDB: rounds and closers'), 43_800 * 7 * 0.625e-6);
  isNear(lineOf(bill, 'S3: changed parts written'), 43_800 * 300 * 5e-6);
});

test('small contributions are items', () => {
  const bill = billOf({ ...small, tasks: 4, rawGbPerDay: 1 }, plain);
  assert.ok(lineOf(bill, 'DynamoDB: contributions') > 0);
  assert.ok(!bill.some(({ what }) => what === 'S3: contributions'));
});

test('GuardDuty falls by the tier', () => {
  assert.equal(guardDutyOf(50), 75);
  assert.equal(guardDutyOf(1_250), 750 + 750 * 0.75);
  assert.equal(guardDutyOf(6_000), 750 + 3_375 + 250);
});
