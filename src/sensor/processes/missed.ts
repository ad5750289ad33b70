/** Starts that were over before anybody looked: told by the file that was opened, counted where not even that was seen. */
import type { SensorContext } from '../part.ts';
import type { ExecNotify, Opening } from './exec-notify.ts';
import type { Table } from './table.ts';

/** An id is given out a moment before its process can be seen. */
const retryForMs = 25;
/** The file is opened before the process shows its program, by whoever is slower; both are over after this. */
const settleMs = 15;
const reportEveryMs = 60_000;
const waitingLimit = 1_024;

export interface MissedSettings {
  context: SensorContext;
  table: Table;
}

export interface MissedStarts {
  /** An id that was given out and shows no process (yet). */
  retry(id: number, nowMs: number): void;
  /** Ids that are tried again, and the gone that are not explained yet. */
  readonly waiting: number;
  again(arrive: (id: number) => boolean, nowMs: number): void;
  /** A process is gone that was never seen to run a program of its own; it was seen first at `sinceMs`. */
  note(sinceMs: number, nowMs: number): void;
  /** A launch was told: openings of its file are explained by it, and readings of what it was given; no start of that, which is another's. */
  explain(rootKey: string | undefined, path: string, args: readonly string[]): void;
  /** Tells what was opened by those that are gone. */
  resolve(notify: ExecNotify, nowMs: number): void;
  /** That many processes were certainly there and not seen. */
  certain(count: number): void;
  report(nowMs: number): void;
}

const lately = (known: ReadonlyMap<string, number>, { root, path }: Opening): number | undefined => known.get(`${root.key} ${path}`) ?? known.get(` ${path}`);

export function missedStarts({ context, table }: MissedSettings): MissedStarts {
  let waiting: { id: number; untilMs: number }[] = [];
  const gone: { sinceMs: number; atMs: number }[] = [];
  /** Programs told lately, and files that programs told lately were given, by root and path. */
  const explained = new Map<string, number>();
  const given = new Map<string, number>();
  let lost = 0;
  let reportedMs = -Infinity;

  return {
    retry(id, nowMs) {
      if (waiting.length < waitingLimit) waiting.push({ id, untilMs: nowMs + retryForMs });
    },
    get waiting() {
      return waiting.length + gone.length;
    },
    again(arrive, nowMs) {
      if (waiting.length === 0) return;
      const left: typeof waiting = [];
      for (const one of waiting) {
        // It was tried in this very look.
        if (one.untilMs - retryForMs < nowMs && arrive(one.id)) continue;
        if (nowMs < one.untilMs) left.push(one);
        else gone.push({ sinceMs: one.untilMs - retryForMs, atMs: nowMs });
      }
      waiting = left;
    },
    note(sinceMs, nowMs) {
      gone.push({ sinceMs, atMs: nowMs });
    },
    explain(rootKey, path, args) {
      const nowMs = context.now();
      explained.set(`${rootKey ?? ''} ${path}`, nowMs);
      for (const argument of args.slice(0, 3)) if (argument.startsWith('/')) given.set(`${rootKey ?? ''} ${argument}`, nowMs);
      for (const known of [explained, given]) if (known.size > 512) known.clear();
    },
    resolve(notify, nowMs) {
      while (gone.length > 0 && nowMs - gone[0]!.atMs >= settleMs) {
        const { sinceMs } = gone.shift()!;
        for (const opening of notify.openings()) {
          if (opening.isExplained || opening.atMs < sinceMs - settleMs * 4) continue;
          opening.isExplained = true;
          const toldMs = lately(explained, opening) ?? (opening.isStart ? undefined : lately(given, opening));
          if (toldMs !== undefined && Math.abs(toldMs - opening.atMs) < 500) continue;
          const found = notify.programOf(opening);
          if (found === undefined) continue;
          const name = Buffer.from(found.path.slice(found.path.lastIndexOf('/') + 1)).subarray(0, 15).toString();
          context.tell({
            kind: 'process', timeMs: opening.atMs, activity: 'launch', pid: 0, program: table.program(found.path, name), lineage: [],
            arguments: found.script === undefined ? [] : [found.path, found.script], userId: -1, realUserId: -1, parentUserId: -1,
            executable: /^\/(?:tmp|var\/tmp|dev\/shm|run)\//.test(found.path) ? 'writable-place' : 'file', foundBy: 'open',
          }, opening.root.containerId === undefined ? {} : { containerId: opening.root.containerId });
          explained.set(`${opening.root.key} ${found.path}`, nowMs);
          break;
        }
      }
    },
    certain(count) {
      lost += count;
    },
    report(nowMs) {
      if (lost === 0 || nowMs - reportedMs < reportEveryMs) return;
      context.tell({
        kind: 'coverage', timeMs: nowMs, state: 'lossy',
        detail: `${lost} ${lost === 1 ? 'process' : 'processes'} ended before anybody could look: the processor time of their parents shows it. Which programs they were is not known.`,
      });
      lost = 0;
      reportedMs = nowMs;
    },
  };
}
