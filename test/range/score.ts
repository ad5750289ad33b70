/** Marks a run: which attacks were found and when, which alerts are false, and what it cost. */
import type { SeenAlert } from './sidecar.ts';
import type { Item, RunResult } from './run.ts';

/** An alert that comes so late that the next item has begun still belongs to the attack before it. */
const slackMs = 1_500;

export interface Mark {
  item: Item;
  /** Milliseconds from the attack's beginning to its first alert; undefined where it was missed. */
  delayMs: number | undefined;
  /** Alerts in its time: those that concern it, and others. */
  alerts: readonly SeenAlert[];
}

export interface Score {
  marks: readonly Mark[];
  /** Attacks that the range failed to play. */
  failed: readonly Item[];
  falseAlarms: readonly { seen: SeenAlert; during: string }[];
  found: number;
  medianMs: number;
  ninetiethMs: number;
}

/** What a person reads of it. */
export function textOf({ alert }: SeenAlert): string {
  return `${alert.detector} ${alert.title} ${alert.summary} ${alert.object} ${alert.evidence.observed}`;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function scoreOf({ items, alerts, teachingEndsMs }: Pick<RunResult, 'items' | 'alerts' | 'teachingEndsMs'>): Score {
  const byItem = new Map<Item, SeenAlert[]>(items.map((item) => [item, []]));
  const falseAlarms: { seen: SeenAlert; during: string }[] = [];
  for (const seen of alerts) {
    if (seen.isUpdate) continue;
    if (seen.atMs < teachingEndsMs || items.length === 0) {
      falseAlarms.push({ seen, during: 'the teaching' });
      continue;
    }
    const index = Math.max(0, items.findLastIndex(({ beganMs }) => beganMs <= seen.atMs));
    const item = items[index];
    const before = items[index - 1];
    const isLate = item !== undefined && seen.atMs - item.beganMs < slackMs;
    // Late alerts go to the attack before, where they concern it; and where nothing else can have caused them.
    if (before?.attack !== undefined && isLate && (item?.attack === undefined || (before.attack.concerns.test(textOf(seen)) && !item.attack.concerns.test(textOf(seen))))) byItem.get(before)?.push(seen);
    else if (item?.attack !== undefined) byItem.get(item)?.push(seen);
    else falseAlarms.push({ seen, during: item === undefined ? 'nothing' : `${item.name} × ${item.size.toFixed(2)}${before?.attack === undefined ? '' : `, after ${before.name}`}` });
  }
  const marks = items
    .filter(({ attack, failure }) => attack !== undefined && failure === undefined)
    .map((item): Mark => {
      const own = byItem.get(item) ?? [];
      const first = own.find((seen) => item.attack?.concerns.test(textOf(seen)));
      return { item, alerts: own, delayMs: first === undefined ? undefined : first.atMs - item.beganMs };
    });
  const delays = marks.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs])).toSorted((a, b) => a - b);
  return {
    marks,
    failed: items.filter(({ attack, failure }) => attack !== undefined && failure !== undefined),
    falseAlarms,
    found: delays.length,
    medianMs: quantile(delays, 0.5),
    ninetiethMs: quantile(delays, 0.9),
  };
}

const detectorsOf = (alerts: readonly SeenAlert[]): string => [...new Set(alerts.map(({ alert }) => alert.detector))].join(', ');

/** The score in lines of text. */
export function report(result: RunResult, score: Score): string[] {
  const { marks, failed, falseAlarms, found, medianMs, ninetiethMs } = score;
  const benignPlayed = result.items.filter(({ attack, failure }) => attack === undefined && failure === undefined).length;
  return [
    '',
    'Attacks',
    ...marks.map(({ item, delayMs, alerts }) => `  ${delayMs === undefined ? 'MISSED ' : `${String(delayMs).padStart(5)} ms`}  ${item.name.padEnd(48)} ${delayMs === undefined ? (alerts.length === 0 ? 'no alert' : `others only: ${detectorsOf(alerts)}`) : detectorsOf(alerts)}`),
    ...failed.map(({ name, failure }) => `  NOT PLAYED  ${name}: ${failure}`),
    '',
    `False alarms: ${falseAlarms.length}`,
    ...falseAlarms.map(({ seen: { alert }, during }) => `  ${alert.detector} [${alert.severity}] ${alert.title} | ${alert.object} | observed ${alert.evidence.observed}, expected ${alert.evidence.expected} | during ${during}`),
    '',
    `Found       ${found} of ${marks.length} attacks (${((100 * found) / Math.max(1, marks.length)).toFixed(0)} %)`,
    `False       ${falseAlarms.length} in ${benignPlayed} benign behaviours of ${new Set(result.items.filter(({ attack }) => attack === undefined).map(({ name }) => name)).size} kinds`,
    `Delay       median ${medianMs} ms, nine in ten ${ninetiethMs} ms`,
    `Memory      peak ${result.peak.residentMib.toFixed(1)} MiB resident (${result.peak.proportionalMib.toFixed(1)} proportional), at the end ${result.last.residentMib.toFixed(1)} (${result.last.proportionalMib.toFixed(1)}), ${result.last.processes} processes`,
    `Processor   ${(100 * result.cpuShare).toFixed(2)} % of a core over ${((result.endedMs - result.teachingEndsMs) / 1_000).toFixed(0)} s`,
    `Start       ${result.startTookMs} ms until it listens; SIGTERM to exit ${result.ending.status} ${result.ending.tookMs.toFixed(0)} ms`,
  ];
}
