/** Whose socket is it: from a socket's inode, over the open descriptors in `/proc/PID/fd`, to a process and its program. */
import { fstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { Program } from '#contract';
import { isRefusal } from '../links.ts';
import type { SensorContext } from '../part.ts';
import type { FileSystemUser } from './file-system-user.ts';

export interface Owner {
  pid: number;
  program: Program;
  lineage: Program[];
  userId: number;
}

/** A socket whose owner is asked for; the answer is written into it. */
export interface Owned {
  inode: number;
  /** The socket's, from the kernel; -1 where not known. */
  userId: number;
  /** What else leads there: who opened such a thing lately is looked at first. */
  affinity: string;
  owner: Owner | undefined;
  /** Ours, or of what we started. */
  isOwn: boolean;
  /** Who listens at the server's end, where that is in the task. Nothing is told of what leads to us. */
  listener?: Owned | undefined;
  /** It was accepted by `listener`, which is then its owner: no look at each. */
  isAccepted?: boolean;
}

export interface SocketOwners {
  /** Asks for all of them in one pass. `allowance` overrides how many descriptors may be looked at. */
  resolve(wanted: readonly Owned[], allowance?: number): void;
  /** A process that began lately and was given this address among its arguments: for sockets that were gone before they were looked at. */
  toldOf(address: string): Owner | undefined;
  /** Who last opened a thing of this kind, as long as that was always one and the same program. */
  usual(affinity: string): Owner | undefined;
  /** Descriptors of processes of other users may be read. Undefined until one was met. */
  readsOthers(): boolean | undefined;
}

/** As many may be saved up for a burst. */
const mostSaved = 12_000;
/** Listing a process's descriptors costs as much as looking at so many. */
const descriptorsPerProcess = 4;
const newestLooked = 16;
const recentKept = 32;
const mostInherited = 4;
const affinitiesKept = 512;
const pidsPerAffinity = 4;
/** A program that opened the same thing so often, verified, is believed where there is no time to look. */
const believedAfter = 3;

interface Affinity {
  pids: number[];
  owner: Owner | undefined;
  times: number;
}

export function socketOwners(context: SensorContext, fileSystemUser: FileSystemUser | undefined): SocketOwners {
  const { processes, procPath } = context;
  const affinities = new Map<string, Affinity>();
  let recent: number[] = [];
  let saved = mostSaved;
  let savedMs = 0;
  let canReadOthers: boolean | undefined;

  const remember = (owned: Owned, owner: Owner): void => {
    owned.owner = owner;
    recent = [owner.pid, ...recent.filter((pid) => pid !== owner.pid)].slice(0, recentKept);
    if (owned.affinity === '') return;
    const known = affinities.get(owned.affinity);
    affinities.delete(owned.affinity);
    if (affinities.size >= affinitiesKept) affinities.delete(affinities.keys().next().value!);
    const isSame = known?.owner !== undefined && isSameProgram(known.owner.program, owner.program);
    affinities.set(owned.affinity, {
      pids: [owner.pid, ...(known?.pids ?? []).filter((pid) => pid !== owner.pid)].slice(0, pidsPerAffinity),
      owner, times: isSame ? known.times + 1 : 1,
    });
  };
  const ownerOf = (pid: number): Owner | undefined => {
    const known = processes.get(pid);
    return known && { pid, program: { ...known.program }, lineage: processes.lineageOf(pid), userId: known.userId };
  };
  /** Calls `found` for each socket among a process's descriptors, newest numbers first; false where they may not be read. */
  const scan = (pid: number, found: (inode: number, descriptor: string) => boolean): boolean => {
    const folder = `${procPath}/${pid}/fd`;
    saved -= descriptorsPerProcess;
    const look = (): void => {
      const descriptors = readdirSync(folder);
      for (let at = descriptors.length - 1; at >= 0 && saved > 0; at -= 1) {
        saved -= 1;
        const inode = socketInode(folder, descriptors[at]!);
        if (inode !== undefined && found(inode, descriptors[at]!)) return;
      }
    };
    try {
      look();
      return true;
    } catch (error) {
      if (!isRefusal(error)) return true;
      const isRead = fileSystemUser?.as(procPath, pid, () => {
        try {
          look();
          return true;
        } catch {
          return false;
        }
      });
      // Undefined: it is gone, or root with more capabilities than we have.
      if (isRead !== undefined || fileSystemUser === undefined) canReadOthers = isRead ?? false;
      return isRead ?? false;
    }
  };

  const usual = (affinity: string): Owner | undefined => {
    const known = affinities.get(affinity);
    return known !== undefined && known.times >= believedAfter ? known.owner : undefined;
  };

  return {
    readsOthers: () => canReadOthers,
    usual,
    toldOf(address) {
      processes.refresh();
      for (const { pid, arguments: words } of processes.newest(newestLooked)) {
        if (words.some((word, at) => at > 0 && namesAddress(word, address))) return ownerOf(pid);
      }
      return undefined;
    },
    resolve(wanted, allowance) {
      const byInode = new Map<number, Owned[]>();
      for (const owned of wanted) {
        if (owned.inode === 0) continue;
        const same = byInode.get(owned.inode);
        if (same === undefined) byInode.set(owned.inode, [owned]);
        else same.push(owned);
      }
      if (byInode.size === 0) return;
      const now = context.now();
      saved = Math.min(mostSaved, saved + (Math.max(0, now - savedMs) * context.pace().descriptorsPerSecond) / 1_000);
      savedMs = now;
      const before = saved;
      if (allowance !== undefined) saved = allowance;

      const looked = new Set<number>();
      const met = new Map<number, Owner | undefined>();
      const unreadable: number[] = [];
      const lookAt = (pid: number): boolean => {
        if (looked.has(pid)) return false;
        looked.add(pid);
        const isReadable = scan(pid, (inode, descriptor) => {
          const found = byInode.get(inode);
          if (found === undefined) return false;
          byInode.delete(inode);
          const holder = eldestHolder(pid, inode, descriptor);
          if (!met.has(holder)) met.set(holder, ownerOf(holder));
          const owner = met.get(holder);
          for (const owned of found) {
            if (processes.isOwn(holder)) owned.isOwn = true;
            else if (owner !== undefined) remember(owned, owner);
          }
          return byInode.size === 0;
        });
        if (!isReadable) unreadable.push(pid);
        return byInode.size === 0 || saved <= 0;
      };
      const lookAtAll = (): void => {
        for (const owned of wanted) for (const pid of affinities.get(owned.affinity)?.pids ?? []) if (lookAt(pid)) return;
        markOwn(byInode);
        if (byInode.size === 0) return;
        processes.refresh();
        for (const { pid } of processes.newest(newestLooked)) if (lookAt(pid)) return;
        for (const pid of recent) if (lookAt(pid)) return;
        const users = new Set(wanted.map(({ userId }) => userId));
        for (const isOfUser of [true, false]) {
          for (const { pid, userId } of processes.all()) if (users.has(userId) === isOfUser && lookAt(pid)) return;
        }
      };
      lookAtAll();
      const isExhausted = saved <= 0;
      if (allowance !== undefined) saved = before;
      for (const left of byInode.values()) {
        for (const owned of left) {
          const owner = isExhausted ? usual(owned.affinity) : onlyProgramOf(unreadable, owned.userId);
          if (owner !== undefined) owned.owner = { ...owner };
        }
      }
    },
  };

  /** A child inherits what its parent opened, under the same number: then it is the parent's. */
  function eldestHolder(pid: number, inode: number, descriptor: string): number {
    let holder = pid;
    for (let step = 0; step < mostInherited; step += 1) {
      const parent = processes.get(holder)?.parentPid ?? 0;
      if (parent === 0 || !holdsSame(parent, inode, descriptor)) break;
      holder = parent;
    }
    return holder;
  }

  function holdsSame(pid: number, inode: number, descriptor: string): boolean {
    const look = (): boolean => socketInode(`${procPath}/${pid}/fd`, descriptor) === inode;
    try {
      return look();
    } catch {
      try {
        return fileSystemUser?.as(procPath, pid, look) ?? false;
      } catch {
        return false;
      }
    }
  }

  /** Where descriptors may not be read: the owner is one of these of the socket's user; known if they all run one program. */
  function onlyProgramOf(pids: readonly number[], userId: number): Owner | undefined {
    let only: Owner | undefined;
    for (const pid of pids) {
      const owner = ownerOf(pid);
      if (owner === undefined || owner.userId !== userId) continue;
      if (only !== undefined && !isSameProgram(only.program, owner.program)) return undefined;
      only ??= owner;
    }
    return only;
  }
}

/** `http://192.0.2.7/x` names 192.0.2.7, not 192.0.2.70. Texts of scripts may mention anything: they name nobody. */
function namesAddress(word: string, address: string): boolean {
  const at = word.indexOf(address);
  return at >= 0 && !word.includes(' ') && !/[\d.]/.test(word.charAt(at - 1)) && !/[\d.]/.test(word.charAt(at + address.length));
}

const isSameProgram = (one: Program, other: Program): boolean => one.path === other.path && one.name === other.name;

/** This process's own sockets, without a look into `/proc` for each. */
function markOwn(byInode: Map<number, Owned[]>): void {
  let descriptors: string[];
  try {
    descriptors = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const descriptor of descriptors) {
    try {
      const status = fstatSync(Number(descriptor));
      if (!status.isSocket()) continue;
      const found = byInode.get(status.ino);
      if (found === undefined) continue;
      for (const owned of found) owned.isOwn = true;
      byInode.delete(status.ino);
      if (byInode.size === 0) return;
    } catch {
      // Closed meanwhile: the descriptor of the folder itself.
    }
  }
}

/** Undefined where it is no socket, or closed meanwhile; throws where it may not be read (the folder often may, its links not). */
function socketInode(folder: string, descriptor: string): number | undefined {
  try {
    const link = readlinkSync(`${folder}/${descriptor}`);
    return link.startsWith('socket:[') ? Number(link.slice(8, -1)) : undefined;
  } catch (error) {
    if (isRefusal(error)) throw error;
    return undefined;
  }
}
