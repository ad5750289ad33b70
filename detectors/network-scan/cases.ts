/** Stories of scans: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { at, connectionLines, every, lookupLine, ordinary, program, teachUntil } from '../case-lines.ts';

const python = program('/usr/bin/python3');
const taught = ordinary(0, 60);
const fires = (from: number, to: number, object: RegExp): Case['fires'] => [{ from: at(from), to: at(to), object, severity: 'high' }];
const ports = (from: number, step: number, count: number, change: Partial<Parameters<typeof connectionLines>[0]> = {}): string[] =>
  Array.from({ length: count }, (_, index) => connectionLines({ at: from + index * step, to: '10.0.9.10', port: 20 + index * 37, by: python, isRejected: true, lasts: 0.001, ...change })).flat();
const sweep = (from: number, step: number, count: number, change: Partial<Parameters<typeof connectionLines>[0]> = {}): string[] =>
  Array.from({ length: count }, (_, index) => connectionLines({ at: from + index * step, to: `10.0.44.${1 + index}`, port: 22, by: python, isRejected: true, lasts: 0.001, ...change })).flat();

export const cases: Case[] = [
  { title: 'fires once, with the sixth port, for a scan of one address', records: [...taught, ...ordinary(60, 120), ...ports(80, 0.01, 200)], teachUntil, fires: fires(80, 80.2, /^ports of 10\.0\.9\.10$/) },
  { title: 'fires for a scan of the task itself by somebody not known', records: [...taught, ...ports(80, 0.01, 100, { to: '127.0.0.1', isLocal: true, by: undefined })], teachUntil, fires: fires(80, 80.2, /^ports of the task itself$/) },
  { title: 'fires for a sweep that nobody answers', records: [...taught, ...sweep(80, 0.02, 60, { isRejected: false, sent: 0, received: 0, lasts: 3 })], teachUntil, fires: fires(80, 80.3, /^addresses on port 22$/) },
  { title: 'fires for a sweep for databases in a network where one is in use, where they refuse', records: [...taught, ...Array.from({ length: 60 }, (_, index) => connectionLines({ at: 90 + index / 50, to: `10.0.9.${20 + index}`, port: 5_432, by: python, isRejected: true, lasts: 0.001 })).flat()], teachUntil, fires: fires(90, 91.5, /^addresses on port 5432$/) },
  { title: 'fires for a scan in no hurry', records: [...taught, ...ports(80, 3, 12)], teachUntil, fires: fires(94, 114, /^ports of/) },
  { title: 'stays quiet for a storm of retries to one address and port, whether it answers or not', records: [...taught, ...every(0.02, 80, 84, (second) => connectionLines({ at: second, to: '10.0.9.10', port: 5_432, isRejected: true, lasts: 0.001 })), ...every(0.02, 90, 94, (second) => connectionLines({ at: second, to: '10.0.66.1', port: 9_000, isRejected: true, lasts: 0.001 }))], teachUntil, fires: [] },
  {
    title: 'stays quiet for bursts to many backends that are known, and to new ones that answer',
    records: [
      ...every(0.5, 0, 60, (second, index) => connectionLines({ at: second, to: `10.0.12.${1 + (index % 40)}`, port: 8_443 })),
      ...every(0.01, 80, 84, (second, index) => connectionLines({ at: second, to: `10.0.12.${1 + (index % 40)}`, port: 8_443, isRejected: index % 3 === 0 })),
      ...every(0.05, 90, 92, (second, index) => connectionLines({ at: second, to: `10.0.12.${100 + (index % 40)}`, port: 8_443 })),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when a supplier in use has other addresses, all of which refuse',
    records: [...taught, lookupLine({ at: 70, name: 'api.payments.example', answers: Array.from({ length: 12 }, (_, index) => `203.0.113.${index}`) }), ...every(0.1, 80, 84, (second, index) => connectionLines({ at: second, to: `203.0.113.${index % 12}`, isRejected: true, lasts: 0.001 }))],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a crawler that was taught, and for what programs of the task open to each other by chance',
    records: [
      ...every(2, 0, 120, (second, index) => connectionLines({ at: second, to: `198.${18 + (index % 2)}.${index}.5` })),
      ...every(1, 80, 100, (second, index) => connectionLines({ at: second, to: '127.0.0.1', port: 35_000 + index * 101, isLocal: true })),
    ],
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...ordinary(60, 120, 10)], teachUntil, fires: [] },
];
