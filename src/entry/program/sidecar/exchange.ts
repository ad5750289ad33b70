/**
 * Baselines between the sidecars of a service, through a store: each reads what all gave at its start, and writes its
 * own alone, under its task. Nobody waits for it: a store that does not answer costs what it would have told.
 */
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { partOfBytes, type Clock, type JsonValue, type Owner, type Store } from '#contract';
import { addVotes, OwnVotes, type Given } from '../../../engine/own-votes.ts';
import type { Walk } from '../../../engine/run.ts';

/** Tasks whose votes are read: those given last. A vote needs three tasks. */
const taskLimit = 200;
const loadMs = 3_000;
/** A vote is dated by the day on which it was given; one that is dated ahead is not believed. */
const aheadMs = 10 * 60_000;
const oldestMs = 60 * 86_400_000;
const dayMs = 86_400_000;

interface GivenItem {
  fargazer: 'votes';
  version: 1;
  timeMs: number;
  sinceMs: number;
  part: string;
}

export class Exchange {
  readonly own = new OwnVotes();
  readonly #store: Store;
  readonly #key: string;
  /** Partition of the service, with its slash. */
  readonly prefix: string;
  readonly #clock: Clock;
  readonly #sinceMs: number;
  #version: string | undefined;
  #part: string | undefined;

  /** `start` tells this start of the task's sidecar from others: what an earlier one gave stays. */
  constructor(store: Store, { service, task, start, clock }: { service: Owner; task: string; start: string; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    this.#sinceMs = clock.now();
    const name = createHash('sha256').update(JSON.stringify([service.account, service.region, service.cluster, service.name])).digest('hex').slice(0, 16);
    this.prefix = `votes-${name}/`;
    this.#key = `${this.prefix}${plain(task)}/${plain(start)}`;
  }

  /** What others gave; empty where the store does not answer in time. Never throws. */
  async load(onTrouble: (sentence: string) => void): Promise<Given[]> {
    try {
      const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), loadMs).unref());
      const given = await Promise.race([this.#read(), late]);
      if (given === undefined) onTrouble(`${this.#store.place} did not answer within ${loadMs / 1_000} s: what other tasks learned is not known here, and it learns by itself.`);
      return given ?? [];
    } catch (error) {
      onTrouble(`${(error as Error).message} What other tasks learned is not known here, and it learns by itself.`);
      return [];
    }
  }

  async #read(): Promise<Given[]> {
    const nowMs = this.#clock.now();
    const items = (await this.#store.items(this.prefix)).flatMap(({ key, value }) => {
      const item = givenItem(value);
      const [, task = ''] = key.split('/');
      return item === undefined || task === '' || item.timeMs > nowMs + aheadMs || item.timeMs < nowMs - oldestMs ? [] : [{ task, item }];
    });
    const latest = items.sort((left, right) => right.item.timeMs - left.item.timeMs).slice(0, taskLimit);
    const given: Given[] = [];
    for (const { task, item } of latest) {
      // What one task spoiled costs its own vote alone.
      const votes = await this.#store.part(item.part).then(unpacked).catch(() => undefined);
      if (votes === undefined) continue;
      // Of one day, whatever it claims: what a task gives is one vote.
      const sinceMs = Math.max(Math.floor(item.timeMs / dayMs) * dayMs, Math.min(item.sinceMs, item.timeMs));
      given.push({ task, timeMs: item.timeMs, sinceMs, votes });
    }
    return given;
  }

  /** Adds them to a walk that knows nothing yet, and collects from then on what it learns by itself. Gives the number of keys. */
  apply(walk: Walk, given: readonly Given[], isOurs: (owner: Owner) => boolean): number {
    const { state, settings } = walk;
    const isNew = state.owners.records.size === 0;
    const added = isNew ? addVotes(state.owners, state.facts, settings.detectors, given, isOurs, this.#clock.now()) : 0;
    walk.collectOwn(this.own);
    return added;
  }

  /** Writes what was learned here so far, if it grew; cumulative, so that a repeat or a lost write changes nothing. */
  async give(): Promise<boolean> {
    if (!this.own.isChanged) return true;
    this.own.isChanged = false;
    const part = partOfBytes(zstdCompressSync(JSON.stringify(this.own.pack())));
    const value = { fargazer: 'votes', version: 1, timeMs: this.#clock.now(), sinceMs: this.#sinceMs, part: part.name } satisfies GivenItem as unknown as JsonValue;
    const replaced = this.#part === undefined || this.#part === part.name ? [] : [this.#part];
    const version = await this.#store.commit({ key: this.#key, value, expected: this.#version, parts: [part], replaced });
    if (version === undefined) {
      this.#version = (await this.#store.item(this.#key))?.version;
      this.own.isChanged = true;
      return false;
    }
    this.#version = version;
    this.#part = part.name;
    return true;
  }
}

function unpacked(bytes: Uint8Array | undefined): JsonValue | undefined {
  return bytes === undefined ? undefined : (JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: 8_000_000 }).toString()) as JsonValue);
}

function givenItem(value: JsonValue): GivenItem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { fargazer, version, timeMs, sinceMs, part } = value;
  if (fargazer !== 'votes' || version !== 1 || typeof timeMs !== 'number' || !Number.isFinite(timeMs) || typeof sinceMs !== 'number' || !Number.isFinite(sinceMs) || typeof part !== 'string') return undefined;
  return { fargazer, version, timeMs, sinceMs, part };
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.-]/g, '-').slice(0, 64);
}
