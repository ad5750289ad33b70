/** What the eye for processes still sees without the foreign-function library, and without the right to see others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProcessActivity } from '../../../src/contract/index.ts';
import { skip, startTask } from './task.ts';

type Seen = ProcessActivity & { seenMs: number };

describe('processes, with less', { skip }, () => {
  test('without native notices finds 90 or more of 100 processes of 20 ms by the bell alone', async (context) => {
    const task = await startTask({ isNative: false });
    try {
      task.run('i=100; while [ $i -lt 200 ]; do /bin/sleep 0.02$i; i=$((i+1)); done; /bin/sleep 0.777');
      await task.find<Seen>('the last', (event) => event.kind === 'process' && event.arguments[1] === '0.777', { withinMs: 20_000 });
      const found = new Set(task.processes((event) => /^0\.02\d\d\d/.test(event.arguments[1] ?? '')).map((event) => event.arguments[1])).size;
      context.diagnostic(`${found} of 100`);
      assert.ok(found >= 90, `${found} of 100 were found`);
      const { ways } = await task.report();
      assert.equal(ways.find(({ name }) => name === 'exec-notify')?.isWorking, false);
    } finally {
      await task.end();
    }
  });

  test('without SYS_PTRACE knows programs by name and arguments, and says so', async () => {
    const task = await startTask({ isWithoutPtrace: true });
    try {
      task.run('cp /bin/sleep /var/tmp/dropped-unseen; /var/tmp/dropped-unseen 0.4; rm /var/tmp/dropped-unseen; sh -c "sleep 0.1; exec sleep 0.41"');
      const dropped = await task.find<Seen>('the dropped one', (event) => event.kind === 'process' && event.arguments[1] === '0.4');
      assert.deepEqual([dropped.program.path, dropped.program.name, dropped.executable], ['', 'dropped-unseen', 'writable-place']);
      assert.equal(dropped.lineage[0]?.name, 'sh');
      await task.find<Seen>('what follows the shell', (event) => event.kind === 'process' && event.arguments[1] === '0.41');
      const { ways } = await task.report();
      assert.equal(ways.find(({ name }) => name === 'proc-of-other-users')?.isWorking, false);
    } finally {
      await task.end();
    }
  });
});
