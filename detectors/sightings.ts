/** Makers of sightings for cases: what a process or a file does in a task of checkout, as the sensor publishes it. */
import { publishedLine, taskId, type FileActivity, type ProcessActivity, type Program, type Stream } from '#contract';

const firstMs = Date.UTC(2026, 2, 2, 6);

/** Milliseconds and instant of a second of the story. */
export const at = (second: number): number => firstMs + Math.round(second * 1_000);
export const iso = (second: number): string => new Date(at(second)).toISOString();

/** `python3` for `/usr/bin/python3`; the kernel keeps 15 letters. */
export function programAt(path: string, name = path.slice(path.lastIndexOf('/') + 1).slice(0, 15)): Program {
  return { path, name };
}

export const pipes: [Stream, Stream, Stream] = ['null', 'pipe', 'pipe'];
export const master = programAt('/usr/local/bin/python3.11', 'python3.11');
export const init = programAt('/pause');

export const subject = { account: '111122223333', region: 'eu-west-1', cluster: 'shop', service: 'checkout', task: taskId(1), container: 'checkout' };

type Process = Partial<Omit<ProcessActivity, 'program' | 'lineage'>> & { program?: Program | string; lineage?: (Program | string)[] };

const asProgram = (program: Program | string): Program => (typeof program === 'string' ? programAt(program) : program);

/** A process as an event without its frame; the application's own worker unless told otherwise. */
export function processFields({ program = master, lineage = [master, init], ...change }: Process = {}): Omit<ProcessActivity, 'kind' | 'feed' | 'timeMs' | 'timeNs' | 'id' | 'hasOwnId' | 'count' | 'subject' | 'origin' | 'raw'> {
  const of = asProgram(program);
  return {
    activity: 'launch', pid: 4_242, arguments: [of.path === '' ? of.name : of.path], userId: 1_000, realUserId: 1_000, parentUserId: 1_000,
    executable: 'file', isOfImage: true, streams: pipes, foundBy: 'proc', ...change, program: of, lineage: lineage.map(asProgram),
  };
}

export function processLine(second: number, change: Process = {}): string {
  const timeMs = at(second);
  const fields = processFields(change);
  const id = `p${timeMs}-${fields.activity}-${fields.program.path}-${fields.pid}-${fields.arguments.join(' ')}`.slice(0, 128);
  return publishedLine({ kind: 'process', feed: 'sensor', timeMs, id, count: 1, subject, ...fields });
}

type File = Partial<Omit<FileActivity, 'path' | 'concern'>> & Pick<FileActivity, 'path' | 'concern'>;

export function fileLine(second: number, change: File): string {
  const timeMs = at(second);
  const { path } = change;
  return publishedLine({
    kind: 'file', feed: 'sensor', timeMs, id: `f${timeMs}-${path}-${change.activity ?? 'update'}`.slice(0, 128), count: 1, subject, activity: 'update', isExecutable: false, hasSetId: false, ...change,
  });
}

const server = ['python3.11', '/app/server.py'];
const cron = ['/bin/sh', '/app/clean.sh'];
const dash = '/usr/bin/dash';

/**
 * What checkout does all day, `size` times as much as when it was taught: workers that come and go, health checks from
 * outside, a script that tidies up, of whose short-lived steps many are known by the opening of their file alone.
 */
export function ordinary(from: number, to: number, size = 1): string[] {
  const records: string[] = [];
  for (let second = from; second < to; second += 5 / size) {
    const turn = Math.round((second - from) / (5 / size));
    const pid = 100 + turn;
    const check = ['/bin/sh', '-c', 'curl -fsS http://127.0.0.1:8080/health || exit 1'];
    records.push(
      processLine(second, { pid, arguments: server }),
      processLine(second + 0.1 / size, { pid, program: dash, arguments: check, lineage: [], parentUserId: -1 }),
      turn % 3 === 0
        ? processLine(second + 0.2 / size, { pid: pid + 1, program: '/usr/bin/curl', lineage: [], arguments: [], foundBy: 'open', userId: -1, realUserId: -1, parentUserId: -1 })
        : processLine(second + 0.2 / size, { pid: pid + 1, program: '/usr/bin/curl', lineage: [dash], arguments: ['curl', '-fsS', 'http://127.0.0.1:8080/health'] }),
    );
    if (turn % 4 !== 0) continue;
    const isFirst = second === from;
    records.push(
      processLine(second + 1 / size, { pid: pid + 2, program: dash, arguments: cron }),
      processLine(second + 1.1 / size, { pid: pid + 3, program: '/usr/bin/find', arguments: ['find', '/var/cache', '-mtime', '+1'], lineage: [dash, master, init] }),
      // Seen with its parent only after the teaching.
      isFirst && size === 1
        ? processLine(second + 1.2 / size, { pid: 0, program: '/usr/bin/gzip', lineage: [], arguments: [], foundBy: 'open', userId: -1, realUserId: -1, parentUserId: -1 })
        : processLine(second + 1.2 / size, { pid: pid + 4, program: '/usr/bin/gzip', arguments: ['gzip', `access-${20260300 + turn}.log`], lineage: [dash, master, init] }),
      processLine(second + 1.5 / size, { activity: 'terminate', pid: pid + 2, program: dash, arguments: cron, seconds: 0.4 }),
    );
  }
  return records;
}

export const taught = [
  processLine(0, { pid: 10, arguments: server, lineage: [init], userId: 0, realUserId: 0, parentUserId: 0 }),
  processLine(0.5, { pid: 11, program: programAt('/opt/router/bin/fluent-bit'), arguments: ['/opt/router/bin/fluent-bit', '-c', '/etc/router.conf'], lineage: [init], userId: 0, realUserId: 0, parentUserId: 0 }),
  ...ordinary(1, 60),
];
export const teachUntil = iso(60);

/** What must fire about then; `object` as cases have it. */
export function fires(second: number, object?: string | RegExp, severity?: string): { from: string; to: string; object?: string | RegExp; severity?: string } {
  return { from: iso(second - 1), to: iso(second + 1), ...(object === undefined ? {} : { object }), ...(severity === undefined ? {} : { severity }) };
}
