/** A task of the range with a sidecar that has learned, for measuring. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { benign } from '../../test/range/benign.ts';
import { startSidecar, type RunningSidecar } from '../../test/range/sidecar.ts';
import { capabilityList, defaultCapabilities } from '../../test/range/task.ts';
import { buildWorld, type Range } from '../../test/range/world.ts';

export interface Measured {
  range: Range;
  sidecar: RunningSidecar;
  stop(): Promise<void>;
}

const learnForMs = 15_000;

/** Built, taught by each behaviour once, and judging. */
export async function taught({ requestsPerSecond = 4 } = {}): Promise<Measured> {
  const range = await buildWorld({ seed: 11, receiver: 'forward', requestsPerSecond });
  await sleep(500);
  const sidecar = startSidecar(range.task, { hasPtrace: true, learnForMs, program: 'bundle', receiver: 'forward', folder: range.task.folder });
  const endMs = Date.now() + learnForMs + 3_000;
  for (const name of ['worker restart', 'burst of requests', 'maintenance script', 'burst of log lines', 'uploads of the agent']) await benign.find((one) => one.name === name)?.play(range, 1);
  await sleep(Math.max(0, endMs - Date.now()));
  if (sidecar.child.exitCode !== null) throw new Error(`the sidecar ended by itself: ${sidecar.said().slice(-1_000)}`);
  return {
    range,
    sidecar,
    async stop() {
      await sidecar.end();
      range.stop();
    },
  };
}

/** Share of a core that the sidecar uses over a time, in percent. */
export async function shareOver(sidecar: RunningSidecar, forMs: number): Promise<number> {
  const before = sidecar.use().cpuSeconds;
  const beganMs = performance.now();
  await sleep(forMs);
  return (100 * (sidecar.use().cpuSeconds - before)) / ((performance.now() - beganMs) / 1_000);
}

/** A program of ours in the task, with the machine's files and a container's capabilities. */
export function beside(range: Range, command: readonly string[]): ChildProcess {
  return spawn('nsenter', ['-t', String(range.task.pid), '-p', '-n', '-m', 'setpriv', '--pdeathsig', 'KILL', '--bounding-set', capabilityList(defaultCapabilities), ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
}

export function scriptOf(name: string): string {
  return join(import.meta.dirname, name);
}

/** What a program printed, once it has ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.on('data', (part: Buffer) => (said += part.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
