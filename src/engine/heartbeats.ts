/** Heartbeats of one service's sidecars: each said within what time it is heard again, and is missed where its task lives on without it. */
import { keepOpenMs } from './coverage-habit.ts';
import { minuteLengthMs } from './order.ts';

interface Beat {
  lastMinute: number;
  firstMinute: number;
  withinMinutes: number;
  count: number;
  isMissed: boolean;
}

export interface MissedBeat {
  silentMinutes: number;
  everyMinutes: number;
  beat: { minutes: number; firstMinute: number; lastMinute: number };
}

export type PackedBeats = [task: string, Beat][];

/** One that is late may be on its way, and a task that ends takes two minutes for it. */
const leastMissedMinutes = 5;
/** Beats that may be missing: a stream that is throttled loses some in a row. */
const mostMissing = 3;
/** More than an hour after the last one nobody looks at that task any more. */
const forgottenMinutes = 60;
/** Tasks of a service that are remembered; of more those heard last. */
const taskLimit = 1_000;

export class Heartbeats {
  readonly #beats: Map<string, Beat>;

  constructor(packed: PackedBeats = []) {
    this.#beats = new Map(packed);
  }

  hear(task: string, minute: number, withinMs: number): void {
    const known = this.#beats.get(task);
    // The last to be heard stand last.
    this.#beats.delete(task);
    this.#beats.set(task, {
      firstMinute: known?.firstMinute ?? minute,
      lastMinute: Math.max(minute, known?.lastMinute ?? minute),
      withinMinutes: Math.max(1, Math.ceil(withinMs / minuteLengthMs)),
      count: (known?.count ?? 0) + 1,
      isMissed: known !== undefined && minute <= known.lastMinute && known.isMissed,
    });
    if (this.#beats.size > taskLimit) this.#beats.delete(this.#beats.keys().next().value!);
  }

  /** The task was heard by another feed in a minute: what is to be told of its sidecar, at the silence's beginning and then at even distances. */
  missed(task: string, minute: number): MissedBeat | undefined {
    const beat = this.#beats.get(task);
    if (beat === undefined) return undefined;
    const { lastMinute, firstMinute, withinMinutes, count } = beat;
    const silentMinutes = minute - lastMinute;
    if (silentMinutes < Math.max(leastMissedMinutes, mostMissing * withinMinutes)) return undefined;
    if (silentMinutes > forgottenMinutes) {
      this.#beats.delete(task);
      return undefined;
    }
    if (beat.isMissed && silentMinutes % (keepOpenMs / minuteLengthMs) !== 0) return undefined;
    beat.isMissed = true;
    return { silentMinutes, everyMinutes: withinMinutes, beat: { minutes: count, firstMinute, lastMinute } };
  }

  pack(): PackedBeats {
    return [...this.#beats];
  }
}
