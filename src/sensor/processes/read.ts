/** Reads one process out of `/proc`; whatever vanishes or may not be read meanwhile is undefined, never thrown. */
import { closeSync, openSync, readSync } from 'node:fs';

/** What `/proc/PID/stat` tells in one cheap read. */
export interface Stat {
  name: string;
  /** One letter: R, S, D, Z, T (stopped), t (traced), X. */
  state: string;
  parentPid: number;
  isKernelThread: boolean;
  /** Forked and runs its parent's program still. */
  isForkOnly: boolean;
  /** Processor time of its own and of children it has waited for, clock ticks. */
  ticks: number;
  childTicks: number;
  startTicks: number;
  isThread: boolean;
  /** Where its stack begins: another after each exec; 0 where that may not be read. */
  stackStart: number;
}

/** What `/proc/PID/status` tells of rights. */
export interface Rights {
  userId: number;
  realUserId: number;
  savedUserId: number;
  effective: bigint;
  permitted: bigint;
  hasNoNewPrivileges: boolean;
  tracerPid: number;
}

const forkedNoExec = 0x40;
const kernelThread = 0x200000;
const closing = 0x29;
const opening = 0x28;
const blank = 0x20;

/** Long enough for 32 arguments of 4 KiB; what is longer is cut. */
const buffer = Buffer.alloc(131_072);
/** Fields of `stat` behind the name, by their number in proc_pid_stat(5). */
const fields = new Float64Array(53);

/** Bytes read into the shared buffer, -1 where it cannot be read. Valid until the next call. */
function fill(path: string, limit: number): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return -1;
  }
  try {
    let length = 0;
    while (length < limit) {
      const bytes = readSync(descriptor, buffer, length, limit - length, null);
      if (bytes <= 0) break;
      length += bytes;
      // Small answers of /proc come whole.
      if (limit <= 4_096) break;
    }
    return length;
  } catch {
    return -1;
  } finally {
    closeSync(descriptor);
  }
}

/** At most `limit` bytes of a small file of `/proc`. */
export function readText(path: string, limit = 4_096): string | undefined {
  const length = fill(path, limit);
  return length < 0 ? undefined : buffer.toString('utf8', 0, length);
}

export function readStat(folder: string): Stat | undefined {
  const length = fill(`${folder}/stat`, 2_048);
  if (length <= 0) return undefined;
  // A name may hold brackets, blanks and newlines: it ends at the last bracket.
  const start = buffer.indexOf(opening);
  let end = length - 1;
  while (end > start && buffer[end] !== closing) end -= 1;
  if (start < 0 || end <= start || end + 2 >= length) return undefined;
  let number = 4;
  let value = 0;
  let sign = 1;
  for (let at = end + 4; at < length && number < 52; at += 1) {
    const code = buffer[at]!;
    if (code === blank) {
      fields[number] = sign * value;
      number += 1;
      value = 0;
      sign = 1;
    } else if (code >= 48 && code <= 57) value = value * 10 + code - 48;
    else if (code === 45) sign = -1;
  }
  if (number < 40) return undefined;
  const flags = fields[9]!;
  return {
    name: buffer.toString('utf8', start + 1, end),
    state: String.fromCharCode(buffer[end + 2]!),
    parentPid: fields[4]!,
    isKernelThread: (flags & kernelThread) !== 0,
    isForkOnly: (flags & forkedNoExec) !== 0,
    ticks: fields[14]! + fields[15]!,
    childTicks: fields[16]! + fields[17]!,
    startTicks: fields[22]!,
    // The signal sent at its end; threads alone have none.
    isThread: fields[38] === -1,
    stackStart: fields[28]!,
  };
}

export function readRights(folder: string): Rights | undefined {
  const length = fill(`${folder}/status`, 4_096);
  if (length <= 0) return undefined;
  const text = buffer.toString('latin1', 0, length);
  const users = valueOf(text, 'Uid').split('\t');
  if (users.length < 3) return undefined;
  return {
    realUserId: Number(users[0]),
    userId: Number(users[1]),
    savedUserId: Number(users[2]),
    effective: hexadecimal(valueOf(text, 'CapEff')),
    permitted: hexadecimal(valueOf(text, 'CapPrm')),
    hasNoNewPrivileges: valueOf(text, 'NoNewPrivs') === '1',
    tracerPid: Number(valueOf(text, 'TracerPid')) || 0,
  };
}

/** The kernel escapes newlines in names there, so that no name makes a line. */
function valueOf(text: string, name: string): string {
  const at = text.indexOf(`\n${name}:\t`);
  if (at < 0) return '';
  const start = at + name.length + 3;
  return text.slice(start, text.indexOf('\n', start)).trim();
}

function hexadecimal(text: string): bigint {
  return /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : 0n;
}

/** Raw arguments; empty where it has none (yet), undefined where it is gone. */
export function readArguments(folder: string): string[] | undefined {
  const length = fill(`${folder}/cmdline`, buffer.length);
  if (length < 0) return undefined;
  if (length === 0) return [];
  const end = buffer[length - 1] === 0 ? length - 1 : length;
  return buffer.toString('utf8', 0, end).split('\0');
}

/** `containerd`, Docker and ECS write a container's id into the names of its control groups. */
const containerPattern = /(?:^|[/:-])([0-9a-f]{64}|[0-9a-f]{32}-\d{4,20})(?:\.scope)?(?=\/|\n|$)/m;

export function readContainer(folder: string): string | undefined {
  return containerPattern.exec(readText(`${folder}/cgroup`) ?? '')?.[1];
}
