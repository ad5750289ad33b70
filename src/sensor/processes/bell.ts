/** The bell: `/proc/loadavg` ends with the last process id given out, which costs microseconds to read. */
import { closeSync, openSync, readdirSync, readSync, readlinkSync } from 'node:fs';
import { readText } from './read.ts';

/** The kernel gives ids below this out once, after boot. */
const reservedIds = 300;
/** More ids than this at once (threads, a storm) are not tried one by one: the list of processes is cheaper then. */
const rangeLimit = 256;
const defaultHighestId = 32_768;

export interface Bell {
  /**
   * Ids given out since the last call, in order; `all` where they are too many to try, or are numbered otherwise than
   * here, so that the list of processes must be read.
   */
  ring(): readonly number[] | 'all';
  /** It can be heard, and its numbers are those of the processes looked at. */
  readonly state: 'numbers' | 'rings' | 'deaf';
  close(): void;
}

export function openBell(procPath: string): Bell {
  const buffer = Buffer.alloc(128);
  const highest = Number(readText(`${procPath}/sys/kernel/pid_max`)) || defaultHighestId;
  const isOurs = isOwnNamespace(procPath);
  const descriptor = open(`${procPath}/loadavg`);
  let last = readLast();

  function readLast(): number {
    if (descriptor === undefined) return -1;
    try {
      const length = readSync(descriptor, buffer, 0, buffer.length, 0);
      // Digits before the final newline.
      let value = 0;
      let unit = 1;
      for (let at = length - 2; at >= 0; at -= 1) {
        const code = buffer[at]!;
        if (code < 48 || code > 57) break;
        value += (code - 48) * unit;
        unit *= 10;
      }
      return value;
    } catch {
      return -1;
    }
  }

  return {
    ring() {
      const next = readLast();
      if (next === last || next < 0) return [];
      const from = last;
      last = next;
      if (!isOurs || from < 0) return 'all';
      const count = next > from ? next - from : highest - from + next - reservedIds;
      if (count > rangeLimit || count <= 0) return 'all';
      const ids: number[] = [];
      for (let id = from + 1; ids.length < count; id += 1) {
        if (id >= highest) id = reservedIds;
        ids.push(id);
      }
      return ids;
    },
    get state() {
      return last < 0 ? 'deaf' : isOurs ? 'numbers' : 'rings';
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

/** Whether this `/proc` numbers processes as we are numbered. */
function isOwnNamespace(procPath: string): boolean {
  try {
    return readlinkSync(`${procPath}/self`) === String(process.pid);
  } catch {
    return false;
  }
}

/** Ids of all processes, threads left out, ascending as the kernel lists them. */
export function listProcesses(procPath: string): number[] {
  try {
    const ids: number[] = [];
    for (const name of readdirSync(procPath)) {
      const code = name.charCodeAt(0);
      if (code >= 49 && code <= 57) ids.push(Number(name));
    }
    return ids;
  } catch {
    return [];
  }
}
