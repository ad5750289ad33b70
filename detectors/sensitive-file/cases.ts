/** Stories of files that matter: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fileLine, fires, master, ordinary, processLine, programAt, taught as running, teachUntil } from '../sightings.ts';

const dash = programAt('/usr/bin/dash');
const rotation = (second: number, turn: number): string[] => [
  fileLine(second, { activity: 'rename', path: `/var/log/app/access.log.${turn % 9}`, concern: 'logs' }),
  fileLine(second + 0.1, { activity: 'delete', path: `/var/log/app/access.log.${turn % 9}.gz`, concern: 'logs' }),
  fileLine(second + 0.2, { activity: 'update', path: '/var/log/app/access.log', concern: 'logs', sizeBytes: 0 }),
];
const deploy = (second: number, release: number, program = master): string[] =>
  ['server', 'routes', `plugin_${release}`].map((name, turn) => fileLine(second + turn / 10, { activity: 'create', path: `/app/releases/${release}/${name}.py`, concern: 'application', program }));

const taught = [
  ...running,
  fileLine(2, { path: '/etc/hosts', concern: 'resolver' }),
  fileLine(3, { activity: 'open', path: '/root/.aws/credentials', concern: 'credentials', program: master }),
  ...rotation(20, 1),
  ...deploy(30, 1_001),
];

export const cases: Case[] = [
  {
    title: 'fires when accounts, sudo rules, jobs, keys, the loader and start-up files change',
    records: [
      ...taught,
      fileLine(70, { path: '/etc/passwd', concern: 'accounts', program: dash, lineage: [master] }),
      fileLine(72, { activity: 'create', path: '/etc/sudoers.d/app', concern: 'sudoers' }),
      fileLine(74, { activity: 'create', path: '/etc/cron.d/job', concern: 'cron' }),
      fileLine(76, { activity: 'create', path: '/root/.ssh/authorized_keys', concern: 'ssh-keys' }),
      fileLine(78, { activity: 'create', path: '/etc/ld.so.preload', concern: 'loader' }),
      fileLine(80, { path: '/root/.bashrc', concern: 'start-up' }),
      fileLine(82, { activity: 'create', path: '/usr/local/share/ca-certificates/own.crt', concern: 'certificates' }),
    ],
    teachUntil,
    fires: [
      fires(70, 'accounts changed: /etc/passwd', 'high'), fires(72, /^sudoers/, 'high'), fires(74, /^cron/, 'high'), fires(76, /^ssh-keys/, 'high'),
      fires(78, 'loader changed: /etc/ld.so.preload', 'critical'), fires(80, /^start-up/), fires(82, /^certificates/),
    ],
  },
  {
    title: 'fires when a program reads credentials that another usually reads, or password hashes, or a library comes',
    records: [
      ...taught,
      fileLine(70, { activity: 'open', path: '/root/.aws/credentials', concern: 'credentials', program: dash, lineage: [master] }),
      fileLine(72, { activity: 'open', path: '/etc/shadow', concern: 'accounts' }),
      fileLine(74, { activity: 'open', path: '/root/.ssh/id_ed25519', concern: 'credentials' }),
      fileLine(76, { activity: 'create', path: '/usr/lib/x86_64-linux-gnu/libz.so.9', concern: 'loader' }),
    ],
    teachUntil,
    fires: [fires(70, 'credentials read: /root/.aws/credentials', 'high'), fires(72, /shadow/), fires(74, /id_ed#/, 'medium'), fires(76, /^loader changed: .*linux-gnu\/libz/, 'high')],
  },
  {
    title: 'fires when the application’s own code changes, or a new program appears, set-user-id above all',
    records: [
      ...taught,
      fileLine(70, { path: '/app/server.py', concern: 'application' }),
      fileLine(72, { activity: 'create', path: '/var/tmp/.k', concern: 'executable', isExecutable: true }),
      fileLine(74, { activity: 'permissions', path: '/usr/local/bin/sh2', concern: 'executable', isExecutable: true, hasSetId: true }),
    ],
    teachUntil,
    fires: [fires(70, 'application changed: /app/server.py', 'high'), fires(72, 'executable changed: /var/tmp/.k', 'medium'), fires(74, 'executable changed: /usr/local/bin/sh2', 'high')],
  },
  {
    title: 'fires when logs elsewhere are removed',
    records: [...taught, fileLine(70, { activity: 'delete', path: '/var/log/auth.log', concern: 'logs' })],
    teachUntil,
    fires: [fires(70, 'logs removed: /var/log/auth.log')],
  },
  {
    title: 'fires once for files that change together, and again for the next in the same folder',
    records: [
      ...taught,
      ...['server', 'routes', 'views'].map((name, turn) => fileLine(70 + turn / 2, { path: `/app/${name}.py`, concern: 'application' })),
      fileLine(80, { path: '/app/login.py', concern: 'application' }),
    ],
    teachUntil,
    fires: [fires(70, 'application changed: /app/server.py'), fires(80, 'application changed: /app/login.py')],
  },
  {
    title: 'fires while it learns for what is grave alone',
    records: [processLine(0), fileLine(60, { path: '/etc/cron.d/own', concern: 'cron' }), fileLine(400, { activity: 'create', path: '/etc/ld.so.preload', concern: 'loader' }), fileLine(401, { path: '/etc/hosts', concern: 'resolver' })],
    fires: [fires(400)],
  },
  {
    title: 'stays quiet for rotation, deployments in place and files that are rewritten, at ten times their number',
    records: [
      ...taught,
      ...Array.from({ length: 20 }, (_, turn) => [...rotation(61 + turn, turn), ...deploy(62 + turn, 1_002 + turn)]).flat(),
      fileLine(90, { path: '/etc/hosts', concern: 'resolver' }),
      fileLine(91, { activity: 'open', path: '/root/.aws/credentials', concern: 'credentials', program: master }),
      fileLine(92, { activity: 'open', path: '/root/.aws/credentials', concern: 'credentials' }),
      ...ordinary(60, 90, 10),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for what harms nobody: caches, public keys, passwords checked, logs written, data that is not run',
    records: [
      ...taught,
      fileLine(70, { activity: 'create', path: '/app/__pycache__/server.cpython-311.pyc', concern: 'application' }),
      fileLine(71, { activity: 'open', path: '/root/.ssh/id_ed25519.pub', concern: 'ssh-keys' }),
      fileLine(72, { activity: 'open', path: '/etc/shadow', concern: 'accounts', program: programAt('/usr/bin/su') }),
      fileLine(73, { activity: 'create', path: '/var/log/app/other.log', concern: 'logs' }),
      fileLine(74, { activity: 'create', path: '/var/tmp/upload', concern: 'executable' }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for paths that the options name',
    records: [...taught, fileLine(70, { path: '/etc/cron.d/own', concern: 'cron' })],
    options: { usualPaths: ['/etc/cron.d/'] },
    teachUntil,
    fires: [],
  },
];
