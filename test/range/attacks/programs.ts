/** Attacks by programs: run from places anybody may write, from memory, deleted, under false names, mining. */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { processesOf } from '../task.ts';
import { becomes, heard, inside, type Attack, type World } from '../attack.ts';

/** The executable of the process with these words in its command line, as the machine sees it. */
async function runs(world: World, words: string, executable: RegExp): Promise<string> {
  let seen = '';
  await becomes(() => {
    for (const pid of processesOf(world.task, words)) {
      seen = readlinkSync(`/proc/${pid}/exe`);
      if (executable.test(seen)) return true;
    }
    return false;
  }, `no process "${words}" runs ${executable.source}, only ${seen}`);
  return `a process "${words}" ran ${seen}`;
}

function fromPlace(name: string, path: string, concerns: RegExp, seconds: string): Attack {
  return {
    name,
    kind: 'program',
    concerns,
    async play(world) {
      await inside(world, world.worker(), `import shutil\nos.makedirs(os.path.dirname('${path}'), exist_ok=True)\nshutil.copy('/usr/bin/sleep', '${path}')\nlaunch(['${path}', '${seconds}'])`);
      return runs(world, `${path} ${seconds}`, new RegExp(path.replaceAll('.', String.raw`\.`)));
    },
  };
}

export const programs: readonly Attack[] = [
  fromPlace('program from the temporary folder', '/tmp/.X1-lock/update', /update|writable|\/tmp/i, '3.01'),
  fromPlace('program from shared memory', '/dev/shm/.k', /\/dev\/shm|writable|\.k\b/i, '3.02'),
  {
    name: 'program in memory alone',
    kind: 'program',
    concerns: /memfd|memory|sleep|program/i,
    async play(world) {
      await inside(
        world,
        world.worker(),
        `
fd = os.memfd_create('')
os.write(fd, open('/usr/bin/sleep', 'rb').read())
os.set_inheritable(fd, True)
child(lambda: os.execv('/proc/self/fd/%d' % fd, ['app', '3.03']))
time.sleep(0.5)
os.close(fd)`,
      );
      return runs(world, 'app 3.03', /memfd:/);
    },
  },
  {
    name: 'program that deletes itself',
    kind: 'program',
    concerns: /deleted|agentd|program|writable/i,
    async play(world) {
      await inside(world, 'scheduler', `import shutil\nshutil.copy('/usr/bin/sleep', '/usr/local/bin/agentd')\nlaunch(['/usr/local/bin/agentd', '3.04'])\ntime.sleep(0.3)\nos.unlink('/usr/local/bin/agentd')`);
      return runs(world, 'agentd 3.04', / \(deleted\)$/);
    },
  },
  {
    name: 'program named as a kernel thread',
    kind: 'program',
    concerns: /kworker|kernel|masquerad|sleep|program/i,
    async play(world) {
      await inside(world, world.worker(), `child(lambda: os.execv('/usr/bin/sleep', ['[kworker/0:1]', '3.05']))`);
      return runs(world, '[kworker/0:1] 3.05', /sleep/);
    },
  },
  {
    name: 'program named as another',
    kind: 'program',
    concerns: /nginx|masquerad|program/i,
    async play(world) {
      await inside(world, world.worker(), `child(lambda: os.execv('/usr/bin/python3', ['nginx: worker process', '-c', 'import time; time.sleep(3)']))`);
      return runs(world, 'nginx: worker process', /python/);
    },
  },
  {
    name: 'miner',
    kind: 'program',
    concerns: /miner|processor|cpu|busy|3333|destination|port/i,
    lastsMs: 12_000,
    async play(world) {
      const place = { address: world.stranger(), port: 3333 };
      await world.outside.ask('openLair', { ...place, greeting: '{"method":"job"}\n' });
      await inside(
        world,
        world.worker(),
        `
def act():
    s = socket.create_connection(('${place.address}', ${place.port}))
    s.sendall(b'{"method":"login","params":{"agent":"m/6"}}\\n')
    end = time.time() + 12
    n = 0
    while time.time() < end:
        n = (n * 1103515245 + 12345) & 0xffffffff
child(act)`,
      );
      return heard(world, place, /login/);
    },
  },
  {
    name: 'library loaded before others',
    kind: 'program',
    concerns: /preload|\.libz/i,
    async play(world) {
      const said = await inside(world, 'scheduler', `import shutil\nshutil.copy('/lib/x86_64-linux-gnu/libz.so.1', '/var/tmp/.libz.so')\nsay(subprocess.run(['/usr/bin/cat', '/proc/self/maps'], env={'LD_PRELOAD': '/var/tmp/.libz.so'}, capture_output=True, text=True).stdout)\nmaintain({'LD_PRELOAD': '/var/tmp/.libz.so'})`);
      if (!said.includes('.libz.so')) throw new Error('the library is in no map');
      return 'the library stood in the map of the program';
    },
  },
  {
    name: 'loader tampered with',
    kind: 'file',
    concerns: /preload|loader|ld\.so/i,
    async play(world) {
      await inside(world, 'scheduler', `open('/etc/ld.so.preload', 'w').write('/lib/x86_64-linux-gnu/libm.so.6\\n')`);
      if (!existsSync(world.app.path('/etc/ld.so.preload'))) throw new Error('the file is not there');
      const said = readFileSync(world.app.path('/etc/ld.so.preload'), 'utf8');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await inside(world, 'scheduler', `os.unlink('/etc/ld.so.preload')`);
      return `the file said ${said.trim()}`;
    },
  },
];
