/** An owner as plain JSON, with its baselines, instances and traces, and back. */
import type { FeedName, Owner, JsonValue } from '#contract';
import { tracesOf, type Instance, type OwnerRecord, type Owners } from './owners.ts';
import { packValue } from './packed-value.ts';
import type { AnyKind, Part } from './parts.ts';

export interface PackedOwner {
  /** The name it was first seen under: part of the ids of its alerts. */
  key: string;
  owner: Owner;
  seen: [number, number];
  revisions: [string, number][];
  latestRevision: string | null;
  instanceCount: number;
  events: number;
  feeds: FeedName[];
  judged: number;
  abstained: number;
  readyFromMs: number | null;
  groups: { container: string; phase: string; parts: [string, string, string, number, number | null, JsonValue][] }[];
  instances: [string, string, number, number, Record<string, number>, unknown[], [string, { value: number; timeMs: number }][]][];
}

export function packOwner(record: OwnerRecord): PackedOwner {
  return {
    key: record.key,
    owner: record.owner,
    seen: [record.firstSeenMs, record.lastSeenMs],
    revisions: [...record.revisions],
    latestRevision: record.latestRevision ?? null,
    instanceCount: record.instanceCount,
    events: record.events,
    feeds: [...record.feeds],
    judged: record.judged,
    abstained: record.abstained,
    readyFromMs: record.readyFromMs ?? null,
    groups: [...record.groups.values()]
      .filter((group) => group.parts.size > 0)
      .map((group) => ({
        container: group.container,
        phase: group.phase,
        parts: [...group.parts.values()].map((part) => [
          part.slot, part.name, part.kind.name, part.createdMs,
          Number.isFinite(part.taughtUntilMs) ? part.taughtUntilMs : null, part.kind.pack(part.state),
        ]),
      })),
    instances: [...record.instances.values()].map((instance) => [
      instance.container, instance.id, instance.firstSeenMs, instance.lastSeenMs,
      instance.lastMinutes as Record<string, number>, tracesOf(instance), [...(instance.counters ?? [])],
    ]),
  };
}

export function unpackOwner(packed: PackedOwner, owners: Owners, kinds: ReadonlyMap<string, AnyKind>): OwnerRecord {
  const record = owners.restore(packed.key, packed.owner, packed.seen[0]);
  [record.firstSeenMs, record.lastSeenMs] = packed.seen;
  record.revisions = new Map(packed.revisions);
  record.latestRevision = packed.latestRevision ?? undefined;
  record.events = packed.events;
  record.feeds = new Set(packed.feeds);
  record.judged = packed.judged;
  record.abstained = packed.abstained;
  record.readyFromMs = packed.readyFromMs ?? undefined;
  for (const { container, phase, parts } of packed.groups) {
    const group = { container, phase: phase as Part['name'] as never, parts: new Map<string, Part>(), bySlot: undefined, nearSlot: undefined, nearParts: undefined, last: undefined };
    for (const [slot, name, kindName, createdMs, taughtUntilMs, state] of parts) {
      const kind = kinds.get(kindName);
      if (kind === undefined) throw new Error(`no baseline kind ${kindName}`);
      group.parts.set(name === '' ? slot : `${slot}\u0001${name}`, {
        slot, name, kind, state: kind.unpack(state), createdMs,
        taughtUntilMs: taughtUntilMs ?? Number.NEGATIVE_INFINITY, among: undefined, near: undefined, next: undefined, asked: undefined, view: undefined,
      });
    }
    record.groups.set(`${container}|${phase}`, group);
  }
  for (const [container, id, firstSeenMs, lastSeenMs, lastMinutes, traces, counters] of packed.instances) {
    const instance: Instance = owners.instance(record, container, id, firstSeenMs);
    instance.lastSeenMs = lastSeenMs;
    instance.lastMinutes = lastMinutes;
    if (traces.length > 0) instance.traces = packValue(traces);
    if (counters.length > 0) instance.counters = new Map(counters);
  }
  record.instanceCount = packed.instanceCount;
  record.isChanged = false;
  return record;
}
