/** A stream of shards as Kinesis has them: splits, merges, and parents that are read to their end before their children. */
import type { LaneBatchRecord } from '../../../src/entry/program/live/lane.ts';

export interface Shard {
  id: string;
  parents: string[];
  from: number;
  to: number;
  isClosed: boolean;
  records: LaneBatchRecord[];
  /** Records that the reader is done with. */
  done: number;
}

/** Hash keys of a shard at the start. */
export const shardWidth = 1_000;

export class ShardedStream {
  readonly shards: Shard[] = [];
  /** Grows by digits on the way. */
  #sequence = 9_990;

  constructor(count: number) {
    for (let index = 0; index < count; index += 1) this.#add([], index * shardWidth, (index + 1) * shardWidth);
  }

  #add(parents: string[], from: number, to: number): void {
    this.shards.push({ id: `shardId-${String(this.shards.length).padStart(12, '0')}`, parents, from, to, isClosed: false, records: [], done: 0 });
  }

  get open(): Shard[] {
    return this.shards.filter(({ isClosed }) => !isClosed);
  }

  of(id: string): Shard {
    return this.shards.find((shard) => shard.id === id)!;
  }

  put(text: string, hash: number, arrivalMs: number): void {
    this.#sequence += 1;
    const shard = this.open.find(({ from, to }) => hash >= from && hash < to)!;
    shard.records.push({ sequence: `${this.#sequence}`, content: Buffer.from(text), arrivalMs });
  }

  split(id: string): void {
    const shard = this.of(id);
    if (shard.to - shard.from < 2) return;
    const middle = Math.floor((shard.from + shard.to) / 2);
    shard.isClosed = true;
    this.#add([id], shard.from, middle);
    this.#add([id], middle, shard.to);
  }

  merge(id: string): void {
    const shard = this.of(id);
    const neighbour = this.open.find(({ from }) => from === shard.to);
    if (neighbour === undefined) return;
    shard.isClosed = neighbour.isClosed = true;
    this.#add([id, neighbour.id], shard.from, neighbour.to);
  }

  /** Shards with something to read, parents first. */
  readable(): Shard[] {
    return this.shards.filter(({ records, done, parents }) => done < records.length && parents.every((parent) => this.#isDrained(this.of(parent))));
  }

  #isDrained(shard: Shard): boolean {
    return shard.isClosed && shard.done === shard.records.length && shard.parents.every((parent) => this.#isDrained(this.of(parent)));
  }
}
