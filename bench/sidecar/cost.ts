/** Memory after a million lines, processor use when little and when much is logged, and in a crowd of processes and sockets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { attacks } from '../../test/range/attacks/index.ts';
import { forwardPort } from '../../test/range/place.ts';
import type { Figure } from '../figure.ts';
import { beside, outputOf, scriptOf, shareOver, taught, type Measured } from './place.ts';

function flood({ range }: Measured, lines: number, perSecond: number): Promise<string> {
  return outputOf(beside(range, [process.execPath, scriptOf('flood.ts'), String(forwardPort), String(lines), String(perSecond)]));
}

export async function memory(): Promise<Figure[]> {
  const measured = await taught();
  const { sidecar } = measured;
  try {
    const before = sidecar.use();
    let peak = before;
    const measuring = setInterval(() => {
      const use = sidecar.use();
      if (use.residentMib > peak.residentMib) peak = use;
    }, 500);
    const said = await flood(measured, 1_000_000, 0);
    await sleep(10_000);
    clearInterval(measuring);
    const after = sidecar.use();
    return [
      { name: 'resident memory after a million log lines', value: after.residentMib, unit: 'MiB', reach: 'under 80', detail: `Proportional ${after.proportionalMib.toFixed(1)}; peak ${peak.residentMib.toFixed(1)} resident, ${peak.proportionalMib.toFixed(1)} proportional; before ${before.residentMib.toFixed(1)}. ${after.processes} processes. ${said.trim()}` },
    ];
  } finally {
    await measured.stop();
  }
}

export async function processor(): Promise<Figure[]> {
  const measured = await taught();
  try {
    const quiet = await shareOver(measured.sidecar, 60_000);
    const flooding = flood(measured, 70_000, 1_000);
    await sleep(5_000);
    const loud = await shareOver(measured.sidecar, 60_000);
    const said = await flooding;
    return [
      { name: 'processor, 4 requests a second', value: quiet, unit: '% of a core', reach: 'under 2', detail: 'Over a minute, after 15 s of teaching; health checks, agent and maintenance script go on.' },
      { name: 'processor, 1,000 log lines a second besides', value: loud, unit: '% of a core', reach: 'under 3', detail: `Over a minute, by the forward protocol. ${said.trim()}` },
    ];
  } finally {
    await measured.stop();
  }
}

export async function crowd(processes = 10_000, sockets = 50_000): Promise<Figure[]> {
  const measured = await taught();
  const { range, sidecar } = measured;
  const child = beside(range, ['/usr/bin/python3', scriptOf('crowd.py'), String(processes), String(sockets)]);
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (part: Buffer) => part.toString().includes('ready') && resolve());
      child.once('exit', (status) => reject(new Error(`the crowd ended with ${status}`)));
    });
    await sleep(20_000);
    const share = await shareOver(sidecar, 60_000);
    const delays: string[] = [];
    for (const name of ['program from shared memory', 'new port listened on', 'bulk upload to a stranger']) {
      const beganMs = Date.now();
      const had = sidecar.alerts.length;
      const attack = attacks.find((one) => one.name === name);
      await attack?.play(range);
      await sleep(5_000);
      const first = sidecar.alerts.slice(had).find(({ isUpdate, alert }) => !isUpdate && attack?.concerns.test(`${alert.title} ${alert.summary} ${alert.object}`));
      delays.push(`${name}: ${first === undefined ? 'not told within 5 s' : `${first.atMs - beganMs} ms`}`);
    }
    const use = sidecar.use();
    const coverage = sidecar.alerts.filter(({ alert }) => alert.detector.startsWith('coverage')).map(({ alert }) => alert.title);
    return [
      { name: `processor with ${processes} processes and ${sockets} sockets`, value: share, unit: '% of a core', reach: 'under 5', detail: `Over a minute. ${delays.join('; ')}. ${use.residentMib.toFixed(1)} MiB resident. Coverage said: ${[...new Set(coverage)].join('; ') || 'nothing'}.` },
    ];
  } finally {
    child.kill('SIGKILL');
    await measured.stop();
  }
}
