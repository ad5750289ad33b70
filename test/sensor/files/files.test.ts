/** The sensor's eye for files, on file systems mounted for the test. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FileActivity } from '../../../src/contract/index.ts';
import { skip, startTask, type Task } from '../processes/task.ts';

type Seen = FileActivity & { seenMs: number };

/** Places of the test's own in front of the machine's; an application that runs from one of them. */
const before = [
  'mkdir -p /mnt && mount -t tmpfs -o mode=755 none /mnt && cp -r /etc /mnt/etc && mount --bind /mnt/etc /etc && rm -f /etc/cron.d/test /etc/ld.so.preload',
  'mount -t tmpfs none /root && mkdir -p /root/app/lib && echo "setInterval(() => {}, 1000)" > /root/app/server.js && echo 1 > /root/app/lib/part.js',
  'mount -t tmpfs -o mode=1777 none /var/tmp; mount -t tmpfs -o mode=755 none /home && mkdir -p /home/user',
  '(cd /root/app && exec python3 -c "import time; time.sleep(100)" /root/app/server.js) &',
];

const seenAt = (task: Task, path: string, activity: FileActivity['activity'], from: number): Promise<Seen> =>
  task.find<Seen>(`${activity} of ${path}`, (event) => event.kind === 'file' && event.path === path && event.activity === activity, { from });

for (const isNative of [true, false]) {
  describe(`files, ${isNative ? 'by notices' : 'by looking again and again'}`, { skip, concurrency: 2 }, () => {
    test('tells what matters once, and what does not matter never', async () => {
      const task = await startTask({ isNative, before });
      try {
        // The application has to stay for two polls to be known as one.
        await new Promise((resolve) => setTimeout(resolve, 4_500));
        const from = task.told.length;
        task.run('echo "x:x:0:0::/:/bin/sh" >> /etc/passwd; cp /etc/group /etc/.group.tmp && mv /etc/.group.tmp /etc/group');
        task.run('mkdir -p /home/user/.ssh && echo key > /home/user/.ssh/authorized_keys; echo "* * * * * root x" > /etc/cron.d/test');
        task.run('echo 2 > /root/app/lib/part.js; echo "" > /etc/ld.so.preload; cp /bin/true /var/tmp/dropped');
        task.run('echo a >> /root/app/app.log; mv /root/app/app.log /root/app/app.log.1; echo a > /root/app/app.log; echo 12 > /root/app/app.pid; echo x > /var/tmp/temporary; touch /etc/passwd.lock');
        const passwd = await seenAt(task, '/etc/passwd', 'update', from);
        assert.deepEqual([passwd.concern, passwd.isExecutable], ['accounts', false]);
        assert.equal((await seenAt(task, '/etc/group', 'update', from)).concern, 'accounts');
        assert.equal((await seenAt(task, '/home/user/.ssh/authorized_keys', 'create', from)).concern, 'ssh-keys');
        assert.equal((await seenAt(task, '/etc/cron.d/test', 'create', from)).concern, 'cron');
        assert.equal((await seenAt(task, '/root/app/lib/part.js', 'update', from)).concern, 'application');
        assert.equal((await seenAt(task, '/etc/ld.so.preload', 'create', from)).concern, 'loader');
        const dropped = await seenAt(task, '/var/tmp/dropped', 'create', from);
        assert.deepEqual([dropped.concern, dropped.isExecutable], ['executable', true]);
        const others = task.files(() => true).map(({ path }) => path).filter((path) => /\.log|\.pid|temporary|\.tmp|\.lock/.test(path));
        assert.deepEqual(others, []);
        for (const path of ['/etc/passwd', '/etc/group', '/etc/cron.d/test']) assert.equal(task.files((event) => event.path === path).length, 1, path);
        const { ways } = await task.report();
        assert.equal(ways.find(({ name }) => name === 'file-notify')?.isWorking, isNative);
      } finally {
        await task.end();
      }
    });

    test('tells nothing of what lay beneath a volume that goes, and looks at it from then on', { skip: isNative ? false : 'needs notices' }, async () => {
      const weekly = '/etc/cron.weekly';
      const task = await startTask({ isNative, before: [...before, `mkdir -p ${weekly} && echo 1 > ${weekly}/beneath && mount -t tmpfs none ${weekly} && echo 1 > ${weekly}/above`] });
      try {
        task.run(`echo 2 >> ${weekly}/above`);
        await seenAt(task, `${weekly}/above`, 'update', 0);
        const from = task.told.length;
        task.run(`umount ${weekly}`);
        // The next look at what is missing comes after two seconds.
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        assert.deepEqual(task.files(({ path }) => path === `${weekly}/beneath`), []);
        task.run(`echo 2 >> ${weekly}/beneath`);
        await seenAt(task, `${weekly}/beneath`, 'update', from);
      } finally {
        await task.end();
      }
    });

    test('names who did it where that was seen, and tells reads of credentials', { skip: isNative ? false : 'needs notices' }, async () => {
      const task = await startTask({ isNative, before });
      try {
        const from = task.told.length;
        task.run(`python3 -c 'import time; f=open("/etc/cron.d/test","w"); f.write("*"); f.flush(); time.sleep(0.4)'`);
        const cron = await seenAt(task, '/etc/cron.d/test', 'create', from);
        assert.match(cron.program?.name ?? '', /^python3/);
        assert.equal(cron.lineage?.[0]?.name, 'sh');
        task.run(`python3 -c 'import time; f=open("/etc/shadow"); f.read(); time.sleep(0.4)'`);
        const read = await seenAt(task, '/etc/shadow', 'open', from);
        assert.equal(read.concern, 'credentials');
        assert.match(read.program?.name ?? '', /^python3/);
        task.run('chmod 4755 /etc/cron.d/test');
        assert.equal((await seenAt(task, '/etc/cron.d/test', 'permissions', from)).hasSetId, true);
        task.run('rm /etc/cron.d/test');
        await seenAt(task, '/etc/cron.d/test', 'delete', from);
      } finally {
        await task.end();
      }
    });
  });
}
