/**
 * The fast path for FireLens: counts a line whose task and kind are known without parsing it.
 *
 * A line is a frame (all bytes but the values of its time and `log`, the same in every line of a container) and
 * those two values. A frame is learned from a line that went the slow way; the kind of a text by its shape.
 * What is not recognised goes the slow way; both ways give the same events.
 */
import type { FargazerEvent, Intake, LogRecord, Subject } from '#contract';
import { suspicions, suspicionsOf } from '../mask-suspect.ts';
import { SlotTable } from '../slot-table.ts';
import { type LineKind, lineKind } from '../template.ts';
import { shape, takeShape } from '../template-shape.ts';
import { type Field, endOfText, fieldsOfLine, readTime, time, timeField } from './firelens-line.ts';
import { type FireLensRun, fireLensEvent } from './firelens.ts';
import { type Constant, keptLimit, ScannedLine } from './scanned-line.ts';

/** Decodes the line's bytes as any record, takes its events, and returns them. `line` counts from 1. */
export type SlowWay = (start: number, end: number, line: number) => readonly FargazerEvent[];

export interface Scanned {
  /** Offset behind the last newline: from there on the line is not complete. */
  consumed: number;
  /** Lines ended within the chunk, and how many of them were recognised: one record and one event each. */
  lines: number;
  recognised: number;
}

export interface FireLensScan {
  /** All complete lines of `chunk` from `from`; the first of them has the number `firstLine`. A final `\r` is no part of a line. */
  scanChunk(chunk: Buffer, from: number, firstLine: number, slow: SlowWay): Scanned;
  /** One line without its newline; false where it must go the slow way. */
  scanLine(chunk: Buffer, start: number, end: number, line: number): boolean;
  /** Learns the frame of a line that went the slow way. */
  learn(chunk: Buffer, start: number, end: number, events: readonly FargazerEvent[]): void;
}

export interface ScanSettings {
  intake: Intake;
  /** The run that decodes what the scan does not recognise. */
  run: FireLensRun;
  file: string;
}

/** Where the two values stand, by the bytes before them; a file has one layout, rarely two. */
interface Layout {
  isTimeFirst: boolean;
  isTimeText: boolean;
  /** From the key's quote to the value: `"date":"`, `"log":"`. */
  timeMark: Buffer;
  logMark: Buffer;
  /** Distances at which the values stood in the last line: tried before a search. */
  first: number;
  gap: number;
}

interface Frame {
  serial: number;
  subject: Subject;
  /** Text before, between and behind the two values. */
  constant: Constant;
  /** Secrets that the constant bytes might hold. Quotes part them from the text, so that none spans both. */
  suspected: number;
}

/** One kind of line of one frame, and the event it is counted on. */
interface Cell {
  kind: Readonly<LineKind>;
  event: LogRecord | undefined;
  minuteMs: number;
}

/** Beyond these the slow way is taken again, or the oldest in a slot is learned anew. */
const layoutLimit = 4;
const frameSlots = 8_192;
const cellSlots = 32_768;
const minute = 60_000;

export function createFireLensScan({ intake, run, file }: ScanSettings): FireLensScan {
  const layouts: Layout[] = [];
  const frames = new SlotTable<Frame>(frameSlots);
  const cells = new SlotTable<Cell>(cellSlots);
  /** Cells that hold an event now. */
  const counting: Cell[] = [];
  let { generation } = intake;
  let serial = 0;
  /** Of the constant bytes of the line looked at. */
  let high = 0;
  let low = 0;
  let logAt = 0;
  let logEnd = 0;
  /** Where the two values stand, in the order of the line. */
  let firstAt = 0;
  let firstEnd = 0;
  let secondAt = 0;
  let secondEnd = 0;
  let hasShape = false;

  /** Four bytes a step; the length goes in, so that parts cannot be shifted against each other. */
  function hashPart(chunk: Buffer, start: number, end: number): void {
    let a = high;
    let b = low ^ (end - start);
    let index = start;
    for (const last = end - 3; index < last; index += 4) {
      const word = chunk[index]! | (chunk[index + 1]! << 8) | (chunk[index + 2]! << 16) | (chunk[index + 3]! << 24);
      a = Math.imul(a ^ word, 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0x9e3779b1);
      b ^= b >>> 13;
    }
    for (; index < end; index += 1) {
      a = Math.imul(a ^ chunk[index]!, 0xc2b2ae35);
      a ^= a >>> 15;
      b = Math.imul(b + chunk[index]!, 0x27d4eb2f);
      b ^= b >>> 13;
    }
    high = a | 0;
    low = b | 0;
  }

  /** Where the value behind `mark` begins: at the distance it had last, else by search; -1 where it is not. */
  function find(chunk: Buffer, mark: Buffer, from: number, guess: number, end: number): number {
    const at = from + guess - mark.length;
    if (at >= from && from + guess < end && isMarkAt(chunk, mark, at)) return from + guess;
    const found = chunk.subarray(from, end).indexOf(mark);
    return found < 0 || from + found + mark.length >= end ? -1 : from + found + mark.length;
  }

  /** Takes the shape of the text; where it ends, or -1. */
  function readLog(chunk: Buffer, at: number, end: number): number {
    const closing = takeShape(chunk, at, end);
    hasShape = closing >= 0;
    return hasShape ? closing : endOfText(chunk, at, end);
  }

  /** The frame of the line under a layout, time and text read; undefined where it is not known. */
  function match(layout: Layout, chunk: Buffer, start: number, end: number): Frame | undefined {
    const { isTimeFirst, isTimeText, timeMark, logMark } = layout;
    firstAt = find(chunk, isTimeFirst ? timeMark : logMark, start, layout.first, end);
    if (firstAt < 0) return undefined;
    firstEnd = isTimeFirst ? readTime(chunk, firstAt, end, isTimeText) : readLog(chunk, firstAt, end);
    if (firstEnd < 0) return undefined;
    secondAt = find(chunk, isTimeFirst ? logMark : timeMark, firstEnd, layout.gap, end);
    if (secondAt < 0) return undefined;
    secondEnd = isTimeFirst ? readLog(chunk, secondAt, end) : readTime(chunk, secondAt, end, isTimeText);
    if (secondEnd < 0) return undefined;
    layout.first = firstAt - start;
    layout.gap = secondAt - firstEnd;
    logAt = isTimeFirst ? secondAt : firstAt;
    logEnd = isTimeFirst ? secondEnd : firstEnd;
    high = 0x6a09e667;
    low = 0x3c6ef372;
    hashPart(chunk, start, firstAt);
    hashPart(chunk, firstEnd, secondAt);
    hashPart(chunk, secondEnd, end);
    return frames.get(high, low);
  }

  function scanLine(chunk: Buffer, start: number, end: number, line: number): boolean {
    for (let index = 0; index < layouts.length; index += 1) {
      const layout = layouts[index]!;
      const frame = match(layout, chunk, start, end);
      if (frame === undefined) continue;
      if (index > 0) {
        layouts[index] = layouts[0]!;
        layouts[0] = layout;
      }
      return count(frame, chunk, start, end, line);
    }
    return false;
  }

  function count(frame: Frame, chunk: Buffer, start: number, end: number, line: number): boolean {
    let kind: Readonly<LineKind> | undefined;
    if (!hasShape) {
      kind = kindOfText(chunk, logAt, logEnd);
      if (kind === undefined) return false;
      shape.high = Number.parseInt(kind.templateId.slice(0, 8), 16) ^ (kind.severityText?.charCodeAt(0) ?? 0);
      shape.low = Number.parseInt(kind.templateId.slice(8), 16) ^ (kind.isContinuation ? 1 : 0);
    }
    const cellHigh = shape.high ^ Math.imul(frame.serial, 0x85ebca6b);
    const cellLow = (shape.low + Math.imul(frame.serial, 0x9e3779b1)) | 0;
    const { timeMs, timeNs } = time;
    run.lastTimeMs = timeMs;
    if (generation !== intake.generation || counting.length > cellSlots) forgetEvents();
    let cell = cells.get(cellHigh, cellLow);
    const event = cell?.event;
    if (cell !== undefined && event !== undefined) {
      const inMinute = timeMs - cell.minuteMs;
      const isLater = timeMs > event.timeMs || (timeMs === event.timeMs && timeNs > event.timeNs);
      if (inMinute >= 0 && inMinute < minute && isLater && !(timeMs < (intake.countFromMs ?? Number.NEGATIVE_INFINITY))) {
        event.count += 1;
        return true;
      }
    }
    kind ??= cell?.kind ?? kindOfText(chunk, logAt, logEnd);
    if (kind === undefined) return false;
    const suspected = frame.suspected | suspicionsOf(chunk, logAt, logEnd);
    const made = end - start <= keptLimit
      ? new ScannedLine(chunk, firstAt, firstEnd, secondAt, secondEnd, frame.constant, { file, line }, time, frame.subject, kind, suspected)
      : fireLensEvent(chunk.toString('utf8', start, end), { file, line }, time, frame.subject, kind, suspected);
    const standing = intake.take(made);
    const minuteMs = Math.floor(timeMs / minute) * minute;
    if (cell === undefined) {
      cell = { kind, event: undefined, minuteMs };
      cells.set(cellHigh, cellLow, cell);
    }
    // What was taken belongs to the generation after the call: what stood before is let go with the next line.
    if (generation === intake.generation && standing.kind === 'log') {
      if (cell.event === undefined) counting.push(cell);
      cell.event = standing;
      cell.minuteMs = minuteMs;
    }
    return true;
  }

  /** Cells let go of the events of a generation that is over, and keep their kinds. */
  function forgetEvents(): void {
    generation = intake.generation;
    for (const cell of counting) cell.event = undefined;
    counting.length = 0;
  }

  function learn(chunk: Buffer, start: number, end: number, events: readonly FargazerEvent[]): void {
    const event = events[0];
    if (events.length !== 1 || event === undefined || event.kind !== 'log' || event.piece !== undefined) return;
    const fields = fieldsOfLine(chunk, start, end);
    if (fields === undefined || !isPlainForm(fields)) return;
    const log = fields.find(({ key }) => key === 'log');
    const told = timeField(fields);
    if (log === undefined || told === undefined || chunk[log.valueAt] !== 0x22) return;
    const isTimeText = chunk[told.valueAt] === 0x22;
    const timeAt = told.valueAt + (isTimeText ? 1 : 0);
    if (readTime(chunk, timeAt, end, isTimeText) < 0 || time.timeMs !== event.timeMs || time.timeNs !== event.timeNs) return;
    const layout: Layout = {
      isTimeFirst: told.keyAt < log.keyAt,
      isTimeText,
      timeMark: Buffer.from(chunk.subarray(told.keyAt, timeAt)),
      logMark: Buffer.from(chunk.subarray(log.keyAt, log.valueAt + 1)),
      first: 0,
      gap: 0,
    };
    const begin = layout.isTimeFirst ? timeAt : log.valueAt + 1;
    layout.first = begin - start;
    const known = match(layout, chunk, start, end);
    // The search must have found the very fields that the structure names.
    const isSound = layout.first === begin - start && logAt === log.valueAt + 1 && logEnd === endOfText(chunk, logAt, end);
    if (!isSound) return;
    if (known === undefined) {
      serial += 1;
      const constant: Constant = [chunk.toString('utf8', start, firstAt), chunk.toString('utf8', firstEnd, secondAt), chunk.toString('utf8', secondEnd, end)];
      frames.set(high, low, { serial, subject: event.subject, constant, suspected: suspicions(constant.join('')) });
    }
    if (layouts.some((other) => isSameLayout(other, layout))) return;
    if (layouts.length >= layoutLimit) layouts.pop();
    layouts.unshift(layout);
  }

  function scanChunk(chunk: Buffer, from: number, firstLine: number, slow: SlowWay): Scanned {
    let start = from;
    let lines = 0;
    let recognised = 0;
    for (;;) {
      const newline = chunk.indexOf(10, start);
      if (newline < 0) return { consumed: start, lines, recognised };
      const end = newline > start && chunk[newline - 1] === 13 ? newline - 1 : newline;
      const line = firstLine + lines;
      if (scanLine(chunk, start, end, line)) recognised += 1;
      else learn(chunk, start, end, slow(start, end, line));
      lines += 1;
      start = newline + 1;
    }
  }

  return { scanChunk, scanLine, learn };
}

function isMarkAt(chunk: Buffer, mark: Buffer, at: number): boolean {
  for (let index = 0; index < mark.length; index += 1) if (chunk[at + index] !== mark[index]) return false;
  return true;
}

function isSameLayout(one: Layout, other: Layout): boolean {
  return one.isTimeFirst === other.isTimeFirst && one.timeMark.equals(other.timeMark) && one.logMark.equals(other.logMark);
}

/** ECS form with a whole line: neither the raw line of a container runtime nor a piece can stand in `log`. */
function isPlainForm(fields: readonly Field[]): boolean {
  const has = (name: string): boolean => fields.some(({ key }) => key === name);
  return (has('container_id') || has('ecs_task_arn')) && !has('kubernetes') && !has('partial_message');
}

/** The kind of a JSON text that has no shape, or whose shape is new. */
function kindOfText(chunk: Buffer, at: number, end: number): Readonly<LineKind> | undefined {
  try {
    return lineKind(JSON.parse(chunk.toString('utf8', at - 1, end + 1)) as string);
  } catch {
    return undefined;
  }
}
