/** Stories of how much is logged: which must fire, and which stay quiet. */
import { ecsTaskEvent, fireLensLine } from '#contract';
import type { Case } from '#contract';

const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 2, 2, 6);
const time = (minute: number): number => firstMs + Math.round(minute * minuteMs);
const at = (minute: number): string => new Date(time(minute)).toISOString();

const line = (minute: number, log: string, task = 1, service = 'checkout', revision = 1): string => fireLensLine({ at: time(minute), service, task, log, revision });

/** Between 0 and `range` - 1, without rhythm. */
function wobble(minute: number, task: number, range: number): number {
  return ((Math.imul(minute * 64 + task + 1, 0x9e37_79b1) >>> 9) & 0xffff) % range;
}

interface Day {
  tasks?: number[];
  service?: string;
  revision?: number;
  /** Minutes without the line of every minute. */
  hasPoll?: boolean;
  /** Orders a minute. */
  orders?: number;
}

/** A task's minutes: 8 to 14 orders, one poll, now and then an error or a login that failed. */
function ordinary(from: number, to: number, { tasks = [1, 2], service = 'checkout', revision = 1, hasPoll = true, orders = 8 }: Day = {}): string[] {
  const records: string[] = [];
  for (let minute = from; minute < to; minute += 1) {
    for (const task of tasks) {
      const count = orders + (orders === 0 ? 0 : wobble(minute, task, 7));
      for (let order = 0; order < count; order += 1) records.push(line(minute + 0.05 + order * 0.06, `INFO order ${minute * 100 + order} placed`, task, service, revision));
      if (hasPoll) {
        records.push(
          line(minute + 0.01, `INFO poll took ${minute} ms`, task, service, revision),
          line(minute + 0.3, `INFO poll took ${minute} ms`, task, service, revision),
          line(minute + 0.6, `INFO poll took ${minute} ms`, task, service, revision),
          line(minute + 0.9, `INFO poll took ${minute} ms`, task, service, revision),
        );
      }
      if (wobble(minute, task + 7, 4) === 0) records.push(line(minute + 0.7, `ERROR supplier answered 503 after ${minute} ms`, task, service, revision));
      if (wobble(minute, task + 17, 12) === 0) records.push(line(minute + 0.8, `Failed password for admin from 203.0.113.${minute % 200} port 4711`, task, service, revision));
    }
  }
  return records;
}

const repeated = (minute: number, count: number, log: (index: number) => string, task = 1): string[] =>
  Array.from({ length: count }, (_, index) => line(minute + index / (count + 1), log(index), task));

const running = (minute: number, task: number): string => ecsTaskEvent({ at: time(minute), id: `run-${task}`, service: 'checkout', task, lastStatus: 'RUNNING' });
const stopping = (minute: number, task: number): string =>
  ecsTaskEvent({ at: time(minute), id: `stop-${task}`, service: 'checkout', task, lastStatus: 'RUNNING', desiredStatus: 'STOPPED' });

const taught = [...ordinary(0, 120), running(0, 1), running(0, 2)];
const teachUntil = at(120);
const fires = (minute: number, object: string | RegExp, severity?: string): Case['fires'] => [
  { from: at(minute - 1), to: at(minute + 8), object, ...(severity === undefined ? {} : { severity }) },
];
const kindObject = /^[0-9a-f]{16}$/;

/** Three nights with a batch that writes 40 lines a minute for a quarter of an hour, and the line of every other minute. */
function nights(count: number): string[] {
  const records: string[] = [];
  for (let minute = 0; minute < count * 1_440; minute += 1) {
    const isBatch = minute % 1_440 >= 1_200 && minute % 1_440 < 1_215;
    if (minute % 2 === 0 || isBatch) records.push(line(minute, `INFO poll took ${minute} ms`));
    if (isBatch) records.push(...repeated(minute, 40, (index) => `INFO ledger ${index} closed`));
  }
  return records;
}

export const cases: Case[] = [
  {
    title: 'fires as medium for guessed passwords, once',
    records: [...taught, ...ordinary(120, 160), ...[140, 141, 142].flatMap((minute) => repeated(minute, 60, (index) => `Failed password for admin from 203.0.113.9 port ${index}`))],
    teachUntil,
    fires: fires(140, kindObject, 'medium'),
  },
  {
    title: 'fires for a storm of a known error, once for both tasks',
    records: [...taught, ...ordinary(120, 160), ...[1, 2].flatMap((task) => repeated(140, 50, (index) => `ERROR supplier answered 503 after ${index} ms`, task))],
    teachUntil,
    fires: [{ from: at(139), to: at(141), object: kindObject, severity: 'medium' }],
  },
  {
    title: 'fires for far more lines of an ordinary kind',
    records: [...taught, ...ordinary(120, 160), ...repeated(140, 900, (index) => `INFO order ${index} placed`)],
    teachUntil,
    fires: fires(140, kindObject, 'medium'),
  },
  {
    title: 'fires for one task that falls silent while it is known to live',
    records: [...taught, ...ordinary(120, 135), ...ordinary(135, 160, { tasks: [2] })],
    teachUntil,
    fires: fires(137, 'silence', 'medium'),
  },
  {
    title: 'fires for a service that falls silent while lines of others arrive',
    records: [...taught.filter((record) => !record.includes('detail-type')), ...ordinary(120, 135), ...ordinary(0, 160, { tasks: [9], service: 'mailer' })],
    teachUntil,
    fires: fires(137, 'silence', 'medium'),
  },
  {
    title: 'fires for a line of every minute that is written no more',
    records: [...taught, ...ordinary(120, 135), ...ordinary(135, 150, { hasPoll: false, orders: 12 })],
    teachUntil,
    fires: fires(137, /^no [0-9a-f]{16}$/, 'low'),
  },
  {
    title: 'fires for a task that writes far fewer lines',
    records: [...ordinary(0, 135, { tasks: [1], orders: 50 }), ...Array.from({ length: 12 }, (_, index) => [line(135 + index, `INFO poll took ${index} ms`), line(135.5 + index, `INFO order ${index} placed`)]).flat()],
    teachUntil,
    fires: fires(137, 'few lines', 'low'),
  },
  {
    title: 'fires for silence of a task that writes four lines a minute',
    records: [...ordinary(0, 135, { tasks: [1], orders: 0 }), running(0, 1), ...ordinary(0, 150, { tasks: [9], service: 'mailer' })],
    teachUntil,
    fires: fires(137, 'silence', 'medium'),
  },
  {
    title: 'fires for lines of many known kinds at once',
    records: [...taught, ...[20, 50, 80].flatMap((minute) => Array.from({ length: 30 }, (_, index) => line(minute, `INFO ${'abcdefghijklmnopqrstuvwxyzäöüß'[index]}-chore done`))), ...ordinary(120, 160), ...Array.from({ length: 600 }, (_, index) => line(140 + index / 700, `INFO ${'abcdefghijklmnopqrstuvwxyzäöüß'[index % 30]}-chore done`))],
    teachUntil,
    fires: fires(140, 'many lines'),
  },
  {
    title: 'stays quiet for ordinary minutes',
    records: [...taught, ...ordinary(120, 240)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for one quiet minute',
    records: [...taught, ...ordinary(120, 135), ...ordinary(135, 136, { tasks: [2] }), ...ordinary(136, 160)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when three times as many tasks write as much each',
    records: [...taught, ...ordinary(120, 160, { tasks: [1, 2, 3, 4, 5, 6] }), ...[3, 4, 5, 6].map((task) => running(120, task))],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when a task is told to stop and writes no more',
    records: [...taught, ...ordinary(120, 135), stopping(134.5, 1), ...ordinary(135, 160, { tasks: [2] })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when nobody writes through the feed, which then is what broke',
    records: [...taught, ...ordinary(120, 135), ...ordinary(150, 170)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for many lines of a new kind, which log-novelty tells',
    records: [...taught, ...ordinary(120, 160), ...[140, 141, 145].flatMap((minute) => repeated(minute, 400, (index) => `ERROR ledger ${index} is out of balance`))],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for the tasks of a new revision that write half as much again',
    records: [...taught, ...ordinary(120, 135), ...ordinary(135, 160, { tasks: [3, 4], revision: 2, orders: 12 }), running(135, 3), running(135, 4), stopping(135, 1), stopping(135, 2)],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for the batch of every night',
    records: nights(5),
    teachUntil: at(4 * 1_440),
    fires: [],
  },
  {
    title: 'stays quiet for a burst below the floor of the options',
    records: [...taught, ...ordinary(120, 160), ...repeated(140, 60, (index) => `Failed password for admin from 203.0.113.9 port ${index}`)],
    teachUntil,
    options: { floorErrors: 100, floorLines: 200 },
    fires: [],
  },
  {
    title: 'stays quiet after a teaching of one minute at ten times, at a tenth, and in silence',
    records: [...ordinary(0, 1, { tasks: [1] }), ...ordinary(1, 12, { tasks: [1], orders: 80 }), ...ordinary(12, 22, { tasks: [1], orders: 1, hasPoll: false }), ...ordinary(22, 32, { tasks: [1], orders: 0, hasPoll: false }), ...ordinary(32, 40, { tasks: [1] })],
    teachUntil: at(1),
    fires: [],
  },
  {
    title: 'fires after a teaching of one minute when lines come by the thousand',
    records: [...ordinary(0, 10, { tasks: [1] }), ...Array.from({ length: 1_500 }, (_, index) => line(6.1 + index / 2_000, `INFO order ${index} placed`))],
    teachUntil: at(1),
    fires: [{ from: at(6), to: at(7) }],
  },
];
