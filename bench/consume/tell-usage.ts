/** Loaded before a program that is measured: tells what it used whenever it is asked. */
export interface Usage {
  /** Processor time of all its threads, seconds. */
  cpuSeconds: number;
  rssBytes: number;
  /** The most it ever had. */
  mostBytes: number;
}

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.send?.({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssBytes: process.memoryUsage.rss(), mostBytes: maxRSS * 1_024 } satisfies Usage);
});
// To listen must not keep it alive.
process.channel?.unref();
