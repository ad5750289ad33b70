/** Dates in the keys of S3 objects: what lies outside a span is told by its key, and a listing jumps over it. */

export interface TimeSpan {
  fromMs?: number;
  toMs?: number;
}

/** A folder of a day or an hour. */
interface Partition {
  /** What stands before the date: `AWSLogs/123456789012/CloudTrail/eu-central-1/`, `logs/year=`. */
  head: string;
  startMs: number;
  endMs: number;
  /** The folder of another time beside it, as far as the date. */
  at: (timeMs: number) => string;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * What is in a folder or has a time in its name may hold events up to then, and is delivered after them: CloudTrail in
 * about five minutes on average, flow logs in ten. Two hours after the span nothing of it is expected.
 */
const deliveryMs = 2 * hourMs;
/** A time in a name may be the start of what the file holds (flow logs: five minutes) or its end. */
const fileMs = hourMs;

/** `…/YYYY/MM/DD/[HH/]`: CloudTrail, flow logs, load balancers, Firehose. */
const slashed = /^(|.*\/)(\d{4})\/(\d{2})\/(\d{2})\/(?:(\d{2})\/)?/;
/** `…/year=YYYY/month=MM/day=DD/[hour=HH/]`: the Hive form of flow logs. */
const hive = /^(|.*\/)year=(\d{4})\/month=(\d{2})\/day=(\d{2})\/(?:hour=(\d{2})\/)?/;
/** `…/day=YYYY-MM-DD/`, `…/eventDay=YYYYMMDD/` (Security Lake). */
const single = /^(|.*\/)((?:day|dt|date|eventDay)=)(\d{4})(-?)(\d{2})\4(\d{2})\//;

const two = (number: number): string => String(number).padStart(2, '0');

export function partitionOf(key: string): Partition | undefined {
  const found = slashed.exec(key) ?? hive.exec(key);
  if (found !== null) {
    const isHive = hive.test(key) && !slashed.test(key);
    const [, before = '', year, month, day, hour] = found;
    const startMs = startOf(year, month, day, hour);
    if (startMs === undefined) return undefined;
    const head = isHive ? `${before}year=` : before;
    return {
      head,
      startMs,
      endMs: startMs + (hour === undefined ? dayMs : hourMs),
      at(timeMs) {
        const date = new Date(timeMs);
        const [y, m, d, h] = [String(date.getUTCFullYear()), two(date.getUTCMonth() + 1), two(date.getUTCDate()), two(date.getUTCHours())];
        if (isHive) return `${head}${y}/month=${m}/day=${d}/${hour === undefined ? '' : `hour=${h}/`}`;
        return `${head}${y}/${m}/${d}/${hour === undefined ? '' : `${h}/`}`;
      },
    };
  }
  const one = single.exec(key);
  if (one === null) return undefined;
  const [, before = '', label = '', year, dash = '', month, day] = one;
  const startMs = startOf(year, month, day, undefined);
  if (startMs === undefined) return undefined;
  return { head: `${before}${label}`, startMs, endMs: startMs + dayMs, at: (timeMs) => `${before}${label}${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', dash)}/` };
}

function startOf(year = '', month = '', day = '', hour = '00'): number | undefined {
  const startMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
  // Numbers that are no date roll over to another.
  return new Date(startMs).toISOString().startsWith(`${year}-${month}-${day}T${hour}`) ? startMs : undefined;
}

/** `…_20240301T1005Z_…` in the file's name: CloudTrail, flow logs, load balancers. */
export function fileTimeMs(key: string): number | undefined {
  const found = /_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(?:\d{2})?Z[_.]/.exec(key.slice(key.lastIndexOf('/') + 1));
  if (found === null) return undefined;
  const startMs = startOf(found[1], found[2], found[3], found[4]);
  return startMs === undefined ? undefined : startMs + Number(found[5]) * 60_000;
}

export type Verdict = { isWanted: true } | { isWanted: false; /** No key up to here is wanted. */ skipTo?: string };

/**
 * May an object hold events of the span? An object that was last written before the span cannot; one that was written
 * after it may, since histories are copied and exported long after.
 */
export function judgeKey(key: string, modifiedMs: number | undefined, { fromMs, toMs }: TimeSpan): Verdict {
  const partition = partitionOf(key);
  if (partition !== undefined) {
    if (fromMs !== undefined && partition.endMs <= fromMs) return { isWanted: false, skipTo: partition.at(fromMs) };
    // A colon comes behind the digits.
    if (toMs !== undefined && partition.startMs >= toMs + deliveryMs) return { isWanted: false, skipTo: `${partition.head}:` };
  }
  const timeMs = fileTimeMs(key);
  if (timeMs !== undefined && ((fromMs !== undefined && timeMs + fileMs <= fromMs) || (toMs !== undefined && timeMs >= toMs + deliveryMs))) return { isWanted: false };
  if (fromMs !== undefined && modifiedMs !== undefined && modifiedMs < fromMs) return { isWanted: false };
  return { isWanted: true };
}
