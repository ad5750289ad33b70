/** Who listens at an address: the process that holds its socket, as far as `/proc` may be read. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Place } from '../../../../sources/firelens/listen.ts';
import { readLink } from '../../../../sensor/links.ts';

export interface Holder {
  pid: number;
  name: string;
  /** It runs this very program, as a sidecar. */
  isSidecar: boolean;
}

const listening = '0A';

/** Undefined where nobody is found. `ownProgram`: what a sidecar runs, as its command line has it. */
export function holderOf(place: Place, procPath: string, ownProgram = process.argv[1] ?? ''): Holder | undefined {
  const inodes = new Set('path' in place ? inodesOfFile(`${procPath}/net/unix`, place.path) : ['tcp', 'tcp6'].flatMap((table) => inodesOfPort(`${procPath}/net/${table}`, place.port)));
  if (inodes.size === 0) return undefined;
  for (const pid of namesIn(procPath).filter((name) => /^\d+$/.test(name))) {
    const isHolder = namesIn(`${procPath}/${pid}/fd`).some((descriptor) => {
      const link = readLink(`${procPath}/${pid}/fd/${descriptor}`);
      return typeof link === 'object' && inodes.has(/^socket:\[(\d+)\]$/.exec(link.target)?.[1] ?? '');
    });
    if (!isHolder) continue;
    const words = textOf(`${procPath}/${pid}/cmdline`).split('\0');
    return { pid: Number(pid), name: textOf(`${procPath}/${pid}/comm`).trim(), isSidecar: words.includes(ownProgram) && words.includes('sidecar') };
  }
  return undefined;
}

/** Lines `  0: 0100007F:5EA1 00000000:0000 0A … uid timeout inode …`. */
function inodesOfPort(path: string, port: number): string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return textOf(path).split('\n').flatMap((line) => {
    const [, own = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return own.endsWith(end) && state === listening && inode !== undefined ? [inode] : [];
  });
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
