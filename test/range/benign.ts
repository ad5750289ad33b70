/** What ordinary services do, each with a size: 1 is what was taught, 0.1 to 10 is what comes afterwards. */
import { writeFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inside, type World } from './attack.ts';

export interface Benign {
  name: string;
  /** Does it; ends when it is over. */
  play(world: World, size: number): Promise<void>;
}

/** As many times as the size says, at least once and at most `most`. */
function times(size: number, nominal: number, most = Number.POSITIVE_INFINITY): number {
  return Math.min(most, Math.max(1, Math.round(size * nominal)));
}

async function inWorkers(world: World, share: number, code: string): Promise<void> {
  await Promise.all(Array.from({ length: Math.max(1, Math.round(4 * share)) }, (_, index) => inside(world, `worker-${index + 1}`, code)));
}

export const benign: readonly Benign[] = [
  {
    name: 'worker restart',
    async play(world, size) {
      for (let left = times(size, 1); left > 0; left -= 1) {
        await inside(world, 'master', `kill(list(state['workers'].values())[${left % 4}])`);
        await sleep(250);
      }
    },
  },
  {
    name: 'reload by signal',
    async play(world, size) {
      for (let left = times(size, 1); left > 0; left -= 1) {
        await inside(world, 'master', `os.kill(os.getpid(), signal.SIGHUP)`);
        await sleep(300);
      }
    },
  },
  { name: 'burst of requests', play: async (world, size) => void (await world.outside.ask('burst', { requests: times(size, 40) })) },
  {
    name: 'health check that flaps',
    async play(world, size) {
      for (let left = times(size, 2); left > 0; left -= 1) {
        writeFileSync(world.app.path('/run/range/unhealthy'), '');
        await world.task.exec(world.app, ['/bin/sh', '-c', 'curl -fsS http://127.0.0.1:8080/health > /dev/null || exit 1']);
        rmSync(world.app.path('/run/range/unhealthy'), { force: true });
        await world.task.exec(world.app, ['/bin/sh', '-c', 'curl -fsS http://127.0.0.1:8080/health > /dev/null || exit 1']);
      }
    },
  },
  {
    name: 'maintenance script',
    async play(world, size) {
      await inside(world, 'scheduler', `for _ in range(${times(size, 2)}):\n    maintain()`);
    },
  },
  {
    name: 'deployment of a new generation',
    async play(world, size) {
      for (let left = times(size, 1, 5); left > 0; left -= 1) {
        await inside(world, 'master', `os.kill(os.getpid(), signal.SIGUSR2)`);
        await sleep(700);
      }
    },
  },
  {
    name: 'database that refuses',
    async play(world, size) {
      const forMs = 1_000 * size;
      await world.outside.ask('refuseDatabase', { forMs });
      await sleep(forMs + 200);
    },
  },
  {
    name: 'rotation of logs',
    async play(world, size) {
      const log = '/var/log/shop/access.log';
      await inside(world, 'scheduler', `import gzip, shutil\nfor _ in range(${times(size, 2)}):\n    os.rename('${log}', '${log}.1')\n    open('${log}', 'w').close()\n    os.chmod('${log}', 0o666)\n    with open('${log}.1', 'rb') as a, gzip.open('${log}.1.gz', 'wb') as b:\n        shutil.copyfileobj(a, b)\n    os.unlink('${log}.1')\n    time.sleep(0.05)`);
    },
  },
  {
    name: 'burst of log lines',
    play: (world, size) => inWorkers(world, 0.5, `for n in range(${times(size, 150)}):\n    log('info', f'item {n} of the import was written in {n % 7} ms')`),
  },
  {
    name: 'wave of memory',
    play: (world, size) => inWorkers(world, 0.25, `held = bytearray(${times(size, 40)} << 20)\nfor at in range(0, len(held), 4096):\n    held[at] = 1\ntime.sleep(0.5)\ndel held`),
  },
  {
    name: 'burst of computing',
    play: (world, size) => inWorkers(world, 0.5, `end = time.time() + ${0.5 * size}\nwhile time.time() < end:\n    sum(range(1000))`),
  },
  {
    name: 'slow name server',
    async play(world, size) {
      await world.outside.ask('setNameServer', { delayMs: Math.min(900, 300 * size) });
      await sleep(1_500);
      await world.outside.ask('setNameServer', {});
    },
  },
  {
    name: 'failing name server',
    async play(world, size) {
      await world.outside.ask('setNameServer', world.random() < 0.5 ? { isFailing: true } : { isSilent: true });
      await sleep(800 * size);
      await world.outside.ask('setNameServer', {});
    },
  },
  {
    name: 'metadata endpoint that errs',
    async play(world, size) {
      await world.outside.ask('setMetadata', { status: world.random() < 0.5 ? 500 : 429 });
      await sleep(1_000 * size);
      await world.outside.ask('setMetadata', {});
    },
  },
  {
    name: 'metadata clock that is off',
    async play(world, size) {
      await world.outside.ask('setMetadata', { offMs: (world.random() < 0.5 ? -1 : 1) * 60_000 * size });
      await sleep(2_500);
      await world.outside.ask('setMetadata', {});
    },
  },
  {
    name: 'known service at another address',
    async play(world, size) {
      for (let left = times(size, 1); left > 0; left -= 1) {
        await world.outside.ask('turnName', { name: 'api.quickpay.com', to: Math.floor(world.random() * 12) });
        await inside(world, world.worker(), 'charge()');
        await sleep(100);
      }
    },
  },
  {
    name: 'restart of the agent',
    async play(world, size) {
      for (let left = times(size, 1); left > 0; left -= 1) {
        await inside(world, 'scheduler', `os.kill(agents['pid'], signal.SIGTERM)`);
        await sleep(400);
      }
    },
  },
  {
    name: 'uploads of the agent',
    play: async (world, size) => void (await inside(world, 'agent', `for _ in range(${times(size, 3)}):\n    upload()`)),
  },
];
