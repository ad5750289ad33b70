/** What the sidecar costs the application: its throughput with a sidecar on its core, over that without, in interleaved pairs. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSidecar, treeOf } from '../../test/range/sidecar.ts';
import { processesOf } from '../../test/range/task.ts';
import { buildWorld, type Range } from '../../test/range/world.ts';
import type { Figure } from '../figure.ts';

const pairs = 20;
const measureMs = 4_000;
/** Enough clients that the application's core is full. */
const clients = 8;

function pin(pids: readonly number[], core: number): void {
  for (const pid of pids) {
    try {
      execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
    } catch {
      // It is gone.
    }
  }
}

async function load({ outside }: Range): Promise<{ perSecond: number; p99Ms: number }> {
  const { answered, tookMs } = await outside.ask('closedLoop', { clients, forMs: measureMs, path: '/product/1' });
  const sorted = tookMs.toSorted((a, b) => a - b);
  return { perSecond: answered / (measureMs / 1_000), p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Interval of the mean, 95 %, by resampling; the generator is of a fixed seed. */
function interval(values: readonly number[]): [number, number] {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const means = Array.from({ length: 4_000 }, () => values.reduce((sum) => sum + (values[Math.floor(random() * values.length)] ?? 0), 0) / values.length).toSorted((a, b) => a - b);
  return [means[100] ?? Number.NaN, means[3_900] ?? Number.NaN];
}

export async function throughput(): Promise<Figure[]> {
  const range = await buildWorld({ seed: 13, receiver: 'forward', requestsPerSecond: 0 });
  try {
    // Application and sidecar share a core; everything else has the other.
    pin([process.pid, range.outside.pid], 1);
    const pinTask = (): void => pin([...processesOf(range.task, 'shop'), ...processesOf(range.task, 'router.py')], 0);
    pinTask();
    await load(range);
    const ratios: number[] = [];
    const p99s: { with: number[]; without: number[] } = { with: [], without: [] };
    const withSidecar = async (): Promise<number> => {
      const sidecar = startSidecar(range.task, { hasPtrace: true, learnForMs: 2_000, program: 'bundle', receiver: 'forward', folder: range.task.folder });
      await sleep(500);
      pin(treeOf(sidecar.child.pid ?? 0), 0);
      await sleep(4_500);
      const { perSecond, p99Ms } = await load(range);
      p99s.with.push(p99Ms);
      if (sidecar.child.exitCode !== null) throw new Error(`the sidecar ended by itself: ${sidecar.said().slice(-500)}`);
      await sidecar.end();
      return perSecond;
    };
    const without = async (): Promise<number> => {
      await sleep(500);
      const { perSecond, p99Ms } = await load(range);
      p99s.without.push(p99Ms);
      return perSecond;
    };
    for (let pair = 0; pair < pairs; pair += 1) {
      pinTask();
      if (pair % 2 === 0) {
        const one = await withSidecar();
        ratios.push(one / (await without()));
      } else {
        const one = await without();
        ratios.push((await withSidecar()) / one);
      }
    }
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    const [low, high] = interval(ratios);
    return [
      { name: "the application's throughput with the sidecar on its core, over that without", value: mean, unit: '×', reach: '0.97 or better', detail: `${pairs} interleaved pairs of ${measureMs / 1_000} s, ${clients} clients in a closed loop; 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}; p99 ${median(p99s.with).toFixed(1)} ms with, ${median(p99s.without).toFixed(1)} ms without (medians). A log line a request goes to the sidecar.` },
    ];
  } finally {
    range.stop();
  }
}
