/** Stories of regular calls: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { application, at, connectionLines, every, init, ordinary, program, teachUntil } from '../case-lines.ts';

const python = program('/usr/bin/python3');
const shell = program('/bin/sh');
const taught = ordinary(0, 60);
const fires = (from: number, to: number, object: RegExp, severity = 'high'): Case['fires'] => [{ from: at(from), to: at(to), object, severity }];
/** Even noise from -1 to 1, the same in every run. */
const noise = (index: number): number => ((index * 7_919) % 201) / 100 - 1;

function calls(count: number, from: number, step: number, jitter: number, change: Partial<Parameters<typeof connectionLines>[0]> = {}): string[] {
  return Array.from({ length: count }, (_, index) => connectionLines({ at: from + index * step + jitter * step * noise(index), to: '203.0.113.77', sent: 300, received: 200, by: python, lineage: [shell], ...change })).flat();
}

export const cases: Case[] = [
  { title: 'fires with the sixth small call at even intervals to a peer never used', records: [...taught, ...ordinary(60, 140), ...calls(8, 80, 5, 0)], teachUntil, fires: fires(105, 106, /python3 calls 203\.0\.113\.0\/24\|443\|6$/) },
  { title: 'fires through jitter of a fifth, and at half a second', records: [...taught, ...calls(12, 80, 10, 0.2), ...calls(9, 80, 0.5, 0, { to: '192.0.2.9' })], teachUntil, fires: [...fires(81, 86, /192\.0\.2/), ...fires(110, 210, /203\.0\.113/)] },
  { title: 'fires for a program that is not known, to a peer never used', records: [...taught, ...calls(7, 80, 4, 0.1, { by: undefined })], teachUntil, fires: fires(98, 110, /^\? calls/) },
  { title: 'fires as medium for a program never seen there, to a peer in use', records: [...taught, ...calls(8, 80, 4, 0, { to: '198.51.100.20' })], teachUntil, fires: fires(98, 112, /python3 calls/, 'medium') },
  { title: 'stays quiet for pollers that were taught, faster and slower', records: [...calls(12, 0, 5, 0), ...calls(60, 60, 0.5, 0), ...calls(10, 100, 50, 0)], teachUntil, fires: [] },
  {
    title: 'stays quiet for calls at any time, for work, for what is refused, and for what comes in',
    records: [
      ...taught,
      ...[80, 80.1, 83, 84.5, 91, 91.2, 97, 110, 111, 130].flatMap((second) => connectionLines({ at: second, to: '203.0.113.77' })),
      ...calls(10, 80, 4, 0, { to: '192.0.2.9', received: 4_000_000 }),
      ...calls(10, 80, 4, 0, { to: '192.0.2.33', isRejected: true }),
      ...every(5, 80, 150, (second) => connectionLines({ at: second, side: 'server', port: 8_080, from: '10.0.77.1', by: application, lineage: [init] })),
    ],
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...ordinary(60, 120, 10)], teachUntil, fires: [] },
];
