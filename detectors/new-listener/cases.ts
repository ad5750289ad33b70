/** Stories of listening sockets: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { at, every, init, listenLine, ordinary, program, teachUntil } from '../case-lines.ts';

const shell = program('/bin/bash');
const java = program('/usr/lib/jvm/bin/java');
const taught = ordinary(0, 60);
const fires = (second: number, object: string, severity: string): Case['fires'] => [{ from: at(second - 1), to: at(second + 1), object, severity }];
/** A program that always listens on ports given out by chance. */
const byChance = (from: number, to: number, address: string, by: ReturnType<typeof program> | undefined = java): string[] =>
  every(5, from, to, (second) => [listenLine({ at: second, port: 33_000 + ((second * 977) % 25_000), address, by })]);

export const cases: Case[] = [
  {
    title: 'fires when a shell listens on a port, open to the network',
    records: [...taught, ...ordinary(60, 120), listenLine({ at: 80, port: 4_444, by: program('/usr/bin/nc'), lineage: [shell, init] })],
    teachUntil,
    fires: fires(80, 'listens on 4444/tcp', 'high'),
  },
  { title: 'fires when it is not known who listens', records: [...taught, listenLine({ at: 80, port: 4_444, by: undefined })], teachUntil, fires: fires(80, 'listens on 4444/tcp', 'medium') },
  {
    title: 'fires as low within the task, and as medium when a port for the task alone is opened to all',
    records: [...taught, listenLine({ at: 1, port: 9_229, address: '127.0.0.1' }), listenLine({ at: 80, port: 6_060, address: '127.0.0.1' }), listenLine({ at: 90, port: 9_229, address: '::' })],
    teachUntil,
    fires: [...fires(80, 'listens on 6060/tcp inside', 'low'), ...fires(90, 'listens on 9229/tcp', 'medium')],
  },
  {
    title: 'fires for a port given out by chance where the program never used such',
    records: [...taught, ...byChance(1, 60, '127.0.0.1'), listenLine({ at: 80, port: 41_414, by: program('/usr/bin/python3'), lineage: [shell] })],
    teachUntil,
    fires: fires(80, 'listens on 41414/tcp', 'high'),
  },
  {
    title: 'stays quiet when the same server starts anew, on IPv6 too, and by another release',
    records: [...taught, listenLine({ at: 70, port: 8_080 }), listenLine({ at: 71, port: 8_080, address: '::' }), listenLine({ at: 72, port: 8_080, by: program('/srv/v2/bin/checkout') }), listenLine({ at: 73, port: 8_080, by: undefined })],
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet for who always listens on ports given out by chance', records: [...taught, ...byChance(1, 60, '0.0.0.0'), ...byChance(60, 300, '0.0.0.0'), ...byChance(61, 90, '127.0.0.1')], teachUntil, fires: [] },
  { title: 'stays quiet for sockets of datagrams on such ports', records: [...taught, ...every(1, 60, 120, (second) => [listenLine({ at: second, port: 33_000 + second * 31, protocol: 17 })])], teachUntil, fires: [] },
  { title: 'stays quiet for ports that the options name', records: [...taught, listenLine({ at: 80, port: 9_464 })], options: { usualPorts: [9_464] }, teachUntil, fires: [] },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...byChance(1, 60, '0.0.0.0'), ...every(2, 60, 120, (second) => [...ordinary(second, second + 1), ...byChance(second, second + 2, '0.0.0.0')])], teachUntil, fires: [] },
];
