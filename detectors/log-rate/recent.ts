/** The last minutes of one task's lines: how many in a row, and which kinds it has stopped writing. */
import type { LogMinute } from '#contract';
import { shortLine } from '../line-phrase.ts';

const minuteMs = 60_000;
/** Minutes kept: what is asked for in a row at most. */
const minuteLimit = 10;
/** Kinds kept, those written in most minutes: as many as may have a rate series of their own, and some to choose from. */
const kindLimit = 24;
const textLimit = 60;

/** A kind this task writes: in how many minutes, when last, and its text for sentences. */
export type Written = [templateId: string, minutes: number, lastMs: number, text: string];

export interface Recent {
  /** Start of the last minute known; minutes that nobody tells of break the row. */
  lastMs: number;
  /** Start of the first minute of the row. */
  sinceMs: number;
  /** Start of the last minute of the row with a line; of the minute before the row where it has none. */
  heardMs: number;
  /** Lines of the last minutes of the row, oldest first. */
  lines: number[];
  written: Written[];
}

export function createRecent(): Recent {
  return { lastMs: 0, sinceMs: 0, heardMs: 0, lines: [], written: [] };
}

function isNext({ lastMs }: Recent, atMs: number): boolean {
  return atMs - lastMs === minuteMs;
}

export function noteRecent(recent: Recent, { minuteMs: atMs, lines, kinds, templates }: LogMinute): void {
  // An older minute (a second feed, a late file) tells nothing of the row.
  if (atMs <= recent.lastMs) return;
  if (!isNext(recent, atMs)) {
    recent.lines = [];
    recent.sinceMs = atMs;
    recent.heardMs = atMs - minuteMs;
  }
  if (lines > 0) recent.heardMs = atMs;
  recent.lastMs = atMs;
  recent.lines.push(lines);
  if (recent.lines.length > minuteLimit) recent.lines.shift();
  const { written } = recent;
  for (const id of kinds.keys()) {
    const known = written.find(([other]) => other === id);
    if (known !== undefined) {
      known[1] += 1;
      known[2] = atMs;
      continue;
    }
    const entry: Written = [id, 1, atMs, ''];
    if (written.length < kindLimit) written.push(entry);
    else {
      // Once is nothing to be missed; of such the oldest goes.
      let at = 0;
      for (let other = 1; other < written.length; other += 1) {
        const [, minutes, lastMs] = written[other]!;
        if (minutes < written[at]![1] || (minutes === written[at]![1] && lastMs < written[at]![2])) at = other;
      }
      if (written[at]![1] > 1 || written[at]![2] === atMs) continue;
      written[at] = entry;
    }
    entry[3] = shortLine(templates.get(id) ?? '', textLimit);
  }
}

/** Lines of the minutes before `atMs` in one row with it, the latest first; at most ten. */
export function before(recent: Recent, atMs: number): number[] {
  return isNext(recent, atMs) ? recent.lines.toReversed() : [];
}

/** Kinds that this task wrote, and not in the last `minutes` minutes up to this one, all of them known. */
export function missing(recent: Recent, { minuteMs: atMs, kinds }: LogMinute, minutes: number): Written[] {
  if (!isNext(recent, atMs) || atMs - recent.sinceMs < minutes * minuteMs) return [];
  return recent.written.filter(([id, , lastMs]) => !kinds.has(id) && atMs - lastMs >= minutes * minuteMs);
}
