/** Attacks on the logs: the router killed or halted, the application muted. */
import { readFileSync } from 'node:fs';
import { becomes, inside, type Attack } from '../attack.ts';

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

/** Finds the router among the task's processes, as an intruder would. */
const findRouter = `
pids = []
for name in os.listdir('/proc'):
    if name.isdigit():
        try:
            words = open('/proc/%s/cmdline' % name, 'rb').read()
        except OSError:
            continue
        if b'router.py' in words:
            pids.append(int(name))
`;

export const logs: readonly Attack[] = [
  {
    name: 'log router killed',
    kind: 'logs',
    concerns: /router|log|silen|mute|ended|stopped|killed/i,
    lastsMs: 4_000,
    async play(world) {
      const { hostPid } = world.router() ?? { hostPid: 0 };
      await inside(world, 'scheduler', `${findRouter}\nfor pid in pids:\n    os.kill(pid, signal.SIGKILL)`);
      await becomes(() => !isAlive(hostPid), 'the router is still there');
      setTimeout(() => void world.restartRouter().catch(() => undefined), 4_000);
      return 'the router was gone';
    },
  },
  {
    name: 'log router halted',
    kind: 'logs',
    concerns: /router|log|silen|mute|halt|stopp/i,
    lastsMs: 4_000,
    async play(world) {
      const { hostPid } = world.router() ?? { hostPid: 0 };
      await inside(world, 'scheduler', `${findRouter}\nfor pid in pids:\n    os.kill(pid, signal.SIGSTOP)\ndef act():\n    time.sleep(4)\n    for pid in pids:\n        os.kill(pid, signal.SIGCONT)\nthreading.Thread(target=act, daemon=True).start()`);
      await becomes(() => /^State:\s+T/m.test(readFileSync(`/proc/${hostPid}/status`, 'latin1')), 'the router is not halted');
      return 'the kernel lists the router as halted';
    },
  },
  {
    name: 'logs muted',
    kind: 'logs',
    concerns: /log|output|stream|mute|null|silen/i,
    lastsMs: 4_000,
    async play(world) {
      const said = await inside(world, 'master', `global kept\nkept = os.dup(1)\nfd = os.open('/dev/null', os.O_WRONLY)\nos.dup2(fd, 1)\nos.close(fd)\ndef act():\n    time.sleep(4)\n    os.dup2(kept, 1)\n    os.close(kept)\nthreading.Thread(target=act, daemon=True).start()\nsay(os.readlink('/proc/self/fd/1'))`);
      if (said !== '/dev/null') throw new Error(`its output leads to ${said}`);
      return "the master's output leads nowhere";
    },
  },
];
