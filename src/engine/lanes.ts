/**
 * Lanes of one process: how far each lane of its sources has come, and how far the walk may go.
 * A lane that ended holds the walk until the lanes that go on in its place have begun.
 */
import type { JsonValue, LiveBatch } from '#contract';
import { tickLengthMs } from './order.ts';

export interface Lane {
  position: JsonValue;
  /** Everything released before is read, or late. */
  timeMs: number;
  /** Set when it ended: what goes on in its place and has not begun. */
  waitsFor: string[] | undefined;
  /** When it stopped holding the walk because nothing came of it for too long; clock time, not saved. */
  passedMs: number | undefined;
}

export interface PackedLane {
  position: JsonValue;
  timeMs: number | null;
  waitsFor?: string[];
}

export class Lanes {
  readonly all = new Map<string, Lane>();

  static unpack(packed: Readonly<Record<string, PackedLane>>): Lanes {
    const lanes = new Lanes();
    for (const [name, { position, timeMs, waitsFor }] of Object.entries(packed)) {
      lanes.all.set(name, { position, timeMs: timeMs ?? -Infinity, waitsFor, passedMs: undefined });
    }
    return lanes;
  }

  pack(): Record<string, PackedLane> {
    return Object.fromEntries(
      [...this.all].map(([name, { position, timeMs, waitsFor }]) => [
        name,
        { position, timeMs: Number.isFinite(timeMs) ? timeMs : null, ...(waitsFor === undefined ? {} : { waitsFor }) },
      ]),
    );
  }

  positions(): Map<string, JsonValue> {
    return new Map([...this.all].map(([name, { position }]) => [name, position]));
  }

  /** The lane a batch is of; a new one begins where the lanes it goes on from ended. */
  of(name: string): Lane {
    const known = this.all.get(name);
    if (known !== undefined) return known;
    let timeMs = -Infinity;
    for (const lane of this.all.values()) {
      if (lane.waitsFor?.includes(name) !== true) continue;
      lane.waitsFor = lane.waitsFor.filter((other) => other !== name);
      timeMs = Math.max(timeMs, lane.timeMs);
    }
    const lane: Lane = { position: null, timeMs, waitsFor: undefined, passedMs: undefined };
    this.all.set(name, lane);
    return lane;
  }

  /** Files where a batch left its lane; its records must have been taken. */
  file(lane: Lane, batch: Pick<LiveBatch, 'position' | 'ends' | 'forgets'>): void {
    lane.position = batch.position;
    lane.passedMs = undefined;
    for (const name of batch.forgets ?? []) this.all.delete(name);
    if (batch.ends !== undefined) lane.waitsFor = batch.ends.children.filter((child) => !this.all.has(child));
  }

  /** Release up to which everything is read; -Infinity while a lane has not told. */
  walkableMs(): number {
    let walkable = Infinity;
    for (const { timeMs, waitsFor, passedMs } of this.all.values()) {
      if (passedMs !== undefined || waitsFor?.length === 0) continue;
      walkable = Math.min(walkable, timeMs);
    }
    return walkable === Infinity ? -Infinity : walkable;
  }
}

/** The last tick at or before an arrival. */
export function tickBefore(arrivalMs: number): number {
  return Math.floor(arrivalMs / tickLengthMs) * tickLengthMs;
}
