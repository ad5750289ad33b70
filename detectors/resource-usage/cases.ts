/** Stories of resource usage: which must fire, and which stay quiet. */
import { containerInsightsLine } from '#contract';
import type { Case } from '#contract';

const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 2, 2, 6);

/** Even noise from -1 to 1, the same in every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

type Point = Parameters<typeof containerInsightsLine>[0];

/** Minutes `from` to `to` of one task of checkout, ordinary but for what `change` makes of them. */
function minutes(task: number, from: number, to: number, change: (minute: number) => Partial<Point> = () => ({}), step = 1): string[] {
  const next = noise(task * 7_919 + from);
  const records: string[] = [];
  for (let minute = from; minute < to; minute += step) {
    records.push(
      containerInsightsLine({
        at: firstMs + minute * minuteMs,
        service: 'checkout',
        task,
        cpu: 40 + 12 * next(),
        memory: 180 + 4 * next(),
        networkRx: 20_000 + 5_000 * next(),
        networkTx: 50_000 + 12_000 * next(),
        ...change(minute),
      }),
    );
  }
  return records;
}

const at = (minute: number): string => new Date(firstMs + minute * minuteMs).toISOString();
/** Three hours teach, where a case does not say otherwise. */
const taught = 180;

const between = (from: number, to: number, change: Partial<Point>) => (minute: number): Partial<Point> => (minute >= from && minute < to ? change : {});

export const cases: Case[] = [
  {
    title: 'fires when a task uses nearly all of its CPU for three minutes',
    records: minutes(1, 0, 240, between(210, 213, { cpu: 245 })),
    teachUntil: at(taught),
    fires: [{ from: at(210), to: at(213), object: 'cpu', severity: 'medium' }],
  },
  {
    title: 'fires once when the memory of a task moves to another level and stays there',
    records: minutes(1, 0, 300, between(210, 300, { memory: 330 })),
    teachUntil: at(taught),
    fires: [{ from: at(210), to: at(300), object: 'memory' }],
  },
  {
    title: 'fires when a task sends far more than its service ever did',
    records: minutes(1, 0, 240, between(220, 224, { networkTx: 4_000_000 })),
    teachUntil: at(taught),
    fires: [{ from: at(220), to: at(224), object: 'network sent' }],
  },
  {
    title: 'fires when the CPU of a working task stands still for half an hour',
    records: minutes(1, 0, 270, between(210, 270, { cpu: 40 })),
    teachUntil: at(taught),
    fires: [{ from: at(210), to: at(245), object: 'cpu', severity: 'low' }],
  },
  {
    title: 'fires on a leak that stays inside what other tasks of the service hold',
    records: [
      ...minutes(1, 0, 700, (minute) => ({ memory: 150 + Math.max(0, minute - 240) * 0.2 + 0.2 * Math.sin(minute * 2.4) })),
      ...minutes(2, 0, 700, () => ({ memory: 240 })),
      ...minutes(3, 0, 700, () => ({ memory: 330 })),
    ],
    teachUntil: at(taught),
    fires: [{ from: at(240), to: at(700), object: 'memory', severity: 'low' }],
  },
  {
    title: 'fires when one task works hard and its siblings do not, though their leader always did',
    records: [
      ...minutes(1, 0, 260, () => ({ cpu: 180 })),
      ...[2, 3, 4, 5, 6].flatMap((task) => minutes(task, 0, 260, between(230, 236, task === 4 ? { cpu: 172 } : {}))),
    ],
    teachUntil: at(taught),
    fires: [{ from: at(230), to: at(236), object: 'cpu' }],
  },
  {
    title: 'stays quiet through the daily wave once it has seen four days of it',
    records: minutes(
      1,
      0,
      6 * 1_440,
      (minute) => ({ cpu: 90 + 70 * Math.sin((2 * Math.PI * minute) / 1_440) + 3 * Math.sin(minute * 2.4) }),
      5,
    ),
    teachUntil: at(4 * 1_440),
    fires: [],
  },
  {
    title: 'stays quiet when new tasks warm up as tasks of this service do',
    records: [1, 2, 3, 4].flatMap((task) => minutes(task, task * 60, task * 60 + 90, (minute) => (minute < task * 60 + 4 ? { cpu: 230 } : {}))),
    teachUntil: at(taught + 50),
    fires: [],
  },
  {
    title: 'stays quiet on noise that keeps to its habits for twelve hours',
    records: minutes(1, 0, 900),
    teachUntil: at(taught),
    fires: [],
  },
  {
    title: 'stays quiet when more tasks of the same kind are added',
    records: [...minutes(1, 0, 300), ...[2, 3, 4, 5].flatMap((task) => minutes(task, 200 + task * 5, 300))],
    teachUntil: at(taught),
    fires: [],
  },
  {
    title: 'stays quiet on changes too small to matter',
    records: minutes(1, 0, 240, (minute) => ({
      cpu: minute < 200 ? 2 : 20,
      memory: minute < 200 ? 20 : 30,
      networkRx: minute < 200 ? 300 : 60_000,
      networkTx: minute < 200 ? 300 : 60_000,
    })),
    teachUntil: at(taught),
    fires: [],
  },
  {
    title: 'stays quiet after a teaching of one minute at ten times and at a tenth',
    records: minutes(1, 0, 200, (minute) => (minute < 2 ? { cpu: 20 } : minute % 20 === 9 ? { cpu: 200, memory: 400, networkRx: 200_000, networkTx: 500_000 } : minute % 20 === 15 ? { cpu: 3, networkRx: 2_000, networkTx: 5_000 } : { cpu: 20 })),
    teachUntil: at(1),
    fires: [],
  },
  {
    title: 'fires after a teaching of one minute when an idle task takes a whole processor',
    records: minutes(1, 0, 60, (minute) => ({ cpu: minute === 30 ? 250 : 2 })),
    teachUntil: at(1),
    fires: [{ from: at(29), to: at(32) }],
  },
];
