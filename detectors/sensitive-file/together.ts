/** What changes together is one alert: files of one folder, one after the other, are told under the first of them. */
import type { FileActivity } from '#contract';
import { maskedPath } from '../program-key.ts';
import type { Act } from './act.ts';

/** A release or a package is unpacked within moments; who comes again later does something else. */
const togetherMs = 2_000;
/** More than this in a folder, one by one, are told under the folder. */
const manyAlone = 8;
const foldersKept = 32;

/** Folder with concern and act, how many were told alone, when it was told last, and under which object. */
export interface Folders {
  told: [folder: string, alone: number, timeMs: number, object: string][];
}

export function createFolders(): Folders {
  return { told: [] };
}

function isOfMany({ concern, hasSetId }: FileActivity, masked: string): boolean {
  return !hasSetId && (concern === 'application' || concern === 'logs' || concern === 'executable' || concern === 'certificates' || /\.so(?:\.[\d.#]+)?$/.test(masked));
}

function folderOf({ concern }: FileActivity, { done }: Act, masked: string): string {
  return `${concern} ${done}: ${masked.slice(0, Math.max(1, masked.lastIndexOf('/')))}`;
}

/** What an alert about a file is about: the file, or the one that changed with it first, or its folder. */
export function objectOf(activity: FileActivity, act: Act, timeMs: number, { told }: Folders): string {
  const masked = maskedPath(activity.path);
  const alone = `${activity.concern} ${act.done}: ${masked}`;
  if (!isOfMany(activity, masked)) return alone;
  const folder = folderOf(activity, act, masked);
  const before = told.find(([one]) => one === folder);
  if (before === undefined) return alone;
  if (timeMs - before[2] <= togetherMs) return before[3];
  return before[1] >= manyAlone ? folder : alone;
}

/** Notes what was told of a file. */
export function noteTold(folders: Folders, activity: FileActivity, act: Act, timeMs: number, object: string): void {
  const masked = maskedPath(activity.path);
  if (!isOfMany(activity, masked)) return;
  const folder = folderOf(activity, act, masked);
  const at = folders.told.findIndex(([one]) => one === folder);
  const before = folders.told[at];
  if (before !== undefined) folders.told.splice(at, 1);
  else if (folders.told.length >= foldersKept) folders.told.shift();
  folders.told.push([folder, (before?.[1] ?? 0) + (before?.[3] === object ? 0 : 1), timeMs, object]);
}
