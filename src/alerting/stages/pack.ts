/** The state of the pipeline as JSON and back; what a changed configuration knows no more is routed anew. */
import { FargazerError, type JsonObject, type JsonValue } from '#contract';
import { decide } from './decide.ts';
import { capOf } from './cap.ts';
import { group } from './group.ts';
import type { Fold } from './fold.ts';
import { route } from './route.ts';
import { emptyTally, merge } from './tally.ts';
import type { CapRecord, State } from './state.ts';

const packedVersion = 1;

/** Lists, in the order of the maps: order is part of the state. */
const lists = ['alerts', 'closed', 'incidents', 'groups', 'log', 'caps', 'silences'] as const;
const numbers = ['through', 'walkedMs', 'tidyMs', 'notifications', 'groupsMade', 'textsKept'] as const;
/** What an entry of each list is found by. */
const keys = { alerts: 'id', closed: 'id', incidents: 'id', groups: 'id', log: 'group', caps: 'route', silences: 'id' } as const;

export function packState(state: State): JsonValue {
  const packed: Record<string, unknown> = { version: packedVersion, ties: [...state.ties] };
  for (const name of numbers) packed[name] = state[name];
  for (const name of lists) packed[name] = [...state[name].values()];
  return JSON.parse(JSON.stringify(packed)) as JsonValue;
}

/** Fills an empty state; throws `state-newer` and `state-damaged`. */
export function unpackState(state: State, packed: JsonValue): void {
  const copy = JSON.parse(JSON.stringify(packed)) as JsonValue;
  if (!isObject(copy)) throw damaged();
  const { version } = copy;
  if (typeof version === 'number' && version > packedVersion) {
    throw new FargazerError('state-newer', 'The state of the alerting pipeline was written by a newer version of fargazer. Nothing was changed. Update this process.');
  }
  if (version !== packedVersion || !Array.isArray(copy['ties'])) throw damaged();
  for (const name of numbers) {
    const value = copy[name];
    if (typeof value !== 'number') throw damaged();
    state[name] = value;
  }
  for (const name of lists) {
    const entries = copy[name];
    if (!Array.isArray(entries)) throw damaged();
    const map = state[name] as Map<string, unknown>;
    for (const entry of entries) {
      const key = isObject(entry) ? entry[keys[name]] : undefined;
      if (typeof key !== 'string') throw damaged();
      map.set(key, entry);
    }
  }
  for (const tie of copy['ties']) if (Array.isArray(tie)) state.ties.set(String(tie[0]), String(tie[1]));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(): FargazerError {
  return new FargazerError('state-damaged', 'The state of the alerting pipeline cannot be read. Nothing was changed. Remove it, and what fires will be told again.');
}

/** Puts an unpacked state to work: what is derived from it, and groups whose route the settings no longer have. */
export function resume(fold: Fold): void {
  const { state, routes, inhibitor, due } = fold;
  for (const record of state.alerts.values()) inhibitor.learn(record);
  const homeless = new Set<string>();
  for (const { id, route, alerts, untold } of state.groups.values()) {
    if (routes.get(route) !== undefined) continue;
    for (const alert of alerts) homeless.add(alert);
    if (untold !== undefined) merge((capOf(fold, routes.root).digest ??= newDigest(fold)).tally, untold);
    state.groups.delete(id);
  }
  for (const id of state.log.keys()) if (routes.get(id.split(' ', 1)[0] ?? '') === undefined) state.log.delete(id);
  for (const { route, digest } of state.caps.values()) {
    if (routes.get(route) !== undefined) continue;
    state.caps.delete(route);
    if (digest === undefined) continue;
    const into = (capOf(fold, routes.root).digest ??= newDigest(fold));
    merge(into.tally, digest.tally);
    into.sinceMs = Math.min(into.sinceMs, digest.sinceMs);
  }
  for (const known of state.groups.values()) due.add(known);
  for (const id of homeless) {
    const record = state.alerts.get(id);
    if (record === undefined) continue;
    record.groups = record.groups.filter((one) => state.groups.has(one));
    decide(record, state.walkedMs, 'route', 'its route is gone');
    if (record.endsMs <= state.walkedMs) continue;
    const arrival = { record, others: [], ways: [] };
    route(fold, arrival);
    group(fold, arrival);
  }
}

function newDigest({ state, settings }: Fold): NonNullable<CapRecord['digest']> {
  return { sinceMs: state.walkedMs, dueMs: state.walkedMs + settings.caps.digestAfterMs, tally: emptyTally(), messages: 0, incidents: [] };
}
