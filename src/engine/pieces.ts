/** Pieces: lines that the log router split, put together at the end of the minute they lie in. */
import type { JsonValue, LogRecord, Owner } from '#contract';
import type { EntityMinute, MinuteState } from './minutes.ts';
import type { Instance, Owners } from './owners.ts';

/** Makes the whole line of its pieces, in order; decoding is not the engine's. */
export type JoinPieces = (pieces: readonly LogRecord[]) => LogRecord;

/** Pieces a minute may hold open per instance; beyond, each piece is a line of its own. */
const openLimit = 1_024;

export class Pieces {
  readonly #join: JoinPieces;
  /** Not complete when their minute ended: they wait one minute more. */
  readonly #waiting = new Map<string, { instance: Instance; pieces: LogRecord[]; minute: number }>();

  constructor(join: JoinPieces) {
    this.#join = join;
  }

  add(minute: MinuteState, of: EntityMinute, row: LogRecord): void {
    const key = `${minute.feed}\u0001${of.instance.owner.key}\u0001${of.instance.container}\u0001${of.instance.id}\u0001${row.piece!.id}`;
    let group = this.#waiting.get(key);
    if (group === undefined) {
      if (this.#waiting.size >= openLimit) this.#waiting.delete(this.#waiting.keys().next().value!);
      group = { instance: of.instance, pieces: [], minute: minute.minute };
      this.#waiting.set(key, group);
    }
    if (group.pieces.length < openLimit) group.pieces.push(row);
  }

  /** Lines complete by this minute's end, and those that waited in vain for a minute; all where the input ends with it. */
  close(minute: MinuteState, isLast: boolean): { row: LogRecord; instance: Instance }[] {
    const joined: { row: LogRecord; instance: Instance }[] = [];
    for (const [key, group] of this.#waiting) {
      if (!key.startsWith(`${minute.feed}\u0001`)) continue;
      const pieces = group.pieces.sort((left, right) => left.piece!.ordinal - right.piece!.ordinal);
      const isWhole = pieces.at(-1)!.piece!.isLast && pieces.length >= pieces.at(-1)!.piece!.ordinal;
      if (!isWhole && !isLast && group.minute >= minute.minute) continue;
      this.#waiting.delete(key);
      joined.push({ row: this.#join(pieces), instance: group.instance });
    }
    return joined;
  }

  pack(): JsonValue {
    return JSON.parse(
      JSON.stringify(
        [...this.#waiting].map(([key, { instance, pieces, minute }]) => ({
          key, pieces, minute, owner: instance.owner.owner, container: instance.container, id: instance.id,
        })),
      ),
    ) as JsonValue;
  }

  unpack(packed: JsonValue, owners: Owners): void {
    for (const one of packed as unknown as Packed[]) {
      const timeMs = one.minute * 60_000;
      const instance = owners.instance(owners.of(one.owner, timeMs), one.container, one.id, timeMs);
      this.#waiting.set(one.key, { instance, pieces: one.pieces, minute: one.minute });
    }
  }
}

interface Packed {
  key: string;
  pieces: LogRecord[];
  minute: number;
  owner: Owner;
  container: string;
  id: string;
}

/** Owners of packed pieces. */
export function ownersInPieces(packed: JsonValue): Owner[] {
  return (packed as unknown as Packed[]).map(({ owner }) => owner);
}
