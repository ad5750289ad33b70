/** How many short-lived processes the sensor finds, and by which way; and one that keeps a processor busy. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProcessActivity } from '../../../src/contract/index.ts';
import { skip, startTask } from './task.ts';

type Seen = ProcessActivity & { seenMs: number };

describe('short-lived processes', { skip }, () => {
  test('finds 90 or more of 100 processes of 20 ms, and who keeps a processor busy', async (context) => {
    const task = await startTask();
    try {
      task.run('sh -c "while :; do :; done" & BUSY=$!');
      task.run('i=100; while [ $i -lt 200 ]; do /bin/sleep 0.02$i; i=$((i+1)); done; /bin/sleep 0.777');
      await task.find<Seen>('the last', (event) => event.kind === 'process' && event.arguments[1] === '0.777', { withinMs: 20_000 });
      const found = task.processes((event) => event.activity === 'launch' && /^0\.02\d\d\d/.test(event.arguments[1] ?? ''));
      const delays = found.map((event) => (event as Seen).seenMs - event.timeMs).toSorted((one, other) => one - other);
      context.diagnostic(`${found.length} of 100, from seen to given ${delays[50]} ms at the median`);
      assert.ok(found.length >= 90 && found.length <= 100, `${found.length} of 100 were found`);
      const busy = await task.find<Seen>('the busy one', (event) => event.kind === 'process' && event.activity === 'busy', { withinMs: 8_000 });
      assert.equal(busy.seconds, 2);
      task.run('kill $BUSY');
    } finally {
      await task.end();
    }
  });

  test('a process that is over before anybody can look is told by its file', async (context) => {
    const task = await startTask();
    try {
      // A file for each, so that no start explains another.
      task.run('mkdir -p /mnt; mount -t tmpfs -o mode=755 none /mnt; cp /bin/sleep /mnt/first; /mnt/first 0.1');
      await task.find<Seen>('the first', (event) => event.kind === 'process' && event.program.path === '/mnt/first');
      task.run('i=10; while [ $i -lt 60 ]; do cp /bin/true /mnt/true-$i; i=$((i+1)); done; i=10; while [ $i -lt 60 ]; do /mnt/true-$i; i=$((i+1)); done; /bin/sleep 0.778');
      await task.find<Seen>('the last', (event) => event.kind === 'process' && event.arguments[1] === '0.778', { withinMs: 20_000 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const seen = task.processes((event) => event.program.path.startsWith('/mnt/true-') || event.program.name.startsWith('true-'));
      const found = new Set(seen.map(({ program }) => program.name)).size;
      context.diagnostic(`${found} of 50 of under 2 ms, ${seen.filter(({ foundBy }) => foundBy === 'open').length} of them by their file alone`);
      assert.ok(found >= 35, `${found} of 50 were found`);
    } finally {
      await task.end();
    }
  });
});
