/** Stories of programs that talk: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { application, at, connectionLines, every, init, lookupLine, ordinary, program, teachUntil } from '../case-lines.ts';

const shell = program('/bin/sh');
const curl = program('/usr/bin/curl');
const database = program('/usr/lib/postgresql/16/bin/postgres');
const taught = ordinary(0, 60);
const fires = (second: number, object: RegExp | string, severity: string): Case['fires'] => [{ from: at(second - 1), to: at(second + 1), object, severity }];
/** A helper that posts to another supplier once in a while, too short to be recognised always. */
const helper = (from: number, to: number): string[] =>
  every(10, from, to, (second, index) => connectionLines({ at: second + 0.7, to: '198.51.100.99', by: index % 3 === 2 ? undefined : program('/app/bin/mailer'), lineage: [application] }));

export const cases: Case[] = [
  {
    title: 'fires when the process of a database connects outside',
    records: [...taught, ...ordinary(60, 120), ...connectionLines({ at: 80, to: '203.0.113.77', port: 8_443, by: database, lineage: [init] })],
    teachUntil,
    fires: fires(80, /postgres$/, 'high'),
  },
  {
    title: 'fires when a tool that a shell started talks to where only the application does',
    records: [...taught, ...connectionLines({ at: 80, to: '10.0.9.10', port: 5_432, by: program('/usr/bin/psql'), lineage: [shell, application] })],
    teachUntil,
    fires: fires(80, /psql to 10\.0\.9\.0\/24:5432\/tcp$/, 'high'),
  },
  {
    title: 'fires when a tool known to talk goes where only others went',
    records: [...taught, ...every(9, 1, 60, (second) => connectionLines({ at: second, to: '192.0.2.50', by: curl, lineage: [shell] })), ...connectionLines({ at: 80, to: '198.51.100.20', by: curl, lineage: [shell] })],
    teachUntil,
    fires: fires(80, /curl to .*:443\/tcp$/, 'medium'),
  },
  {
    title: 'stays quiet for programs on their usual ways, whoever was recognised then, and for what calls them',
    records: [...taught, ...helper(1, 60), ...ordinary(60, 120), ...helper(61, 120), ...connectionLines({ at: 90, by: database, side: 'server', port: 5_432 })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a new destination of a program that talks, which is news of its service',
    records: [...taught, ...connectionLines({ at: 80, to: '203.0.113.77' })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet within the task, on the link, at the clock and at name servers',
    records: [
      ...taught,
      ...connectionLines({ at: 80, to: '127.0.0.1', port: 9_000, isLocal: true, by: database }),
      ...connectionLines({ at: 81, to: '169.254.170.2', port: 80, by: database }),
      ...connectionLines({ at: 82, to: '10.0.0.2', port: 53, protocol: 17, by: database }),
      ...connectionLines({ at: 83, to: '203.0.113.5', port: 123, protocol: 17, sent: 48, by: database }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet where names come late, and for what the options name',
    records: [
      ...every(2, 0, 60, (second) => connectionLines({ at: second, to: '198.51.100.70' })),
      lookupLine({ at: 70, name: 'late.supplier.example', answers: ['198.51.100.70'] }),
      ...connectionLines({ at: 71, to: '198.51.100.70' }),
      ...connectionLines({ at: 72, to: '198.51.100.70', by: program('/usr/bin/git') }),
    ],
    options: { usualPrograms: ['/usr/bin/git'] },
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...helper(1, 60), ...ordinary(60, 120, 10), ...every(1, 60, 120, (second) => helper(second, second + 1))], teachUntil, fires: [] },
];
