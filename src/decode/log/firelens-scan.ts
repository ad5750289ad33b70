/**
 * The fast path for FireLens: counts a line whose task and kind are known without parsing it.
 *
 * A line is a frame (all bytes but the values of its time and `log`, the same in every line of a container) and
 * those two values. A frame is learned from a line that went the slow way; the kind of a text by its shape.
 * What is not recognised goes the slow way; both ways give the same events.
 */
import type { FargazerEvent, Intake } from '#contract';
import { suspicions, suspicionsOf } from '../mask-suspect.ts';
import { SlotTable } from '../slot-table.ts';
import { type LineKind, lineKind } from '../template.ts';
import { shape, takeShape } from '../template-shape.ts';
import { type Field, endOfText, fieldsOfLine, readTime, time, timeField } from './firelens-line.ts';
import { type FireLensRun, fireLensEvent } from './firelens.ts';
import { CountingTable } from './counting-table.ts';
import { type Constant, type Container, keptLimit, ScannedLine } from './scanned-line.ts';

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

interface Frame extends Container {
  serial: number;
}

/** Beyond these the slow way is taken again, or the oldest in a slot is learned anew. */
const layoutLimit = 4;
const frameSlots = 8_192;
const cellSlots = 32_768;
const minute = 60_000;

export function createFireLensScan({ intake, run, file }: ScanSettings): FireLensScan {
  const layouts: Layout[] = [];
  const frames = new SlotTable<Frame>(frameSlots);
  /** Kinds of lines by frame, and the events they are counted on. */
  const cells = new CountingTable(cellSlots);
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
  /** Of the chunk looked at. */
  let view: DataView = new DataView(new ArrayBuffer(0));
  let viewed: Buffer | undefined;

  /** Words are read through a view: one load each, where four bytes would be four. */
  function look(chunk: Buffer): void {
    if (viewed === chunk) return;
    viewed = chunk;
    view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  }

  /** Eight bytes a step in two lanes, so that one need not wait for the other; the length goes in, so that parts cannot be shifted against each other. */
  function hashPart(start: number, end: number): void {
    let a = high;
    let b = low ^ (end - start);
    let c = a ^ 0x165667b1;
    let d = b ^ 0x27220a95;
    let index = start;
    for (const last = end - 7; index < last; index += 8) {
      const one = view.getInt32(index, true);
      const two = view.getInt32(index + 4, true);
      a = Math.imul(a ^ one, 0x85ebca6b);
      b = Math.imul(b + one, 0x9e3779b1);
      c = Math.imul(c ^ two, 0xc2b2ae35);
      d = Math.imul(d + two, 0x27d4eb2f);
      a ^= a >>> 15;
      b ^= b >>> 13;
      c ^= c >>> 15;
      d ^= d >>> 13;
    }
    for (; index < end; index += 1) {
      const byte = view.getUint8(index);
      a = Math.imul(a ^ byte, 0xc2b2ae35);
      a ^= a >>> 15;
      b = Math.imul(b + byte, 0x27d4eb2f);
      b ^= b >>> 13;
    }
    a = Math.imul(a ^ c, 0x85ebca6b);
    b = Math.imul(b + d, 0x9e3779b1);
    high = a ^ (a >>> 15);
    low = b ^ (b >>> 13);
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
    look(chunk);
    high = 0x6a09e667;
    low = 0x3c6ef372;
    hashPart(start, firstAt);
    hashPart(firstEnd, secondAt);
    hashPart(secondEnd, end);
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
    const { timeMs } = time;
    run.lastTimeMs = timeMs;
    if (generation !== intake.generation || cells.held > cellSlots) forgetEvents();
    let slot = cells.find(cellHigh, cellLow);
    if (slot >= 0 && isCounted(timeMs) && cells.count(slot, timeMs)) return true;
    kind ??= cells.kindAt(slot) ?? kindOfText(chunk, logAt, logEnd);
    if (kind === undefined) return false;
    const made = end - start <= keptLimit
      ? new ScannedLine(chunk, firstAt, firstEnd, secondAt, secondEnd, frame, file, line, time, kind)
      : fireLensEvent(chunk.toString('utf8', start, end), { file, line }, time, frame.subject, kind, frame.suspected | suspicionsOf(chunk, logAt, logEnd));
    const standing = intake.take(made);
    if (slot < 0) slot = cells.set(cellHigh, cellLow, kind);
    // What was taken belongs to the generation after the call: what stood before is let go with the next line.
    if (generation === intake.generation && standing.kind === 'log') cells.hold(slot, standing, (Math.floor(timeMs / minute) + 1) * minute);
    return true;
  }

  /** What may be late or ahead of its time is for the intake to judge, line by line; the bounds move while lines are read. */
  function isCounted(timeMs: number): boolean {
    return !(timeMs < (intake.countFromMs ?? Number.NEGATIVE_INFINITY) || timeMs >= (intake.countToMs ?? Infinity));
  }

  /** Cells let go of the events of a generation that is over, and keep their kinds. */
  function forgetEvents(): void {
    generation = intake.generation;
    cells.forgetEvents();
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
