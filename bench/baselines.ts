/** What baselines cost: learning two weeks of a service, judging and learning a point, and the size of what is stored. */
import { performance } from 'node:perf_hooks';
import { deflateRawSync } from 'node:zlib';
import { lineKindTree, quantityGrid, seenSet } from '#baselines';
import { printFigures, type Figure } from './figure.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 5);

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** A daily wave with log-normal noise. */
function wave(next: () => number, at: number): number {
  const noise = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return 100 * Math.exp(0.8 * Math.sin((at / 1_440) * 2 * Math.PI) + 0.3 * noise);
}

const isVouched = (): boolean => true;

function packedBytes(packed: unknown): number {
  return deflateRawSync(JSON.stringify(packed)).length;
}

function learnTwoWeeks(): { seconds: number; bytes: number } {
  const next = uniform(1);
  const states = Array.from({ length: 20 }, () => quantityGrid.empty());
  const values = Float64Array.from({ length: 14 * 1_440 }, (_, at) => wave(next, at));
  const before = performance.now();
  for (let at = 0; at < values.length; at += 1) {
    const timeMs = start + at * minute;
    for (const [order, state] of states.entries()) {
      quantityGrid.add(state, (values[at] as number) * (1 + order), { timeMs, voter: 7, isTaught: false, count: 1 });
      quantityGrid.endMinute(state, timeMs + minute);
    }
  }
  return { seconds: (performance.now() - before) / 1_000, bytes: packedBytes(states.map((state) => quantityGrid.pack(state))) / states.length };
}

/** Each point is judged by a view of its own; a minute's points are learned when it ends. */
function judgePoints(tasks: number, points: number): number {
  const next = uniform(2);
  const state = quantityGrid.empty();
  const values = Float64Array.from({ length: points }, (_, at) => wave(next, at / tasks));
  const before = performance.now();
  for (let from = 0; from < points; from += tasks) {
    const timeMs = start + (from / tasks) * minute;
    for (let at = from; at < from + tasks && at < points; at += 1) {
      quantityGrid.view(state, { timeMs, isVouched, isWidened: false }).of(values[at] as number, timeMs);
    }
    for (let at = from; at < from + tasks && at < points; at += 1) {
      quantityGrid.add(state, values[at] as number, { timeMs, voter: 1 + at - from, isTaught: false, count: 1 });
    }
  }
  return ((performance.now() - before) * 1_000) / points;
}

function judgeKeys(points: number): number {
  const state = seenSet.empty();
  const keys = Array.from({ length: 200 }, (_, at) => `destination-${at}.example.com:443`);
  const before = performance.now();
  for (let at = 0; at < points; at += 1) {
    const timeMs = start + Math.floor(at / 100) * minute;
    const key = keys[at % 200] as string;
    seenSet.view(state, { timeMs, isVouched, isWidened: false }).of(key);
    seenSet.add(state, key, { timeMs, voter: 1 + (at % 40), isTaught: false, count: 1 });
  }
  return ((performance.now() - before) * 1_000) / points;
}

function keepKinds(): { microseconds: number; bytes: number } {
  const next = uniform(3);
  const state = lineKindTree.empty();
  const word = (): string => `word${Math.floor(next() ** 2 * 1_500).toString(36)}`;
  const kinds = Array.from({ length: 1_000 }, (_, at) => ({
    templateId: at.toString(16).padStart(16, '0'),
    template: Array.from({ length: 4 + Math.floor(next() * 10) }, word).join(' '),
  }));
  const points = 200_000;
  const before = performance.now();
  for (let at = 0; at < points; at += 1) {
    const timeMs = start + Math.floor((at / points) * 14 * 1_440) * minute;
    const kind = kinds[at < 1_000 ? at : Math.floor(next() ** 3 * 1_000)] as (typeof kinds)[number];
    lineKindTree.view(state, { timeMs, isVouched, isWidened: false }).of(kind.templateId, kind.template);
    lineKindTree.add(state, kind, { timeMs, voter: 1 + (at % 40) * 7_919_317, isTaught: false, count: 1 });
  }
  return { microseconds: ((performance.now() - before) * 1_000) / points, bytes: packedBytes(lineKindTree.pack(state)) };
}

export function run(): Figure[] {
  const weeks = learnTwoWeeks();
  const kinds = keepKinds();
  const points = 'a view of its own for each point, the points of a minute learned when it ends';
  return [
    { name: '14 days of one service, 20 series, learned', value: weeks.seconds, unit: 's', reach: 'under 5', detail: '403,200 points' },
    { name: 'a series of a service, packed', value: weeks.bytes, unit: 'bytes', reach: 'under 2048', detail: 'after these 14 days, deflated' },
    { name: 'a point judged and learned, 40 tasks', value: judgePoints(40, 800_000), unit: 'µs', reach: 'under 0.4', detail: points },
    { name: 'a point judged and learned, one task', value: judgePoints(1, 100_000), unit: 'µs', reach: 'under 1', detail: points },
    { name: 'a key judged and learned', value: judgeKeys(500_000), unit: 'µs', reach: 'none set', detail: '200 keys' },
    { name: 'a kind of line judged and learned', value: kinds.microseconds, unit: 'µs', reach: 'none set', detail: '1,000 kinds' },
    { name: '1,000 kinds of lines of a service, packed', value: kinds.bytes, unit: 'bytes', reach: 'under 65536', detail: '14 days, 40 tasks, deflated' },
  ];
}

if (import.meta.main) printFigures(await run());
