/** Stories of borrowed names: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fires, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const nginx = '/usr/sbin/nginx';
const titles: string[] = [
  ...['nginx: master process nginx -g daemon off;', 'nginx: worker process', 'nginx: cache manager process'].map((title, turn) => processLine(70 + turn, { program: nginx, arguments: [title] })),
  processLine(74, { program: '/usr/lib/postgresql/15/bin/postgres', arguments: ['postgres: walwriter'] }),
  processLine(75, { program: '/usr/bin/dash', arguments: ['-sh'] }),
  processLine(76, { program: programAt('/bin/busybox', 'sh'), arguments: ['sh', '/app/run.sh'] }),
  processLine(77, { program: programAt('/usr/local/bin/node', 'MainThread'), arguments: ['npm run start'] }),
  processLine(78, { program: programAt(master.path, 'gunicorn'), arguments: ['gunicorn: worker [checkout]'] }),
  processLine(79, { program: '/usr/sbin/php-fpm8.2', arguments: ['php-fpm: pool www'] }),
  processLine(80, { program: '/usr/bin/mawk', arguments: ['awk', '{print}'] }),
  processLine(81, { program: programAt('/usr/bin/dash', 'nginx'), arguments: ['/bin/sh', '/usr/local/bin/nginx'] }),
  processLine(82, { program: programAt(master.path, 'celery'), arguments: ['[celeryd: celery@0a1b:ForkPoolWorker-3]'] }),
  processLine(83, { program: '/usr/lib/systemd/systemd', arguments: ['/sbin/init'] }),
];

export const cases: Case[] = [
  {
    title: 'fires when a process calls itself a thread of the kernel',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: programAt('/opt/a', 'kworker/0:1'), arguments: ['[kworker/0:1]'] })],
    teachUntil,
    fires: [fires(80, /^kernel \[kworker/, 'critical')],
  },
  {
    title: 'fires for a thread of the kernel where executables cannot be read, while it learns too',
    records: [processLine(0), processLine(80, { program: programAt('', 'kthreadd'), arguments: ['[kthreadd]'], executable: 'unknown' })],
    fires: [fires(80, /^kernel /)],
  },
  {
    title: 'fires when a daemon lies where no daemon does',
    records: [...taught, processLine(80, { program: '/dev/shm/sshd', executable: 'writable-place' })],
    teachUntil,
    fires: [fires(80, 'place sshd /dev/shm/sshd', 'high')],
  },
  {
    title: 'fires when an interpreter calls itself a daemon',
    records: [...taught, processLine(80, { program: programAt(master.path, 'nginx'), arguments: ['nginx: worker process'] })],
    teachUntil,
    fires: [fires(80, /^name nginx/, 'high')],
  },
  {
    title: 'fires when a name is made to be read as another, or not to be seen',
    records: [
      ...taught,
      processLine(70, { program: '/var/lib/systemb' }),
      processLine(71, { program: '/opt/ѕshd' }),
      processLine(72, { program: '/opt/run/... ' }),
    ],
    teachUntil,
    fires: [fires(70, /^look-alike systemb/), fires(71, /^look-alike ѕshd/), fires(72, /^blank/)],
  },
  {
    title: 'stays quiet for titles that programs give themselves, applets, login shells and other names of one program',
    records: [...taught, ...titles],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a name that was taught, at ten times its number',
    records: [
      ...taught,
      processLine(20, { program: '/opt/jdk/bin/launcher', arguments: ['java', '-jar', 'a.jar'] }),
      ...Array.from({ length: 30 }, (_, turn) => processLine(61 + turn, { program: '/opt/jdk/bin/launcher', arguments: ['java', '-jar', 'a.jar'] })),
      ...ordinary(60, 90, 10),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for names that the options give',
    records: [...taught, processLine(70, { program: '/opt/wrapper', arguments: ['nginx'], lineage: [init] })],
    options: { usualNames: ['nginx'] },
    teachUntil,
    fires: [],
  },
];
