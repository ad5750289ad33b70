/** Baselines of a state, as people ask for them: show, accept, forget, export. */
import { existsSync } from 'node:fs';
import { FargazerError, ownerKey, type JsonValue } from '#contract';
import { historySentence } from '../../engine/explain.ts';
import type { Checkpoint } from '../../engine/checkpoint.ts';
import type { OwnerRecord } from '../../engine/owners.ts';
import { packOwner } from '../../engine/pack-owner.ts';
import type { Part } from '../../engine/parts.ts';
import type { Walk } from '../../engine/run.ts';
import { embeddedStore } from '../../stores/embedded/index.ts';
import type { Config } from '../../config/index.ts';
import type { BaselineListing, BaselineName } from '../cli/program.ts';
import { openWalk } from './engine.ts';

interface Found {
  owner: OwnerRecord;
  container: string;
  phase: string;
  part: Part;
}

/** Opens a state for one command; throws where there is none. */
async function withState<Result>(stateDir: string, config: Config, use: (walk: Walk, checkpoint: Checkpoint) => Result | Promise<Result>): Promise<Result> {
  const noState = new FargazerError('baseline-unknown', `${stateDir}: there is no state here yet. Make one with fargazer replay PATH --state ${stateDir}.`);
  // Asking makes nothing: a mistyped folder stays away.
  if (!existsSync(stateDir)) throw noState;
  const store = embeddedStore(stateDir);
  try {
    const { walk, checkpoint } = await openWalk(config, { teaching: {} }, store);
    if (checkpoint.isNew) throw noState;
    return await use(walk, checkpoint);
  } finally {
    await store.close();
  }
}

function findOwners(walk: Walk, name: string | undefined): OwnerRecord[] {
  const all = [...walk.state.owners.records.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
  if (name === undefined) return all;
  const exact = all.filter(({ key }) => key === name);
  const found = exact.length > 0 ? exact : all.filter(({ owner }) => owner.name === name);
  if (found.length === 0) {
    const some = all.slice(0, 5).map(({ key }) => key).join(', ');
    throw new FargazerError('baseline-unknown', `${name}: the state knows no such owner. It knows ${all.length === 0 ? 'none' : some}${all.length > 5 ? ', …' : ''}.`);
  }
  return found;
}

function findParts(walk: Walk, { owner, baseline }: Pick<BaselineName, 'owner' | 'baseline'>): Found[] {
  const found: Found[] = [];
  for (const record of findOwners(walk, owner)) {
    for (const { container, phase, parts } of record.groups.values()) {
      for (const part of parts.values()) {
        if (baseline === undefined || part.slot === baseline || part.slot.startsWith(`${baseline}.`)) found.push({ owner: record, container, phase, part });
      }
    }
  }
  return found;
}

function titleOf({ container, phase, part }: Found): string {
  const where = [container, phase, part.name].filter((word) => word !== '').join(', ');
  return where === '' ? part.slot : `${part.slot} (${where})`;
}

function askingOf(walk: Walk, owner: OwnerRecord) {
  return { timeMs: owner.lastSeenMs, isVouched: walk.state.facts.isVouched, isWidened: false };
}

export function show(name: BaselineName & { limit: number }, config: Config): Promise<BaselineListing[]> {
  return withState(name.stateDir, config, (walk) =>
    findParts(walk, name).map((found) => {
      const { part, owner } = found;
      const asking = askingOf(walk, owner);
      return {
        owner: ownerKey(owner.owner),
        baseline: titleOf(found),
        history: historySentence(part.kind.view(part.state, asking)),
        rows: part.kind.describe(part.state, asking, name.limit),
      };
    }),
  );
}

export function accept(name: Required<BaselineName>, value: string, config: Config): Promise<boolean> {
  return withState(name.stateDir, config, async (walk, checkpoint) => {
    let isAccepted = false;
    for (const { part, owner } of findParts(walk, name)) {
      if (part.kind.accept(part.state, value, owner.lastSeenMs)) isAccepted = owner.isChanged = true;
    }
    if (isAccepted) await checkpoint.save(walk);
    return isAccepted;
  });
}

export function forget(name: BaselineName & { owner: string }, value: string | undefined, config: Config): Promise<number> {
  return withState(name.stateDir, config, async (walk, checkpoint) => {
    let forgotten = 0;
    for (const { owner, container, phase, part } of findParts(walk, name)) {
      if (value === undefined) {
        const group = owner.groups.get(`${container}|${phase}`);
        const key = part.name === '' ? part.slot : `${part.slot}\u0001${part.name}`;
        if (group?.parts.delete(key) !== true) continue;
      } else if (!part.kind.forget(part.state, value)) continue;
      owner.isChanged = true;
      forgotten += 1;
    }
    if (forgotten > 0) await checkpoint.save(walk);
    return forgotten;
  });
}

/** Baselines as plain JSON, with the state version they have; without instances and traces, which are of tasks. */
export function exportAll(name: BaselineName, config: Config): Promise<JsonValue> {
  return withState(name.stateDir, config, (walk) => {
    const owners = findOwners(walk, name.owner).map((record) => {
      const packed = packOwner(record);
      const groups = packed.groups
        .map((group) => ({
          ...group,
          parts: group.parts.filter(([slot]) => name.baseline === undefined || slot === name.baseline || slot.startsWith(`${name.baseline}.`)),
        }))
        .filter(({ parts }) => parts.length > 0);
      return { ...packed, groups, instances: [] };
    });
    return JSON.parse(JSON.stringify({ fargazer: 'baselines', version: 1, owners })) as JsonValue;
  });
}
