/** A real Alertmanager tells the same: a few generated scenarios here, fifty by `scripts/alertmanager-oracle.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertmanagerBinary, whereToGet } from '../../support/alertmanager/alertmanager.ts';
import { compareSurely } from '../../support/alertmanager/compare.ts';
import { scenarioOf } from '../../support/alertmanager/scenario.ts';

const binary = alertmanagerBinary();

/** Nested routes, all labels, mute times, inhibition with silences, repeats, ends that are not sent. */
const seeds = [3, 9, 15, 21, 31, 40];

test('six scenarios give the same messages at the same times as in Alertmanager', { skip: binary === undefined ? whereToGet : false }, async (context) => {
  const comparisons = await Promise.all(seeds.map((seed) => compareSurely(binary!, (nowMs) => scenarioOf(seed, nowMs), 3)));
  const measured = comparisons.filter(({ isVoid }) => !isVoid);
  if (measured.length === 0) return context.skip('the machine is too busy to compare times');
  assert.deepEqual(measured.filter(({ differences }) => differences.length > 0).map(({ seed, differences }) => ({ seed, differences })), []);
  const equal = measured.reduce((sum, comparison) => sum + comparison.equal, 0);
  assert.ok(equal >= measured.length * 3, `only ${equal} messages`);
});
