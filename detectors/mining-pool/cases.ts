/** Stories of pools: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { at, connectionLines, every, lookupLine, ordinary, program, teachUntil } from '../case-lines.ts';

const taught = ordinary(0, 60);
const unknown = program('/tmp/.x/run');
const fires = (second: number, object: string, severity: string): Case['fires'] => [{ from: at(second - 1), to: at(second + 1), object, severity }];

export const cases: Case[] = [
  { title: 'fires for a pool by its name and port', records: [...taught, ...ordinary(60, 120), lookupLine({ at: 79, name: 'pool.supportxmr.example', answers: ['203.0.113.77'] }), ...connectionLines({ at: 80, to: '203.0.113.77', port: 3_333, by: unknown })], teachUntil, fires: fires(80, 'supportxmr.example:3333', 'critical') },
  { title: 'fires for a pool by its name alone', records: [...taught, lookupLine({ at: 79, name: 'xmr-eu1.nanopool.example', answers: ['203.0.113.77'] }), ...connectionLines({ at: 80, to: '203.0.113.77', by: unknown })], teachUntil, fires: fires(80, 'nanopool.example:443', 'high') },
  { title: 'fires as medium by its port alone', records: [...taught, ...connectionLines({ at: 80, to: '203.0.113.77', port: 14_444, by: unknown })], teachUntil, fires: fires(80, '203.0.113.0/24:14444', 'medium') },
  { title: 'stays quiet for such ports inside, in use outside, and for names in use', records: [...taught, ...every(5, 0, 120, (second) => connectionLines({ at: second, to: '192.0.2.50', port: 8_888 })), ...connectionLines({ at: 80, to: '10.0.5.5', port: 5_555 }), ...connectionLines({ at: 81, to: '127.0.0.1', port: 3_333, isLocal: true })], teachUntil, fires: [] },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...ordinary(60, 120, 10)], teachUntil, fires: [] },
];
