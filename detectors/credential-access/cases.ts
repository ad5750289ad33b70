/** Stories of credentials asked for: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { application, at, connectionLines, init, ordinary, program, teachUntil, every } from '../case-lines.ts';

const shell = program('/bin/sh');
const curl = program('/usr/bin/curl');
const python = program('/usr/bin/python3.11');
const asks = (second: number, change: Partial<Parameters<typeof connectionLines>[0]> = {}): string[] => connectionLines({ at: second, to: '169.254.170.2', port: 80, ...change });
const fires = (second: number, object: RegExp, severity: string): Case['fires'] => [{ from: at(second - 1), to: at(second + 1), object, severity }];
const taught = ordinary(0, 60);
/** A service that never asks for credentials. */
const modest = every(3, 0, 60, (second) => connectionLines({ at: second }));

export const cases: Case[] = [
  {
    title: 'fires when a tool asks for what the application asks for',
    records: [...taught, ...ordinary(60, 120), ...asks(80, { by: curl, lineage: [shell, application, init] })],
    teachUntil,
    fires: fires(80, /curl asks 169\.254\.170\.2$/, 'high'),
  },
  {
    title: "fires when an application that never asked does, as where its requests are forged",
    records: [...modest, ...asks(80)],
    teachUntil,
    fires: fires(80, /checkout asks 169\.254\.170\.2$/, 'medium'),
  },
  {
    title: "fires for the machine's credentials and for those of a pod",
    records: [...taught, ...asks(80, { to: '169.254.169.254', by: curl, lineage: [shell] }), ...asks(90, { to: '169.254.170.23', by: python, lineage: [shell] })],
    teachUntil,
    fires: [...fires(80, /asks 169\.254\.169\.254$/, 'high'), ...fires(90, /asks 169\.254\.170\.23$/, 'high')],
  },
  {
    title: 'fires when a shell starts the interpreter that asks anyway',
    records: [...every(5, 0, 60, (second) => asks(second, { by: python, lineage: [init] })), ...asks(80, { by: python, lineage: [shell, python, init] })],
    teachUntil,
    fires: fires(80, /python/, 'high'),
  },
  {
    title: 'fires for a program that is not known where nobody ever asked, though the endpoint is within the task',
    records: [...modest, ...asks(80, { by: undefined, isLocal: true })],
    teachUntil,
    fires: fires(80, /^\? asks/, 'medium'),
  },
  {
    title: 'stays quiet for an application that refreshes however often, also where it errs or is not recognised',
    records: [...taught, ...every(1, 60, 180, (second) => asks(second)), ...asks(100, { isRejected: true }), ...asks(101, { by: undefined }), ...asks(102, { lineage: [] })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for workers that were started anew, and for another release of the program',
    records: [
      ...every(5, 0, 60, (second) => asks(second, { by: program('/srv/releases/20260101/bin/app'), lineage: [init] })),
      ...every(5, 60, 120, (second) => asks(second, { by: program('/srv/releases/20260302/bin/app'), lineage: [application, init] })),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for programs that the options name',
    records: [...taught, ...asks(80, { by: program('/usr/local/bin/aws') })],
    teachUntil,
    options: { usualReaders: ['/usr/local/bin/aws'] },
    fires: [],
  },
  {
    title: 'stays quiet at ten times what was taught',
    records: [...taught, ...ordinary(60, 120, 10)],
    teachUntil,
    fires: [],
  },
];
