/** Who listens at an address: the process that holds its socket, as far as `/proc` may be read. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Place } from '../../../../sources/firelens/listen.ts';
import { readLink } from '../../../../sensor/links.ts';
import { listeningStates, procSocketTable } from '../../../../sensor/network/socket-table.ts';
import { readArguments, readStat } from '../../../../sensor/processes/read.ts';

export interface Holder {
  pid: number;
  name: string;
  /** It runs this very program, as a sidecar. */
  isSidecar: boolean;
}

/** Undefined where nobody is found. `ownProgram`: what a sidecar runs, as its command line has it. */
export function holderOf(place: Place, procPath: string, ownProgram = process.argv[1] ?? ''): Holder | undefined {
  const inodes = new Set('path' in place ? inodesOfFile(`${procPath}/net/unix`, place.path) : inodesOfPort(`${procPath}/net`, place.port));
  if (inodes.size === 0) return undefined;
  for (const pid of namesIn(procPath).filter((name) => /^\d+$/.test(name))) {
    const isHolder = namesIn(`${procPath}/${pid}/fd`).some((descriptor) => {
      const link = readLink(`${procPath}/${pid}/fd/${descriptor}`);
      return typeof link === 'object' && inodes.has(/^socket:\[(\d+)\]$/.exec(link.target)?.[1] ?? '');
    });
    if (!isHolder) continue;
    const words = readArguments(`${procPath}/${pid}`) ?? [];
    return { pid: Number(pid), name: readStat(`${procPath}/${pid}`)?.name ?? '', isSidecar: words.includes(ownProgram) && words.includes('sidecar') };
  }
  return undefined;
}

function inodesOfPort(netPath: string, port: number): string[] {
  const inodes: string[] = [];
  const own = String.fromCharCode(port >> 8, port & 0xff);
  for (const family of [2, 10] as const) {
    procSocketTable(netPath).dump({ family, protocol: 6, states: listeningStates, hasBytes: false }, ({ key, inode }) => {
      if (key.slice(-4, -2) === own) inodes.push(String(inode));
    });
  }
  return inodes;
}

/** Lines `address: refs protocol flags type state inode path`. */
function inodesOfFile(path: string, file: string): string[] {
  return textOf(path).split('\n').flatMap((line) => {
    const [, , , , , , inode, name] = line.trim().split(/\s+/);
    return name === file && inode !== undefined ? [inode] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
