/** Loaded before a program that is measured: tells what it used whenever it is asked. Plain JavaScript, for what strips types takes 20 MB. */
process.on('message', (message) => {
  if (message !== 'usage') return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssBytes: rss, mostBytes: maxRSS * 1_024, heapBytes: heapTotal, usedBytes: heapUsed, externalBytes: external });
});
// To listen must not keep it alive.
process.channel?.unref();
