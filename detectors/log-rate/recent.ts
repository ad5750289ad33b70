/** The last minutes of one task's lines: how many in a row, and which kinds it has stopped writing. */
import type { LogMinute } from '#contract';
import { shortLine } from '../line-phrase.ts';

const minuteMs = 60_000;
/** Minutes kept: what is asked for in a row at most. */
const minuteLimit = 10;
/** Kinds kept, those written in most minutes: those of every minute are among them, and each task has a trace. */
const kindLimit = 12;
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
  /** Severe lines of the same minutes; absent in a trace of an earlier version. */
  errors?: number[];
  /** Kinds written, in four columns: id, in how many minutes, number of the last, text for sentences. */
  ids: string[];
  minutes: number[];
  last: number[];
  texts: string[];
}

export function createRecent(): Recent {
  return { lastMs: 0, sinceMs: 0, heardMs: 0, lines: [], ids: [], minutes: [], last: [], texts: [] };
}

function isNext({ lastMs }: Recent, atMs: number): boolean {
  return atMs - lastMs === minuteMs;
}

export function noteRecent(recent: Recent, observation: LogMinute): void {
  const { minuteMs: atMs, lines, errors, kinds } = observation;
  const templates = (): ReadonlyMap<string, string> => observation.templates;
  // An older minute (a second feed, a late file) tells nothing of the row.
  if (atMs <= recent.lastMs) return;
  if (!isNext(recent, atMs)) {
    recent.lines = [];
    recent.errors = [];
    recent.sinceMs = atMs;
    recent.heardMs = atMs - minuteMs;
  }
  if (lines > 0) recent.heardMs = atMs;
  recent.lastMs = atMs;
  recent.lines.push(lines);
  (recent.errors ??= []).push(errors);
  if (recent.lines.length > minuteLimit) recent.lines.shift();
  if (recent.errors.length > minuteLimit) recent.errors.shift();
  const minute = Math.floor(atMs / minuteMs);
  let known: ReadonlyMap<string, string> | undefined;
  for (const id of kinds.keys()) {
    const at = placeFor(recent, id, minute);
    if (at < 0) continue;
    if (recent.ids[at] === id) {
      recent.minutes[at]! += 1;
      recent.last[at] = minute;
      continue;
    }
    known ??= templates();
    recent.ids[at] = id;
    recent.minutes[at] = 1;
    recent.last[at] = minute;
    recent.texts[at] = textOf(known.get(id) ?? '');
  }
}

/** Tasks of a service write the same kinds: they share one text of each. */
const sharedTexts = new Map<string, string>();
const sharedLimit = 4_096;

function textOf(template: string): string {
  let text = sharedTexts.get(template);
  if (text === undefined) {
    if (sharedTexts.size >= sharedLimit) sharedTexts.clear();
    text = shortLine(template, textLimit);
    sharedTexts.set(template, text);
  }
  return text;
}

/** The place of a kind, or the one it may take; -1 where it stays out. */
function placeFor({ ids, minutes, last }: Recent, id: string, minute: number): number {
  const known = ids.indexOf(id);
  if (known >= 0 || ids.length < kindLimit) return known >= 0 ? known : ids.length;
  // Once is nothing to be missed; of such the oldest goes.
  let at = 0;
  for (let other = 1; other < ids.length; other += 1) {
    if (minutes[other]! < minutes[at]! || (minutes[other] === minutes[at] && last[other]! < last[at]!)) at = other;
  }
  return minutes[at]! > 1 || last[at] === minute ? -1 : at;
}

/** Lines of the minutes before `atMs` in one row with it, the latest first; at most ten. */
export function before(recent: Recent, atMs: number): number[] {
  return isNext(recent, atMs) ? recent.lines.toReversed() : [];
}

/** The minutes of one row with `atMs`, oldest first, of all lines or of the severe ones. */
export function rowBefore(recent: Recent, atMs: number, what: 'lines' | 'errors'): number[] {
  return isNext(recent, atMs) ? (recent[what] ?? []) : [];
}

/** Kinds that this task wrote, and not in the last `minutes` minutes up to this one, all of them known. */
export function missing(recent: Recent, { minuteMs: atMs, kinds }: LogMinute, minutes: number): Written[] {
  if (!isNext(recent, atMs) || atMs - recent.sinceMs < minutes * minuteMs) return [];
  const minute = Math.floor(atMs / minuteMs);
  return recent.ids.flatMap((id, at): Written[] =>
    !kinds.has(id) && minute - recent.last[at]! >= minutes ? [[id, recent.minutes[at]!, recent.last[at]! * minuteMs, recent.texts[at]!]] : [],
  );
}
