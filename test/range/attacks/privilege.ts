/** Attacks on privilege and on other processes: set-user-id, capabilities, tracing, another's memory. */
import { becomes, fileOf, inside, type Attack } from '../attack.ts';

/** Gives a worker a value in memory to be changed, and says its pid and address. */
const target = `
import ctypes, lever
lever.victim = ctypes.create_string_buffer(b'untouched')
say(os.getpid(), ctypes.addressof(lever.victim))`;

export const privilege: readonly Attack[] = [
  {
    name: 'set-user-id program',
    kind: 'privilege',
    concerns: /shop-admin|set-user|privilege|user 0|root|bash/i,
    async play(world) {
      await inside(world, world.worker(), `launch(['/usr/local/bin/shop-admin', '-p', '-c', 'id -u > /tmp/.su; sleep 1'])`);
      await becomes(() => fileOf(world, '/tmp/.su').trim() === '0', 'nobody became user 0');
      return 'the program wrote that it is user 0';
    },
  },
  {
    name: 'user 0 by a capability',
    kind: 'privilege',
    concerns: /shop-python|capabilit|set-user|privilege|user 0|root/i,
    async play(world) {
      await inside(world, world.worker(), `launch(['/usr/local/bin/shop-python', '-c', 'import os, time; time.sleep(0.4); os.setuid(0); open("/tmp/.cap", "w").write(str(os.geteuid())); time.sleep(1.5)'])`);
      await becomes(() => fileOf(world, '/tmp/.cap') === '0', 'nobody became user 0');
      return 'the program wrote that it is user 0';
    },
  },
  {
    name: 'tracing another process',
    kind: 'privilege',
    concerns: /trac|inject|memory/i,
    lastsMs: 2_500,
    async play(world) {
      const said = await inside(
        world,
        'scheduler',
        `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
pid = agents['pid']
def act():
    attached = libc.ptrace(16, pid, None, None)
    open('/tmp/.tr', 'w').write(f'{attached} {ctypes.get_errno()}')
    os.waitpid(pid, 0x40000000)
    time.sleep(0.3)
    libc.ptrace(7, pid, None, None)
    time.sleep(2)
    libc.ptrace(17, pid, None, None)
child(act)
time.sleep(0.2)
say(open('/proc/%d/status' % pid).read().split('TracerPid:')[1].split()[0], open('/tmp/.tr').read())`,
      );
      if (said.startsWith('0') || !said.includes(' 0 ')) throw new Error(`the kernel said ${said}`);
      return `the kernel named the tracer ${said}`;
    },
  },
  {
    name: 'writing into the memory of another process',
    kind: 'privilege',
    concerns: /memory|inject|\/mem\b|trac/i,
    async play(world) {
      const [pid = '', address = ''] = (await inside(world, 'agent', target)).split(' ');
      await inside(
        world,
        'scheduler',
        `
def act():
    with open('/proc/${pid}/mem', 'r+b', 0) as memory:
        memory.seek(${address})
        memory.write(b'changed!!')
        time.sleep(1.5)
child(act)
time.sleep(0.5)`,
      );
      const said = await inside(world, 'agent', `import lever\nsay(lever.victim.value.decode())`);
      if (said !== 'changed!!') throw new Error(`the memory says ${said}`);
      return 'the other process read the changed bytes';
    },
  },
  {
    name: 'file that gives user 0 to everybody',
    kind: 'privilege',
    concerns: /set-user|set-id|setuid|\.sh0|permission|privilege|program|executable/i,
    async play(world) {
      const said = await inside(world, 'scheduler', `import shutil\nshutil.copy('/usr/bin/dash', '/usr/local/bin/.sh0')\nos.chmod('/usr/local/bin/.sh0', 0o4755)\nsay(oct(os.stat('/usr/local/bin/.sh0').st_mode))`);
      if (!said.includes('4755')) throw new Error(`the mode is ${said}`);
      return 'the file has its mode';
    },
  },
];
