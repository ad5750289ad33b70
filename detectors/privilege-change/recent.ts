/** The recent past of one session: credentials read, calls denied, looks around, networks called from. */
import type { ApiCall } from '#contract';
import { callKey } from './acts.ts';
import { credentialsRead } from './aws-credentials.ts';
import { machineNetwork } from './callers.ts';
import { lookOf } from './discovery.ts';
import { textAt } from './request.ts';

/** What happened, and when (event time, milliseconds). */
export type Noted = [timeMs: number, what: string];

export interface Recent {
  reads: Noted[];
  denied: Noted[];
  looks: Noted[];
  /** Objects deleted from buckets. */
  deletes: Noted[];
  /** Networks by which the session's key called: `key network`. */
  places: Noted[];
}

/** Enough to say "many"; the oldest go first. */
const keptLimit = 64;
/** Longer ago is another affair; also the widest window an option may ask for. */
const keptMs = 60 * 60_000;
const placeLimit = 16;

export function newRecent(): Recent {
  return { reads: [], denied: [], looks: [], deletes: [], places: [] };
}

/** A sign-in that fails counts as refused: the password was wrong. */
export function isRefused({ activity }: ApiCall): boolean {
  return activity.outcome === 'denied' || (activity.operation === 'ConsoleLogin' && activity.outcome === 'failure');
}

/** The object that a call deletes from a bucket, where the trail records such calls. */
export function objectDeleted({ activity }: ApiCall): string | undefined {
  if (activity.operation !== 'DeleteObject' || activity.outcome !== 'success') return undefined;
  return `${textAt(activity.request, 'bucketName')}/${textAt(activity.request, 'key')} ${textAt(activity.request, 'versionId')}`;
}

export function placeOf({ activity }: ApiCall): string | undefined {
  const network = machineNetwork(activity);
  const { accessKeyId } = activity.actor;
  return network === undefined || accessKeyId === undefined ? undefined : `${accessKeyId} ${network}`;
}

export function noteRecent(recent: Recent, call: ApiCall): void {
  const { activity, timeMs } = call;
  if (activity.outcome === 'success') for (const name of credentialsRead(activity)) note(recent.reads, timeMs, name, keptLimit);
  if (isRefused(call)) note(recent.denied, timeMs, `${callKey(activity)} ${activity.resource}`, keptLimit, true);
  const look = lookOf(activity);
  if (look !== undefined) note(recent.looks, timeMs, look, keptLimit);
  const deleted = objectDeleted(call);
  if (deleted !== undefined) note(recent.deletes, timeMs, deleted, keptLimit);
  const place = placeOf(call);
  if (place !== undefined) note(recent.places, timeMs, place, placeLimit);
}

function note(list: Noted[], timeMs: number, what: string, limit: number, isCounted = false): void {
  const at = isCounted ? -1 : list.findIndex(([, known]) => known === what);
  if (at >= 0) list.splice(at, 1);
  list.push([timeMs, what.slice(0, 200)]);
  while (list.length > limit || (list.length > 0 && timeMs - list[0]![0] > keptMs)) list.shift();
}

/** What a list holds since an instant. */
export function since(list: readonly Noted[], fromMs: number): string[] {
  return list.filter(([timeMs]) => timeMs >= fromMs).map(([, what]) => what);
}
