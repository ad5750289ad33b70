/** Merging what two walks learned apart: baselines add up, whoever learned them; traces are a task's own and stay. */
import type { OwnerRecord, Owners } from './owners.ts';

/** Adds the baselines of `other` to `into`; neither's states are shared afterwards. */
export function mergeOwners(into: Owners, other: Owners): void {
  for (const record of other.records.values()) mergeOwner(into.of(record.owner, record.firstSeenMs), record);
}

function mergeOwner(into: OwnerRecord, other: OwnerRecord): void {
  into.firstSeenMs = Math.min(into.firstSeenMs, other.firstSeenMs);
  into.lastSeenMs = Math.max(into.lastSeenMs, other.lastSeenMs);
  into.events += other.events;
  into.instanceCount = Math.max(into.instanceCount, other.instanceCount);
  for (const feed of other.feeds) into.feeds.add(feed);
  for (const [revision, firstMs] of other.revisions) {
    into.revisions.set(revision, Math.min(firstMs, into.revisions.get(revision) ?? Infinity));
  }
  for (const [key, group] of other.groups) {
    const known = into.groups.get(key);
    if (known === undefined) {
      into.groups.set(key, { ...group, bySlot: undefined, nearSlot: undefined, nearParts: undefined, last: undefined, parts: new Map([...group.parts].map(([name, part]) => [name, { ...part, next: undefined, state: part.kind.merge(part.state, part.kind.empty()) }])) });
      continue;
    }
    for (const [name, part] of group.parts) {
      const own = known.parts.get(name);
      if (own === undefined) known.parts.set(name, { ...part, next: undefined, state: part.kind.merge(part.state, part.kind.empty()) });
      else {
        own.state = own.kind.merge(own.state, part.state);
        own.createdMs = Math.min(own.createdMs, part.createdMs);
        // What either was told of the teaching's end holds for the sum.
        own.taughtUntilMs = Math.max(own.taughtUntilMs, part.taughtUntilMs);
      }
    }
  }
}
