/**
 * Looks into `/proc` as the user whose process it is: what the kernel then allows needs no SYS_PTRACE, only the SETUID
 * and SETGID that containers have by default. Only this thread changes, only for the time of one synchronous look.
 */
import { readFileSync } from 'node:fs';
import type { Native } from '../native/index.ts';

export interface FileSystemUser {
  /** Runs `look` (which must be synchronous) as the user and group of a process. Undefined where they cannot be known. */
  as<Result>(procPath: string, pid: number, look: () => Result): Result | undefined;
}

/** Undefined where this process may not change its user for file access: not root, or SETUID was taken from it. */
export function openFileSystemUser(native: Native | undefined): FileSystemUser | undefined {
  if (native === undefined || process.geteuid?.() !== 0) return undefined;
  const nobody = 65_534;
  try {
    const setUser = native.bind('int setfsuid(unsigned int uid)');
    const setGroup = native.bind('int setfsgid(unsigned int gid)');
    let current = { user: 0, group: process.getegid?.() ?? 0 };
    const become = (next: typeof current): void => {
      // The group first: who is no longer root may not choose it.
      if (current.user !== 0) setUser(0);
      setGroup(next.group);
      setUser(next.user);
      current = next;
    };
    setUser(nobody);
    // It answers with the user before, never with an error: asked again, it tells whether the change was granted.
    const isGranted = setUser(0) === nobody;
    setUser(0);
    if (!isGranted) return undefined;
    return {
      as(procPath, pid, look) {
        const ids = idsOf(procPath, pid);
        if (ids === undefined || ids.user === 0) return undefined;
        const before = current;
        become(ids);
        try {
          return look();
        } finally {
          become(before);
        }
      },
    };
  } catch {
    return undefined;
  }
}

function idsOf(procPath: string, pid: number): { user: number; group: number } | undefined {
  try {
    const status = readFileSync(`${procPath}/${pid}/status`, 'latin1');
    const user = /^Uid:\t(\d+)/m.exec(status)?.[1];
    const group = /^Gid:\t(\d+)/m.exec(status)?.[1];
    return user === undefined || group === undefined ? undefined : { user: Number(user), group: Number(group) };
  } catch {
    return undefined;
  }
}
