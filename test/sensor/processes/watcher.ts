/** Runs the sensor inside a test's task and writes each event it gives as a line. */
import { systemClock } from '../../../src/contract/index.ts';
import { sensor } from '../../../src/sensor/index.ts';

const { isNative } = JSON.parse(process.argv[2] ?? '{}') as { isNative: boolean };
const source = sensor({ procPath: '/proc', subject: () => ({ task: 'test' }), sidecarStart: 'a', clock: systemClock, isNative });
const end = new AbortController();
let used = process.cpuUsage();
process.on('SIGUSR2', () => {
  const { user, system } = process.cpuUsage(used);
  process.stdout.write(`${JSON.stringify({ report: { ways: source.ways(), usedMicros: user + system, residentBytes: process.memoryUsage.rss() } })}\n`);
  used = process.cpuUsage();
});
process.on('SIGTERM', () => end.abort());
for await (const batch of source.read(new Map(), end.signal)) {
  if (batch.records.length > 0) process.stdout.write(`${batch.records.map(({ content }) => Buffer.from(content as Uint8Array).toString()).join('\n')}\n`);
}
