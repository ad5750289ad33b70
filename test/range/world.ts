/** Builds the range: a task with its application and log router, what lies outside, and the ordinary life between them. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './attack.ts';
import { startOutside } from './outside.ts';
import { forwardPort, httpPort, strangers } from './place.ts';
import { seeded } from '../support/flood.ts';
import { layApplication, startTask, type Container } from './task.ts';

export interface RangeSettings {
  seed: number;
  receiver: 'forward' | 'http';
  /** Clients' requests a second; 0 for none. */
  requestsPerSecond: number;
}

export interface Range extends World {
  stop(): void;
}

/** Health checks come as often as Fargate's shortest useful interval. */
const healthEveryMs = 5_000;

export async function buildWorld({ seed, receiver, requestsPerSecond }: RangeSettings): Promise<Range> {
  const random = seeded(seed);
  const outside = startOutside();
  await outside.ask('open');
  const task = await startTask(outside.pid);
  const app = await task.container('app', ['/bin/sh', '/srv/shop/start.sh'], { image: layApplication });
  app.child.stderr?.resume();

  let router: Container | undefined;
  let isStopped = false;
  const target = receiver === 'forward' ? `forward:127.0.0.1:${forwardPort}` : `http://127.0.0.1:${httpPort}/`;
  let image = 0;
  const startRouter = async (): Promise<void> => {
    if (isStopped) return;
    image += 1;
    const started = await task.container(image === 1 ? 'log_router' : `log_router-${image}`, ['/usr/bin/python3', '/router/router.py', target], {
      stdio: ['pipe', 'inherit', 'inherit'],
      image: (upper) => cpSync(join(import.meta.dirname, 'application', 'router.py'), join(upper, 'router', 'router.py'), { recursive: true }),
    });
    started.child.stdin?.on('error', () => undefined);
    started.child.once('exit', () => {
      if (router === started) router = undefined;
    });
    router = started;
    const list = [app, router].map(({ name, dockerId, hostPid }) => ({ name: name.replace(/-\d+$/, ''), dockerId, hostPid }));
    await outside.ask('setContainers', { list });
  };
  // As the runtime's log driver does: what the router does not take is dropped, never held against the application.
  app.child.stdout?.on('data', (part: Buffer) => {
    const stdin = router?.child.stdin;
    if (stdin?.writable === true && stdin.writableLength < 10 * 1_048_576) stdin.write(part);
  });
  await startRouter();
  await sleep(500);
  if (requestsPerSecond > 0) await outside.ask('beginClients', { perSecond: requestsPerSecond });
  const checking = setInterval(() => void task.exec(app, ['/bin/sh', '-c', 'curl -fsS http://127.0.0.1:8080/health > /dev/null || exit 1']), healthEveryMs);

  let strangersMet = Math.floor(random() * strangers.length);
  return {
    task,
    outside,
    app,
    router: () => router,
    restartRouter: startRouter,
    random,
    stranger: () => strangers[(strangersMet += 1) % strangers.length] ?? '',
    worker: () => `worker-${1 + Math.floor(random() * 4)}`,
    stop() {
      isStopped = true;
      clearInterval(checking);
      task.stop();
      outside.stop();
    },
  };
}
