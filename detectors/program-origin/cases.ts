/** Stories of programs from odd places: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fires, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const unpacked = (second: number, part: string): string => processLine(second, { program: `/tmp/_MEI${part}/Render`, executable: 'writable-place', lineage: [master, init] });

export const cases: Case[] = [
  {
    title: 'fires when a program runs from a place that anybody may write',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/tmp/.x', executable: 'writable-place' })],
    teachUntil,
    fires: [fires(80, 'writable-place /tmp/.x', 'high')],
  },
  {
    title: 'fires when a program lies in memory alone',
    records: [...taught, processLine(80, { program: programAt('/memfd:job', '3'), executable: 'memory' })],
    teachUntil,
    fires: [fires(80, 'memory /memfd:job', 'critical')],
  },
  {
    title: 'fires when a program deleted its own file',
    records: [...taught, processLine(80, { program: '/opt/cache/updater', executable: 'deleted' })],
    teachUntil,
    fires: [fires(80, 'deleted /opt/cache/updater', 'high')],
  },
  {
    title: 'fires when a program came after the container began',
    records: [...taught, processLine(80, { program: '/usr/local/bin/scan', isOfImage: false })],
    teachUntil,
    fires: [fires(80, 'added /usr/local/bin/scan', 'medium')],
  },
  {
    title: 'fires when an interpreter runs a script from such a place',
    records: [...taught, processLine(80, { program: master, arguments: ['python3', '/dev/shm/a.py'] })],
    teachUntil,
    fires: [fires(80, 'script /dev/shm/a.py', 'high')],
  },
  {
    title: 'fires by what a program calls itself where its path cannot be read, and while it learns',
    records: [processLine(0), processLine(70, { program: programAt('', '.x'), arguments: ['/var/tmp/.x', '-d'], executable: 'unknown' })],
    fires: [fires(70, 'writable-place /var/tmp/.x')],
  },
  {
    title: 'stays quiet for helpers the application unpacks under random names, at ten times their number',
    records: [...taught, unpacked(10, 'a1B2c3'), ...Array.from({ length: 40 }, (_, turn) => unpacked(61 + turn / 2, `x${turn}Yz9q${turn}`)), ...ordinary(60, 90, 10)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a known program whose file was replaced, and for forks of what is deleted',
    records: [
      ...taught,
      processLine(70, { program: '/usr/bin/curl', executable: 'deleted' }),
      processLine(71, { program: '/opt/gone', executable: 'deleted', lineage: ['/opt/gone', init] }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for the first step of the runtime that runs a health check',
    records: [...taught, processLine(70, { program: programAt('/memfd:runc_cloned:/proc/self/exe', 'runc:[2:INIT]'), executable: 'memory', lineage: [] })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for places that the options name',
    records: [...taught, processLine(70, { program: '/var/tmp/build/tool', executable: 'writable-place' })],
    options: { usualPlaces: ['/var/tmp/build/'] },
    teachUntil,
    fires: [],
  },
];
