/** Run inside a task: the sensor alone, without engine and detectors; what it tells goes to a file, a line an event. `look.ts FILE [WAY,…]`. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../src/contract/index.ts';
import { sensor } from '../../src/sensor/index.ts';
import { networkPart } from '../../src/sensor/network/index.ts';

const [file = '', without = ''] = process.argv.slice(2);

const looking = sensor({
  procPath: '/proc',
  subject: () => ({}),
  sidecarStart: 'bench',
  clock: systemClock,
  without: without.split(',').filter((way) => way !== ''),
  parts: [networkPart],
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
writeFileSync(file, '');
for await (const { records } of looking.read(new Map(), stop.signal)) {
  if (records.length > 0) appendFileSync(file, records.map(({ content }) => `${Buffer.from(content as Uint8Array).toString().trim()}\n`).join(''));
}
appendFileSync(file, `${JSON.stringify({ ways: looking.ways() })}\n`);
