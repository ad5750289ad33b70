/**
 * Which events of a log group are new. FilterLogEvents finds events by their own time, and they arrive late and out of
 * order; so a group is looked at again and again, and each event is known by when it was ingested.
 *
 * Near events were ingested within `windowMs` of their own time; every look covers them. Far ones were ingested later;
 * a sweep over `lookBackMs` finds them now and then. For each kind a mark says up to which ingestion time all were given.
 * What became visible only after the mark had passed it is found within `overlapMs`, where every event that was given
 * is remembered. The window grows to what a sweep found, and halves where a sweep found nothing far.
 */
import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '#contract';

/** What is asked of an event. */
export interface Dated {
  eventId?: string | undefined;
  timestamp?: number | undefined;
  ingestionTime?: number | undefined;
}

export interface WindowSettings {
  lookBackMs: number;
  sweepMs: number;
  /** Events that are remembered at most; the overlap becomes shorter where there are more. */
  remembered: number;
}

/** One look at the group. */
interface Look {
  isSweep: boolean;
  /** Events ingested after it wait for the next look. */
  untilMs: number;
  /** Event time up to which the look has come. */
  atMs: number;
  /** Hashes of what was given of exactly that time. */
  atIds: string[];
}

/** An event may be visible so much later than others of its ingestion time. Above `settleMs` a margin of a minute. */
const overlapMs = 60_000;
/** Smallest window: agents send every few seconds. */
const leastWindowMs = 60_000;
/** Clocks of those who log may be ahead by so much without being far. */
const aheadMs = 60_000;
/** PutLogEvents takes events up to two hours in the future. */
const futureMs = 7_200_000;
/** Events of one millisecond that a look can go on behind. */
const mostAtOnce = 1_000;

export class IngestWindow {
  private readonly settings: WindowSettings;
  /** All near events ingested up to here were given; likewise far ones. */
  private nearMs: number;
  private farMs: number;
  /** Below these, what is not remembered counts as given. */
  private nearFloorMs: number;
  private farFloorMs: number;
  /** Ingestion times up to which something of the present look was forgotten: floors once it ends. */
  private nearForgottenMs = 0;
  private farForgottenMs = 0;
  private windowMs = leastWindowMs;
  /** What was given above the floors: hash to ingestion time and kind. */
  private readonly given = new Map<string, { ingestedMs: number; isFar: boolean }>();
  private look: Look | undefined;
  private hasSwept = false;
  private greatestDelayMs = 0;
  private completeMs: number;

  /** `position` is one that `position()` gave, or anything: then it begins with what is ingested after `startMs`. */
  constructor(position: JsonValue | undefined, startMs: number, settings: WindowSettings) {
    this.settings = settings;
    this.nearMs = this.farMs = this.nearFloorMs = this.farFloorMs = this.completeMs = startMs;
    if (typeof position === 'object' && position !== null && !Array.isArray(position)) this.restore(position);
  }

  /** Begins a look, or goes on with one: the span of event time to read. */
  begin(nowMs: number): { fromMs: number; toMs: number } {
    if (this.look === undefined) {
      const isSweep = !this.hasSwept || nowMs - this.farMs >= this.settings.sweepMs;
      const nearFromMs = this.nearFloorMs - this.windowMs;
      const fromMs = isSweep ? Math.min(nearFromMs, this.farFloorMs - this.settings.lookBackMs) : nearFromMs;
      // The carrier's clock never goes back for us.
      this.look = { isSweep, untilMs: Math.max(nowMs, this.nearMs), atMs: fromMs, atIds: [] };
    }
    const { isSweep, untilMs, atMs } = this.look;
    return { fromMs: Math.max(0, atMs), toMs: untilMs + (isSweep ? futureMs : aheadMs) + 1 };
  }

  /** Those of a page that are new, in its order. */
  take<T extends Dated>(events: readonly T[]): T[] {
    const { look } = this;
    if (look === undefined) return [];
    const fresh: T[] = [];
    for (const event of events) {
      const { timestamp = 0, ingestionTime = timestamp, eventId = '' } = event;
      const id = hash('sha1', eventId, 'base64url').slice(0, 8);
      if (timestamp > look.atMs) {
        look.atMs = timestamp;
        look.atIds.length = 0;
      }
      const delayMs = ingestionTime - timestamp;
      const isFar = delayMs >= this.windowMs || delayMs < -aheadMs;
      if (ingestionTime > look.untilMs || (isFar && !look.isSweep)) continue;
      // What was given long ago tells of delays as well.
      this.greatestDelayMs = Math.max(this.greatestDelayMs, delayMs);
      if (ingestionTime <= (isFar ? this.farFloorMs : this.nearFloorMs)) continue;
      if (this.given.has(id) || look.atIds.includes(id)) continue;
      if (timestamp === look.atMs && look.atIds.length < mostAtOnce) look.atIds.push(id);
      if (ingestionTime > look.untilMs - overlapMs) this.given.set(id, { ingestedMs: ingestionTime, isFar });
      fresh.push(event);
    }
    this.bound();
    this.complete(Math.min(look.untilMs, look.atMs - aheadMs));
    return fresh;
  }

  /** The look came to its end. */
  finish(): void {
    const { look } = this;
    if (look === undefined) return;
    this.nearMs = look.untilMs;
    this.nearFloorMs = Math.max(this.nearFloorMs, look.untilMs - overlapMs, this.nearForgottenMs);
    if (look.isSweep) {
      this.hasSwept = true;
      this.farMs = look.untilMs;
      this.farFloorMs = Math.max(this.farFloorMs, look.untilMs - overlapMs, this.farForgottenMs);
      // Both kinds are given up to the same instant: only here may an event change its kind.
      this.nearFloorMs = this.farFloorMs = Math.max(this.nearFloorMs, this.farFloorMs);
      const neededMs = Math.ceil((this.greatestDelayMs * 1.5) / 1_000) * 1_000;
      this.windowMs = Math.max(leastWindowMs, Math.min(Math.max(neededMs, this.windowMs / 2), this.settings.lookBackMs));
      this.greatestDelayMs = 0;
    }
    for (const [id, { ingestedMs, isFar }] of this.given) {
      if (ingestedMs <= (isFar ? this.farFloorMs : this.nearFloorMs)) this.given.delete(id);
    }
    this.look = undefined;
    this.complete(this.nearMs);
  }

  /** Everything near that was ingested before was given. */
  get completeToMs(): number {
    return this.completeMs;
  }

  position(): JsonObject {
    const given: Record<string, string> = {};
    for (const [id, { ingestedMs, isFar }] of this.given) {
      // Events of one request to PutLogEvents share their ingestion time.
      const key = `${isFar ? 'far' : 'near'}${ingestedMs}`;
      given[key] = (given[key] ?? '') + id;
    }
    const { nearMs, farMs, nearFloorMs, farFloorMs, nearForgottenMs, farForgottenMs, windowMs, completeMs, hasSwept, look } = this;
    const marks = { nearMs, farMs, nearFloorMs, farFloorMs, nearForgottenMs, farForgottenMs, windowMs, completeMs, hasSwept };
    return { ...marks, given, ...(look === undefined ? {} : { look: { ...look, atIds: look.atIds.join('') } }) };
  }

  /** Looks need not come more often: a long window is read again and again, and its events are late anyway. */
  get restMs(): number {
    return this.windowMs / 12;
  }

  private complete(ms: number): void {
    this.completeMs = Math.max(this.completeMs, ms);
  }

  /** The oldest by ingestion go, and what was ingested with them counts as given: at once where all of it was, else after this look. */
  private bound(): void {
    const { remembered } = this.settings;
    if (this.given.size <= remembered) return;
    const byAge = [...this.given].sort((left, right) => left[1].ingestedMs - right[1].ingestedMs);
    // A quarter at once, so that this is not done for every page.
    for (const [id, { ingestedMs, isFar }] of byAge.slice(0, this.given.size - Math.ceil(remembered * 0.75))) {
      this.given.delete(id);
      if (isFar) {
        if (ingestedMs <= this.farMs) this.farFloorMs = Math.max(this.farFloorMs, ingestedMs);
        else this.farForgottenMs = Math.max(this.farForgottenMs, ingestedMs);
      } else if (ingestedMs <= this.nearMs) this.nearFloorMs = Math.max(this.nearFloorMs, ingestedMs);
      else this.nearForgottenMs = Math.max(this.nearForgottenMs, ingestedMs);
    }
  }

  private restore(saved: JsonObject): void {
    const number = (key: string, otherwise: number): number => {
      const value = saved[key];
      return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
    };
    this.nearMs = number('nearMs', this.nearMs);
    this.farMs = number('farMs', this.nearMs);
    this.nearFloorMs = number('nearFloorMs', this.nearMs);
    this.farFloorMs = number('farFloorMs', this.farMs);
    this.nearForgottenMs = number('nearForgottenMs', 0);
    this.farForgottenMs = number('farForgottenMs', 0);
    this.windowMs = number('windowMs', this.windowMs);
    this.completeMs = number('completeMs', this.nearMs);
    this.hasSwept = saved.hasSwept === true;
    const { given, look } = saved;
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
      for (const [key, ids] of Object.entries(given)) {
        const found = /^(near|far)(\d+)$/.exec(key);
        if (found === null || typeof ids !== 'string') continue;
        for (const id of eights(ids)) this.given.set(id, { ingestedMs: Number(found[2]), isFar: found[1] === 'far' });
      }
    }
    if (typeof look === 'object' && look !== null && !Array.isArray(look) && typeof look.untilMs === 'number' && typeof look.atMs === 'number') {
      this.look = { isSweep: look.isSweep === true, untilMs: look.untilMs, atMs: look.atMs, atIds: eights(typeof look.atIds === 'string' ? look.atIds : '') };
    }
  }
}

function eights(text: string): string[] {
  return text.match(/.{8}/g) ?? [];
}
