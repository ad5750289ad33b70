/** Stories of programs that compute: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { application, at, every, ordinary, processLine, program, teachUntil } from '../case-lines.ts';

const shell = program('/bin/sh');
const python = program('/usr/bin/python3');
const taught = ordinary(0, 60);
const fires = (second: number, severity: string): Case['fires'] => [{ from: at(second - 1), to: at(second + 1), severity }];
const report = ['/usr/bin/python3', '/app/jobs/report.py', '--day', '2026-03-02'];

export const cases: Case[] = [
  { title: 'fires as a program that is told to mine begins', records: [...taught, ...ordinary(60, 120), processLine({ at: 80, by: program('/tmp/.x/kworker'), arguments: ['./kworker', '-o', 'stratum+tcp://203.0.113.77:3333', '-u', 'w'], lineage: [shell], executable: 'writable-place' })], teachUntil, fires: fires(80, 'critical') },
  { title: 'fires for a miner by its name, while nothing was taught', records: [processLine({ at: 1, by: program('/opt/xmrig') })], fires: fires(1, 'critical') },
  { title: 'fires for a program from memory that keeps a processor busy', records: [...taught, processLine({ at: 80, by: program('/memfd:a'), activity: 'busy', seconds: 5, executable: 'memory' })], teachUntil, fires: fires(80, 'high') },
  { title: 'fires for a script never run that does', records: [...taught, processLine({ at: 1, by: python, arguments: report }), processLine({ at: 80, by: python, arguments: ['/usr/bin/python3', '/app/jobs/other.py'], activity: 'busy', seconds: 10 })], teachUntil, fires: fires(80, 'medium') },
  {
    title: 'stays quiet for programs in use, however busy, with other arguments too',
    records: [
      ...taught,
      processLine({ at: 1, by: python, arguments: report }),
      ...every(10, 60, 200, (second) => [processLine({ at: second, by: application, arguments: ['/app/bin/checkout', '--serve'], activity: 'busy', seconds: 60 }), processLine({ at: second + 1, by: python, arguments: [...report.slice(0, 3), '2026-03-03'], activity: 'busy', seconds: 30 })]),
    ],
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet for who searches for miners, and for programs that only begin', records: [...taught, processLine({ at: 80, by: program('/usr/bin/grep'), arguments: ['grep', 'stratum+tcp', '/var/log/app.log'] }), processLine({ at: 81, by: program('/usr/bin/gzip') })], teachUntil, fires: [] },
];
