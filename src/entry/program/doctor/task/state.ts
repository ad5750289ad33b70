/** The folder of the state: whether it can be written to, and whether there is room. */
import { accessSync, constants, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, ok, warn, type DoctorCheck } from '../report.ts';

/** A task's state takes some megabytes, and twice that while a step is written. */
const leastBytes = 64 * 1_048_576;
const name = 'state';
const cure = 'Mount a volume that may be written to ("mountPoints", "readOnly": false), and name its folder in FARGAZER_STATE.';

/** Leaves nothing behind. */
export function lookAtState(folder: string): DoctorCheck {
  const there = nearest(resolve(folder));
  try {
    if (!statSync(there).isDirectory()) return fail(name, `${there} is no folder.`, cure);
    if (there === resolve(folder)) tryToWrite(there);
    else accessSync(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    return fail(name, `${there} cannot be written to (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): what is learned would be kept in memory alone.`, cure);
  }
  const room = roomIn(there);
  if (room !== undefined && room < leastBytes) return warn(name, `${there} has room for ${Math.floor(room / 1_048_576)} MiB: when that is full, what is learned is kept in memory alone.`, 'Give the task more ephemeral storage, or the volume more room.');
  return ok(name, there === resolve(folder) ? `${there} can be written to.` : `${folder} is not there yet, and can be made in ${there}.`);
}

/** The folder, or what it would be made in. */
function nearest(folder: string): string {
  let at = folder;
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function tryToWrite(folder: string): void {
  const file = join(folder, `.fargazer-doctor-${process.pid}`);
  try {
    // As the sidecar does: a disk that is full takes a name and no content.
    writeFileSync(file, Buffer.alloc(4_096), { flag: 'wx', flush: true });
  } finally {
    rmSync(file, { force: true });
  }
}

function roomIn(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
