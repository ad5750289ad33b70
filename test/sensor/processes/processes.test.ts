/** The sensor's eye for processes, with real ones in a process namespace of the test's own. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProcessActivity } from '../../../src/contract/index.ts';
import { skip, startTask, type Task } from './task.ts';

type Seen = ProcessActivity & { seenMs: number };
const isLaunch = (event: ProcessActivity): boolean => event.kind === 'process' && event.activity === 'launch';
const hasArgument = (text: string) => (event: Seen): boolean => isLaunch(event) && event.arguments.includes(text);

describe('processes', { skip }, () => {
  let task: Task;
  before(async () => {
    task = await startTask({ before: ['mkdir -p /mnt && mount -t tmpfs -o mode=755 none /mnt'] });
  });
  after(() => task.end());

  test('finds a process of 20 ms with its path, arguments, parent and rights', async () => {
    task.run('/bin/sleep 0.021');
    const seen = await task.find('the sleep', hasArgument('0.021'));
    assert.match(seen.program.path, /\/sleep$|coreutils|busybox/);
    assert.equal(seen.lineage[0]?.name, 'sh');
    assert.equal(seen.userId, 0);
    assert.deepEqual(seen.gainedCapabilities, []);
    assert.ok(seen.capabilities?.includes('chown'));
    assert.equal(seen.foundBy, 'proc');
    assert.equal(seen.executable, 'file');
    assert.equal(seen.isOfImage, true);
    assert.equal(seen.streams?.[0], 'pipe');
  });

  test('tells a program that another one gave way to, and a worker that never runs a program', async () => {
    task.run('sh -c "sleep 0.05; exec sleep 0.41"');
    assert.deepEqual((await task.find('the shell', hasArgument('sleep 0.05; exec sleep 0.41'))).lineage.map(({ name }) => name), ['sh']);
    assert.equal((await task.find('what follows it', hasArgument('0.41'))).program.name, 'sleep');
    const from = task.told.length;
    task.run('(while :; do read x < /dev/zero; done) & WORKER=$!; sleep 0.3; kill $WORKER');
    const worker = await task.find<Seen>('the worker', (event) => isLaunch(event) && event.program.name === 'sh', { from });
    assert.deepEqual(worker.arguments, ['sh']);
  });

  test('keeps hostile names and long arguments apart, bounded and whole', async () => {
    task.run(`cp /bin/sleep "$(printf '/mnt/a) R 1\\n(b\\033[2J')"; "$(printf '/mnt/a) R 1\\n(b\\033[2J')" 0.3 & `);
    const named = await task.find<Seen>('the hostile name', (event) => isLaunch(event) && event.program.name.startsWith('a) R 1\n(b'));
    assert.equal(named.lineage.at(-1)?.name, 'sh');
    assert.equal(named.program.path, '/mnt/a) R 1\n(b\u001b[2J');
    task.run(`python3 -c 'import time; time.sleep(0.2)' "$(head -c 4096 /dev/zero | tr '\\0' x)" after-long`);
    const long = await task.find('the long argument', hasArgument('after-long'));
    assert.ok(long.arguments.every((argument) => argument.length <= 256));
  });

  test('masks secrets in arguments', async () => {
    task.run('python3 -c "import time; time.sleep(0.2)" secret-case --password hunter2 DB_PASSWORD=geheim postgres://u:pw@db/x');
    const seen = await task.find('the process', hasArgument('secret-case'));
    assert.ok(!/hunter2|geheim|u:pw/.test(JSON.stringify(seen)));
  });

  test('tells executables that were deleted, live in memory or in a place that anybody may write', async () => {
    task.run('cp /bin/sleep /mnt/gone; /mnt/gone 30.1 & sleep 0.3; rm /mnt/gone; kill $!');
    assert.equal((await task.find('the file', hasArgument('30.1'))).executable, 'file');
    task.run('cp /bin/sleep /var/tmp/dropped-by-test; /var/tmp/dropped-by-test 0.31; rm /var/tmp/dropped-by-test');
    const dropped = await task.find('the dropped one', hasArgument('0.31'));
    assert.equal(dropped.executable, 'writable-place');
    assert.equal(dropped.isOfImage, false);
    task.run(`python3 -c 'import os; f=os.memfd_create("m",0); os.write(f,open("/bin/sleep","rb").read()); os.execv("/proc/self/fd/%d"%f,["m","0.32"])'`);
    assert.equal((await task.find('the one in memory', hasArgument('0.32'))).executable, 'memory');
    task.run(`python3 -c 'import os,shutil; shutil.copy("/bin/sleep","/mnt/d"); f=os.open("/mnt/d",os.O_RDONLY); os.unlink("/mnt/d"); os.execv("/proc/self/fd/%d"%f,["d","0.33"])'`);
    assert.equal((await task.find('the deleted one', hasArgument('0.33'))).executable, 'deleted');
  });

  test('tells a set-user-id program and what it gains', async () => {
    task.run('cp /bin/sleep /mnt/suid; chmod 4755 /mnt/suid; setpriv --reuid 1000 --clear-groups --inh-caps -all sh -c "/mnt/suid 1.34; :"');
    const seen = await task.find('the set-user-id program', hasArgument('1.34'));
    assert.deepEqual([seen.userId, seen.realUserId, seen.parentUserId, seen.isPrivilegedFile], [0, 1000, 1000, true]);
    assert.ok(seen.gainedCapabilities?.includes('setuid'));
  });

  test('tells what changes in a running process: user, tracer, memory held open, stop, stream, end', async () => {
    task.run(`python3 -c 'import os,time; os.setresuid(1000,1000,0); os.seteuid(1000); time.sleep(1.5); os.seteuid(0); time.sleep(3)' saved &`);
    task.run(`setpriv --reuid 1000 --clear-groups --inh-caps +setuid --ambient-caps +setuid --bounding-set -chown python3 -c 'import os,time; time.sleep(1.5); os.setresuid(0,0,0); time.sleep(3)' risen &`);
    task.run('sleep 61 & VICTIM=$!');
    const victim = await task.find('the victim', hasArgument('61'));
    task.run(`python3 -c 'import time,sys; f=open("/proc/%s/mem"%sys.argv[1],"rb"); time.sleep(1)' $VICTIM`);
    const inject = await task.find<Seen>('the held memory', (event) => event.activity === 'inject' && event.pid === victim.pid);
    assert.match(inject.by?.name ?? '', /^python3/);
    assert.equal(inject.means, 'memory');
    task.run('kill -STOP $VICTIM; sleep 1; kill -KILL $VICTIM');
    await task.find<Seen>('the stop', (event) => event.activity === 'stop' && event.pid === victim.pid);
    const end = await task.find<Seen>('the end', (event) => event.activity === 'terminate' && event.pid === victim.pid);
    assert.ok(end.seconds! > 1);
    const risen = await task.find<Seen>('the new user', (event) => event.activity === 'set-user');
    assert.deepEqual([risen.userId, risen.arguments.at(-1)], [0, 'risen']);
  });

  test('tells preloads and the far side of a socket, and pipes made of local sockets as pipes', async () => {
    task.run('LD_PRELOAD=/mnt/none.so sleep 0.35 2>/dev/null');
    assert.deepEqual((await task.find('the preload', hasArgument('0.35'))).preloads, ['LD_PRELOAD=/mnt/none.so']);
    task.run(`python3 -c '
import socket,subprocess
l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen(1); c=socket.create_connection(l.getsockname()); s,_=l.accept(); print
subprocess.run(["sleep","0.36"],stdin=c,stdout=c,stderr=c)
a,b=socket.socketpair(); subprocess.run(["sleep","0.37"],stdin=a)'`);
    const shell = await task.find('the socket', hasArgument('0.36'));
    assert.deepEqual(shell.streams, ['socket', 'socket', 'socket']);
    assert.match(shell.streamPeer ?? '', /^127\.0\.0\.1:\d+$/);
    assert.equal((await task.find('the pair', hasArgument('0.37'))).streams?.[0], 'pipe');
  });

  test('says nothing of itself, and what it can see', async () => {
    assert.deepEqual(task.processes((event) => event.arguments.some((argument) => argument.endsWith('watcher.ts'))), []);
    const { ways } = await task.report();
    for (const name of ['exec-notify', 'pid-bell', 'proc-of-other-users', 'shared-process-namespace']) assert.equal(ways.find((way) => way.name === name)?.isWorking, true, name);
  });
});
