/** Deployments: a new revision of a service widens its bands, and alerts name it. */
import type { OwnerRecord } from './owners.ts';

/** How long a new revision widens the bands, and alerts name the deployment. */
const deploymentMs = 30 * 60_000;

/** The deployment in progress: a revision that is not the owner's first, first seen less than 30 minutes ago. */
export function deploymentAt(owner: OwnerRecord, timeMs: number): { revision: string; sinceMs: number } | undefined {
  const revision = owner.latestRevision;
  if (revision === undefined || owner.revisions.size < 2) return undefined;
  const sinceMs = owner.revisions.get(revision)!;
  return timeMs >= sinceMs && timeMs < sinceMs + deploymentMs ? { revision, sinceMs } : undefined;
}
