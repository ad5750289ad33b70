/** Stories of rights gained: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { fires, init, master, ordinary, processLine, taught, teachUntil } from '../sightings.ts';

const root = { userId: 0, realUserId: 1_000, parentUserId: 1_000 };
const sudo = (second: number): string => processLine(second, { ...root, program: '/usr/bin/sudo', arguments: ['sudo', '-n', '/usr/sbin/nginx', '-s', 'reload'], isPrivilegedFile: true });

export const cases: Case[] = [
  {
    title: 'fires when a set-user-id program makes root of another user',
    records: [...taught, ...ordinary(60, 90), processLine(80, { ...root, program: '/usr/local/bin/.helper', isPrivilegedFile: true })],
    teachUntil,
    fires: [fires(80, 'root /usr/local/bin/.helper', 'high')],
  },
  {
    title: 'fires when a running process becomes root, while it learns too',
    records: [processLine(0), processLine(70, { activity: 'set-user', userId: 0, realUserId: 0, gainedCapabilities: ['sys_admin'] })],
    fires: [fires(70, /^within /, 'critical')],
  },
  {
    title: 'fires when a file gives capabilities, milder where they are harmless',
    records: [
      ...taught,
      processLine(70, { program: '/usr/local/bin/grab', gainedCapabilities: ['dac_read_search'], isPrivilegedFile: true }),
      processLine(71, { program: '/usr/bin/ping', gainedCapabilities: ['net_raw'], isPrivilegedFile: true }),
    ],
    teachUntil,
    fires: [fires(70, 'capabilities /usr/local/bin/grab', 'high'), fires(71, 'capabilities /bin/ping', 'low')],
  },
  {
    title: 'fires when sudo is used that never was',
    records: [...taught, sudo(80)],
    teachUntil,
    fires: [fires(80, 'asked /bin/sudo', 'medium')],
  },
  {
    title: 'stays quiet for sudo that was taught, at ten times its number',
    records: [...taught, sudo(20), ...Array.from({ length: 60 }, (_, turn) => sudo(61 + turn / 2)), ...ordinary(60, 90, 10)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for rights that are dropped, for root from outside and for forks of root whose parent dropped its own',
    records: [
      ...taught,
      processLine(70, { userId: 33, realUserId: 33, parentUserId: 0 }),
      processLine(71, { program: '/usr/bin/curl', userId: 0, realUserId: 0, parentUserId: -1, lineage: [] }),
      processLine(72, { userId: 0, realUserId: 0, parentUserId: 1_000, lineage: [master, init] }),
      processLine(73, { program: '/usr/bin/curl', userId: 0, realUserId: 0, parentUserId: 0, gainedCapabilities: ['chown'] }),
      processLine(74, { program: '/usr/bin/sudo', isPrivilegedFile: true, hasNoNewPrivileges: true }),
    ],
    teachUntil,
    fires: [],
  },
];
