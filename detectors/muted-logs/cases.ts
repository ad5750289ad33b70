/** Stories of logs that fall silent: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fires, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const router = { program: programAt('/opt/router/bin/fluent-bit'), lineage: [init], arguments: ['/opt/router/bin/fluent-bit'], pid: 11 };

export const cases: Case[] = [
  {
    title: 'fires when the log router ends',
    records: [...taught, ...ordinary(60, 90), processLine(80, { ...router, activity: 'terminate', seconds: 80 })],
    teachUntil,
    fires: [fires(80, 'ended /opt/router/bin/fluent-bit', 'high')],
  },
  {
    title: 'fires when a router that is a script ends, and when one that the options name does',
    records: [
      ...taught,
      processLine(70, { activity: 'terminate', arguments: ['python3', '-u', '/opt/log-router.py'], seconds: 70 }),
      processLine(72, { activity: 'terminate', program: '/opt/bin/pusher', seconds: 70 }),
    ],
    options: { routers: ['pusher'] },
    teachUntil,
    fires: [fires(70), fires(72)],
  },
  {
    title: 'fires when a signal halts the router or the application, while it learns too',
    records: [processLine(0), processLine(70, { ...router, activity: 'stop' }), processLine(71, { activity: 'stop' })],
    fires: [fires(70, 'stopped /opt/router/bin/fluent-bit', 'high'), fires(71, /^stopped .*python/, 'medium')],
  },
  {
    title: 'fires when the output of the application is led to nothing',
    records: [...taught, processLine(80, { activity: 'stream', streams: ['null', 'null', 'null'] })],
    teachUntil,
    fires: [fires(80, /^led-away /, 'high')],
  },
  {
    title: 'fires when output is led to nothing, not when it leads somewhere again; another that is led to a connection is told',
    records: [
      ...taught,
      processLine(70, { activity: 'stream', streams: ['null', 'null', 'socket'] }),
      processLine(74, { activity: 'stream', streams: ['null', 'socket', 'socket'] }),
      processLine(130, { activity: 'stream', streams: ['null', 'socket', 'socket'], pid: 77 }),
    ],
    teachUntil,
    fires: [fires(70, /null socket$/), fires(130, /socket socket$/)],
  },
  {
    title: 'stays quiet when the router ends with the rest of the task',
    records: [...taught, processLine(80, { activity: 'terminate', lineage: [init], pid: 10, seconds: 80 }), processLine(83, { ...router, activity: 'terminate', seconds: 83 })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for workers that end, routers that never came up, and streams that lead where they led before',
    records: [
      ...taught,
      processLine(70, { activity: 'terminate', seconds: 60 }),
      processLine(71, { ...router, activity: 'terminate', seconds: 2 }),
      processLine(72, { activity: 'stream', streams: ['null', 'pipe', 'pipe'] }),
      processLine(73, { ...router, activity: 'terminate', seconds: 60, lineage: [router.program, init] }),
      processLine(74, { activity: 'stream', program: '/usr/bin/dash', streams: ['null', 'file', 'file'] }),
      processLine(75, { lineage: [master, init] }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for restarts of the router that were taught, at ten times their number',
    records: [...taught, processLine(40, { ...router, activity: 'terminate', seconds: 40 }), ...Array.from({ length: 10 }, (_, turn) => processLine(61 + 3 * turn, { ...router, activity: 'terminate', seconds: 30 })), ...ordinary(60, 90, 10)],
    teachUntil,
    fires: [],
  },
];
