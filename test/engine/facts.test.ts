/** What facts tell of addresses, for records that are walked long after them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DnsActivity, TaskState } from '#contract';
import { Facts } from '../../src/engine/facts.ts';
import { standardLateness } from '../../src/engine/order.ts';
import { networkActivity } from '../support/events.ts';

const atMs = Date.UTC(2026, 0, 5, 10);
const minuteMs = 60_000;
const address = '203.0.113.20';

function lookUp(timeMs: number): DnsActivity {
  const { feed, origin } = networkActivity();
  return { kind: 'dns', feed, origin, id: String(timeMs), timeMs, timeNs: 0, subject: {}, queryName: 'api.example', queryType: 'A', responseCode: 'NOERROR', answers: [address] } as unknown as DnsActivity;
}

describe('names of an address', () => {
  it('hold for a flow before the latest of several look-ups', () => {
    const facts = new Facts();
    for (const minute of [0, 5, 10]) facts.note(lookUp(atMs + minute * minuteMs), standardLateness);

    assert.deepEqual(facts.namesOf(address, atMs + 2 * minuteMs, atMs + 3 * minuteMs), ['api.example']);
    assert.deepEqual(Facts.unpack(facts.pack()).namesOf(address, atMs + 2 * minuteMs, atMs + 3 * minuteMs), ['api.example']);
  });

  it('do not hold for a flow that ended before the first', () => {
    const facts = new Facts();
    facts.note(lookUp(atMs), standardLateness);

    assert.deepEqual(facts.namesOf(address, atMs - 5 * minuteMs, atMs - 4 * minuteMs), []);
  });
});

describe('the task of an address', () => {
  const task = '0123456789abcdef0123456789abcdef';
  const { feed, origin } = networkActivity();
  const state = (change: Partial<TaskState>): TaskState =>
    ({ kind: 'task', feed, origin, id: '1', timeMs: atMs, timeNs: 0, subject: { task }, status: 'RUNNING', desiredStatus: 'RUNNING', createdMs: atMs, addresses: ['10.0.0.7'], images: [], ...change }) as unknown as TaskState;

  it('is that of a running task also after the flows seen so far', () => {
    const facts = new Facts();
    facts.note(state({}), standardLateness);
    facts.note(networkActivity({ timeMs: atMs + minuteMs, startMs: atMs, subject: { task, address: '10.0.0.7' } }), standardLateness);

    assert.equal(facts.taskOf('address', '10.0.0.7', atMs + 30 * minuteMs, atMs + 30 * minuteMs), task);
  });

  it('is nobody once the task has stopped', () => {
    const facts = new Facts();
    facts.note(state({}), standardLateness);
    facts.note(state({ status: 'STOPPED', desiredStatus: 'STOPPED', stoppedMs: atMs + minuteMs }), standardLateness);

    assert.equal(facts.taskOf('address', '10.0.0.7', atMs + 30 * minuteMs, atMs + 30 * minuteMs), undefined);
  });
});
