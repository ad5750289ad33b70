/** Open minutes as plain JSON: walked in part when a run was split, closed by the run that goes on. */
import { sharedList, type Entity, type JsonValue, type LogRecord, type MetricSet, type Observation, type Owner } from '#contract';
import type { Episode, Episodes } from './episodes.ts';
import { Few, put } from './few.ts';
import type { EntityMinute, Minutes, NetworkInMinute } from './minutes.ts';
import type { RawShown } from './episode.ts';
import type { Instance, Owners } from './owners.ts';

interface InstanceName {
  owner: Owner;
  container: string;
  id: string;
}

interface PackedMinute {
  feed: string;
  minute: number;
  gaps: string[];
  entities: {
    whose: InstanceName;
    entity: Entity;
    kinds: [string, number, LogRecord][] | null;
    continuationLines: number;
    metrics: MetricSet | null;
    network: (Omit<NetworkInMinute, 'sentByPeer'> & { sentByPeer: [string, number][]; records: RawShown[] }) | null;
    waiting: { key: string; observation: Observation; episodes: string[]; isLearned?: boolean }[];
  }[];
}

function nameOf(instance: Instance): InstanceName {
  return { owner: instance.owner.owner, container: instance.container, id: instance.id };
}

export function packMinutes(minutes: Minutes): JsonValue {
  const packed: PackedMinute[] = [];
  for (const state of minutes.all()) {
    packed.push({
      feed: state.feed,
      minute: state.minute,
      gaps: [...state.gaps],
      entities: [...state.entities.values()].map((of) => ({
        whose: nameOf(of.instance),
        entity: of.entity,
        kinds: of.kinds === undefined ? null : [...of.kinds].map(([id, { count, first }]) => [id, count, first]),
        continuationLines: of.continuationLines,
        metrics: of.metrics ?? null,
        network: of.network === undefined ? null : { ...of.network, sentByPeer: [...(of.network.sentByPeer ?? [])] },
        waiting: [...(of.waiting ?? [])].map(([key, { observation, episodes, isLearned }]) => ({
          key,
          ...(isLearned === true ? { isLearned } : {}),
          observation,
          episodes: episodes.map(({ fingerprint }) => fingerprint),
        })),
      })),
    });
  }
  return JSON.parse(JSON.stringify({ minutes: packed, next: minutes.nextMinutes() })) as JsonValue;
}

export function unpackMinutes(packed: JsonValue, minutes: Minutes, owners: Owners, episodes: Episodes): void {
  const { minutes: all, next } = packed as unknown as { minutes: PackedMinute[]; next: [string, number][] };
  const find = ({ owner, container, id }: InstanceName, timeMs: number): Instance =>
    owners.instance(owners.of(owner, timeMs), container, id, timeMs);
  for (const one of all) {
    const state = minutes.at(one.feed as never, one.minute);
    const timeMs = one.minute * 60_000;
    for (const gap of one.gaps) state.gaps.add(gap);
    for (const of of one.entities) {
      const found: EntityMinute = {
        instance: find(of.whose, timeMs),
        entity: of.entity,
        kinds: of.kinds === null ? undefined : Few.from(of.kinds.map(([id, count, first]) => [id, { count, first }])),
        continuationLines: of.continuationLines,
        metrics: of.metrics === null ? undefined : { ...of.metrics, list: sharedList(of.metrics.list) },
        network: of.network === null ? undefined : { ...of.network, sentByPeer: Few.from(of.network.sentByPeer) },
        waiting: undefined,
      };
      for (const { key, observation, episodes: fingerprints, isLearned } of of.waiting) {
        const filed = fingerprints.map((fingerprint) => episodes.open(fingerprint)).filter((known): known is Episode => known !== undefined);
        found.waiting = put(found.waiting, key, { observation, episodes: filed, ...(isLearned === true ? { isLearned } : {}) });
      }
      state.entities.set(found.instance, found);
    }
  }
  for (const [feed, minute] of next) minutes.setNext(feed as never, minute);
}

/** Owners of packed minutes. */
export function ownersInMinutes(packed: JsonValue): Owner[] {
  const { minutes } = packed as unknown as { minutes: PackedMinute[] };
  return minutes.flatMap(({ entities }) => entities.map(({ whose }) => whose.owner));
}
