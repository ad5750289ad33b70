/** Stories of egress volume: which must fire, and which stay quiet. */
import { ecsTaskEvent, flowLine } from '#contract';
import type { Case } from '#contract';
import { at as second, connectionLines, every, ordinary as sensed, teachUntil as sensedUntil } from '../case-lines.ts';

const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 2, 2);
const time = (minute: number): number => firstMs + minute * minuteMs;
const at = (minute: number): string => new Date(time(minute)).toISOString();
const hour = 60;
const day = 24 * hour;

/** Even noise from 0 to 1, the same in every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Flow = Parameters<typeof flowLine>[0];
const flow = (minute: number, bytes: number, change: Partial<Flow> = {}): string =>
  flowLine({ at: time(minute), service: 'checkout', task: 1, to: '198.51.100.20', port: 443, bytes: Math.round(bytes), ...change });

/** What a task sends, every `step` minutes: 0.2 to 2 MB to its supplier, unless `bytes` says otherwise. */
function sending(task: number, from: number, to: number, bytes: (minute: number, random: number) => number = (_, random) => 200_000 * 10 ** random, step = 10): string[] {
  const next = noise(task * 7_919 + from);
  const records: string[] = [];
  for (let minute = from; minute < to; minute += step) records.push(flow(minute, bytes(minute, next()), { task }));
  return records;
}

const taughtDays = 4 * day;
const taught = [1, 2, 3].flatMap((task) => sending(task, 0, taughtDays));
const teachUntil = at(taughtDays);
const aDay = [1, 2, 3].flatMap((task) => sending(task, taughtDays, taughtDays + day));

/** A backup at 02:00: five minutes of half a gigabyte. */
const isBackup = (minute: number): boolean => minute % day >= 2 * hour && minute % day < 2 * hour + 50;
const withBackup = (minute: number, random: number): number => (isBackup(minute) ? 4e8 + 2e8 * random : 200_000 * 10 ** random);

/** A minute's teaching by the sensor: two megabytes to a store, and what the service does beside it. */
const sensedTaught = [...sensed(0, 60), ...every(6, 0, 60, (at) => connectionLines({ at, to: '52.218.1.9', sent: 200_000 }))];

export const cases: Case[] = [
  {
    title: 'fires when a minute is far above the baseline, to a peer that the service never sent to',
    records: [...taught, ...aDay, flow(taughtDays + 305, 20_000_000, { to: '203.0.113.77' })],
    teachUntil,
    fires: [{ from: at(taughtDays + 304), to: at(taughtDays + 306), object: 'sent a minute', severity: 'high' }],
  },
  {
    title: 'fires as critical when it is a hundred times the usual',
    records: [...taught, flow(taughtDays + 305, 900_000_000, { to: '203.0.113.77' })],
    teachUntil,
    fires: [{ from: at(taughtDays + 304), to: at(taughtDays + 306), object: 'sent a minute', severity: 'critical' }],
  },
  {
    title: 'fires when a task sends far more to the peer it always sends to',
    records: [...taught, ...aDay, flow(taughtDays + 305, 25_000_000)],
    teachUntil,
    fires: [{ from: at(taughtDays + 304), to: at(taughtDays + 306), object: 'sent a minute', severity: 'medium' }],
  },
  {
    title: 'fires for a drip over a day of which each minute is usual',
    records: [...taught, ...sending(1, taughtDays, taughtDays + day), ...sending(2, taughtDays, taughtDays + day, () => 1_900_000, 2)],
    teachUntil,
    fires: [{ from: at(taughtDays + hour), to: at(taughtDays + day), object: 'sent a day' }],
  },
  {
    title: 'fires for much to a new peer outside, though as much is usual in sum',
    records: [...[1, 2, 3].flatMap((task) => sending(task, 0, taughtDays, (_, random) => 2e7 + 6e7 * random)), flow(taughtDays + 305, 5e7, { to: '203.0.113.77' })],
    teachUntil,
    fires: [{ from: at(taughtDays + 304), to: at(taughtDays + 306), object: 'sent to 203.0.113.0/24', severity: 'high' }],
  },
  {
    title: 'stays quiet for a backup at the hour it was taught at for days',
    records: [1, 2].flatMap((task) => sending(task, 0, taughtDays + 2 * day, task === 1 ? withBackup : undefined)),
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a service that is noisy and stationary',
    records: [1, 2, 3].flatMap((task) => sending(task, 0, taughtDays + 2 * day, (_, random) => 10_000 * 1_000 ** random)),
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a public service that answers ever new clients',
    records: Array.from({ length: 900 }, (_, index) =>
      flow(index * 2, 2e7 + 1e7 * Math.sin(index), { to: `${11 + (index % 90)}.${(index * 7) % 250}.${(index * 13) % 250}.9`, port: 60_000 }),
    ),
    teachUntil: at(1_200),
    fires: [],
  },
  {
    title: 'stays quiet for spikes below the floor',
    records: [...[1, 2].flatMap((task) => sending(task, 0, taughtDays, (_, random) => 1_000 + 500 * random)), flow(taughtDays + 305, 800_000, { to: '203.0.113.77' })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when a deployment starts tasks anew that warm up a little above the usual',
    records: [
      ...taught,
      ...[11, 12].map((task) => ecsTaskEvent({ at: time(taughtDays + 60), id: `0000-${task}`, service: 'checkout', task, revision: 2, lastStatus: 'RUNNING' })),
      ...[11, 12].flatMap((task) => sending(task, taughtDays + 61, taughtDays + 120, (minute, random) => (minute < taughtDays + 80 ? 2_400_000 : 200_000 * 10 ** random))),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet while nothing was learned',
    records: [...sending(1, 0, 50), flow(51, 900_000_000, { to: '203.0.113.77' })],
    fires: [],
  },
  {
    title: 'fires while the minute runs, after a teaching of one minute, when far more is sent',
    records: [...sensedTaught, ...every(0.5, 125, 150, (at) => connectionLines({ at, to: '52.218.1.9', sent: 4_000_000 }))],
    teachUntil: sensedUntil,
    fires: [
      { from: second(120), to: second(141), object: 'sent a minute' },
      { from: second(120), to: second(141), object: 'sent to 52.218.1.0/24', severity: 'medium' },
    ],
  },
  {
    title: 'fires when far more goes to one peer than that ever got, though as much is usual in sum',
    records: [
      ...sensed(0, 60),
      ...every(1, 0, 240, (at) => connectionLines({ at, to: '52.218.1.9', sent: 700_000 })),
      ...every(1, 130, 140, (at) => connectionLines({ at, to: '198.51.100.20', sent: 2_000_000 })),
    ],
    teachUntil: sensedUntil,
    fires: [{ from: second(120), to: second(180), object: 'sent to payments.example', severity: 'medium' }],
  },
  {
    title: 'stays quiet at ten times what was taught for a minute, and at a tenth',
    records: [...sensedTaught, ...sensed(60, 120, 10), ...every(0.6, 60, 120, (at) => connectionLines({ at, to: '52.218.1.9', sent: 200_000 })), ...sensed(180, 240, 0.1)],
    teachUntil: sensedUntil,
    fires: [],
  },
];
