/** Ways of looking that are missing where a sidecar begins: said once, as coverage and in its log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellingWays } from '../../src/entry/program/sidecar/missing-ways.ts';
import type { Sensor, Way } from '../../src/sensor/index.ts';

const way = (name: string, isWorking: boolean): Way => ({ name, isWorking, without: `Without ${name} less is seen.`, cure: 'Do this.', ...(isWorking ? {} : { reason: 'It is refused.' }) });

async function said(ways: readonly Way[]): Promise<{ told: string[]; notices: string[]; batches: number }> {
  const told: string[] = [];
  const notices: string[] = [];
  let isReading = false;
  const sensor: Sensor = {
    name: 'sensor', health: () => [], say: () => undefined,
    ways: () => (assert.ok(isReading, 'before it looks nobody knows'), ways),
    async *read() {
      isReading = true;
      for (let at = 0; at < 3; at += 1) yield { lane: 'task', records: [], position: at };
    },
  };
  let batches = 0;
  for await (const _ of tellingWays(sensor, (state, detail) => told.push(`${state}: ${detail}`), (notice) => notices.push(notice)).read(new Map(), new AbortController().signal)) batches += 1;
  return { told, notices, batches };
}

test('where all work nothing is said', async () => {
  assert.deepEqual(await said([way('packet-socket', true)]), { told: [], notices: [], batches: 3 });
});

test('one that is missing is filed once as coverage that alerts nobody, and stands in the log with the way to its cure', async () => {
  const { told, notices } = await said([way('packet-socket', false), way('pid-bell', true), way('socket-owner', false)]);
  assert.deepEqual(told, ['working: the sidecar looks, but not by packet-socket, socket-owner: Without packet-socket less is seen. Without socket-owner less is seen.']);
  assert.deepEqual(notices, ['packet-socket is missing here (It is refused). Without packet-socket less is seen.', 'socket-owner is missing here (It is refused). Without socket-owner less is seen.', 'fargazer doctor sidecar says what cures it.']);
});

test('where nothing of the task is seen that is an alert', async () => {
  assert.deepEqual((await said([way('shared-process-namespace', false), way('packet-socket', false)])).told, ['silent: It is refused. Without shared-process-namespace less is seen.']);
});
