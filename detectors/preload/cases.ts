/** Stories of libraries forced into programs: which must fire, and which stay quiet. */
import { ecsTaskEvent, type Case } from '#contract';
import { at, fires, ordinary, processLine, taught, teachUntil } from '../sightings.ts';

const allocator = ['LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2'];

export const cases: Case[] = [
  {
    title: 'fires when a library from a place that anybody may write is forced into a program',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/usr/bin/curl', preloads: ['LD_PRELOAD=/dev/shm/hook.so'] })],
    teachUntil,
    fires: [fires(80, '/dev/shm/hook.so', 'critical')],
  },
  {
    title: 'fires for such a library while it learns',
    records: [processLine(0), processLine(70, { preloads: ['/var/tmp/.l.so'] })],
    fires: [fires(70, '/var/tmp/.l.so', 'critical')],
  },
  {
    title: 'fires for a library of the system that was never forced into anything, milder after a deployment',
    records: [
      ...taught,
      processLine(70, { preloads: ['LD_AUDIT=/usr/lib/libwatch.so'] }),
      ecsTaskEvent({ at: at(75), id: 'deploy-1', service: 'checkout', task: 2, revision: 2, lastStatus: 'RUNNING' }),
      processLine(400, { preloads: ['LD_PRELOAD=/usr/lib/libtrace.so'] }),
    ],
    teachUntil,
    fires: [fires(70, '/lib/libwatch.so', 'high'), fires(400, '/lib/libtrace.so')],
  },
  {
    title: 'stays quiet for a library that was taught, in children and at ten times their number',
    records: [
      ...taught,
      processLine(20, { preloads: allocator }),
      ...Array.from({ length: 30 }, (_, turn) => processLine(61 + turn, { program: turn % 2 === 0 ? '/usr/bin/curl' : '/usr/bin/dash', preloads: allocator })),
      ...ordinary(60, 90, 10),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for libraries that the options name, and where there are none',
    records: [...taught, processLine(70, { preloads: ['LD_PRELOAD=/opt/agent/lib.so'] }), processLine(71, { preloads: [] }), processLine(72, { preloads: ['LD_PRELOAD='] })],
    options: { usualLibraries: ['/opt/agent/lib.so'] },
    teachUntil,
    fires: [],
  },
];
