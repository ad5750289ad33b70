/** Where links of `/proc` lead. */
import { readlinkSync } from 'node:fs';

/** `denied` where that may not be read, `missing` where there is none. */
export function readLink(path: string): { target: string } | 'denied' | 'missing' {
  try {
    return { target: readlinkSync(path) };
  } catch (error) {
    return isRefusal(error) ? 'denied' : 'missing';
  }
}

/** The kernel refused: a right is missing. */
export function isRefusal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}
