/** An owner whose account becomes known later is the same before and after a restart, and so is its cluster. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Owner } from '#contract';
import { Owners } from '../../../src/engine/owners.ts';

const bare: Owner = { kind: 'service', account: '', region: '', cluster: 'shop', name: 'checkout' };
const full: Owner = { ...bare, account: '111122223333', region: 'eu-west-1' };

test('a service that gets its account takes its cluster along, as a state that is read again does', () => {
  const running = new Owners();
  running.of(bare, 1_000);
  const service = running.of(full, 2_000);

  const restarted = new Owners();
  for (const { key, owner, firstSeenMs } of [...running.records.values()].toSorted((left, right) => (left.key < right.key ? -1 : 1))) restarted.restore(key, owner, firstSeenMs);

  const told = (owners: Owners): unknown => [...owners.records.values()].map(({ key, owner, parent }) => ({ key, owner, parent: parent?.key })).toSorted((left, right) => (left.key < right.key ? -1 : 1));
  assert.deepEqual(told(running), told(restarted));
  assert.equal(service.parent?.owner.account, '111122223333');
  assert.equal(running.records.size, 2);
});
