/** Stories of processes that reach into others: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fires, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const gdb = programAt('/usr/bin/gdb');
const profiler = programAt('/opt/profiler/attach');

export const cases: Case[] = [
  {
    title: 'fires when a debugger traces the application',
    records: [...taught, ...ordinary(60, 90), processLine(80, { activity: 'inject', by: gdb, lineage: [init] })],
    teachUntil,
    fires: [fires(80, '/bin/gdb → /usr/local/bin/python3.#', 'critical')],
  },
  {
    title: 'fires while it learns, and where the tracer could not be told',
    records: [processLine(0), processLine(70, { activity: 'inject', lineage: [init] })],
    fires: [fires(70, undefined, 'critical')],
  },
  {
    title: 'fires for tracing and for memory held open, each by itself',
    records: [...taught, processLine(80, { activity: 'inject', by: master, means: 'trace' }), processLine(84, { activity: 'inject', by: master, means: 'memory' })],
    teachUntil,
    fires: [fires(80, /python3\.#$/), fires(84, / memory$/)],
  },
  {
    title: 'fires milder when a program traces what it started itself',
    records: [...taught, processLine(80, { activity: 'inject', program: '/usr/bin/curl', by: programAt('/usr/bin/strace'), lineage: ['/usr/bin/strace', init] })],
    teachUntil,
    fires: [fires(80, undefined, 'high')],
  },
  {
    title: 'stays quiet for a profiler that was taught, at ten times its number',
    records: [...taught, processLine(30, { activity: 'inject', by: profiler }), ...Array.from({ length: 30 }, (_, turn) => processLine(61 + turn, { activity: 'inject', by: profiler, program: master })), ...ordinary(60, 90, 10)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for tracers that the options name, and for what traces nothing',
    records: [...taught, processLine(70, { activity: 'inject', by: gdb }), processLine(71, { activity: 'stop' })],
    options: { usualTracers: ['/usr/bin/gdb'] },
    teachUntil,
    fires: [],
  },
];
