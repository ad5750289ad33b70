/** How much of a processor the task may use. */
import { availableParallelism } from 'node:os';
import { readText } from './read.ts';

/** What the task may use of processors, at most 1: `busy` is told of what uses most of one, or of all there is. */
export function coresOf(): number {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? `${readText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')?.trim() ?? ''} 100000`).split(' ').map(Number);
  const limit = quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : availableParallelism();
  return Math.min(1, Math.max(0.05, limit));
}
