/** Whose an SQLite file is, by its first bytes (https://www.sqlite.org/fileformat.html, section 1.3). */
import { closeSync, openSync, readSync } from 'node:fs';

/** `farg` in ASCII: what `PRAGMA application_id` of a state says. */
export const applicationId = 0x66_61_72_67;

const magic = 'SQLite format 3\u0000';
const headBytes = 100;
const applicationIdAt = 68;

/** `foreign` where the file holds anything that fargazer did not make; throws where it cannot be read. */
export function ownershipOf(file: string): 'new' | 'own' | 'foreign' {
  const head = headOf(file);
  if (head.length === 0) return 'new';
  const isOwn = head.length === headBytes && head.toString('latin1', 0, magic.length) === magic && head.readUInt32BE(applicationIdAt) === applicationId;
  return isOwn ? 'own' : 'foreign';
}

function headOf(file: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(descriptor, head, 0, headBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
