/**
 * Carrier records of a live source, from bytes to events. Each stands alone: nothing that one tells changes what comes
 * of another, so that neither batches nor crashes between them do.
 */
import { isUtf8 } from 'node:buffer';
import type { Decoder, DecodeSettings, FileReading, Intake, Origin, Tick } from '#contract';
import { decoderNamed } from './formats.ts';
import { beginsAsJson, isSpace } from './framing.ts';
import { isAggregated, takeApart } from './kpl.ts';
import { createFireLensScan } from './log/firelens-scan.ts';
import { fireLens, openFireLens } from './log/firelens.ts';
import { tallyOf } from './reading.ts';
import { recordContent, type RecordContent } from './record-content.ts';
import { tickIn } from './tick.ts';
import { unpackLimitBytes, unpackRecord, type Allowance } from './unpack-record.ts';

export interface RecordOptions {
  /** Source and lane, as positions call them. */
  file: string;
  intake: Intake;
  settings: DecodeSettings;
  /** Decoder id, where the user named one. `openRecords` throws `format-unknown` where there is none of that name. */
  format?: string;
  /** Told of each event and its origin as it is taken; absent in ordinary runs, which are faster. */
  watch?: (origin: Origin, event: unknown) => void;
}

export interface RecordReader {
  /**
   * One record as the carrier gave it: packed, aggregated, wrapped or plain. Its events go to the intake; a tick is none
   * and is given back. `arrivalMs` is the time of what tells none. The bytes are used during the call only. Never throws
   * on input.
   */
  take(content: Buffer, place: string, arrivalMs: number | undefined): Tick | undefined;
  readonly reading: FileReading;
}

/** A packed KPL record of packed records has three. */
const layerLimit = 4;
/** Sentences on the records as a whole that are kept. */
const noteLimit = 20;
const badBytes = 'Some records hold bytes that are not UTF-8; they were replaced by U+FFFD and read.';

export function openRecords({ file, intake, settings, format, watch }: RecordOptions): RecordReader {
  const tally = tallyOf(file);
  const { reading } = tally;
  const named: Decoder | undefined = format === undefined ? undefined : decoderNamed(format);
  // Whoever watches wants to hear of each event; both ways give the same ones.
  const isFast = watch === undefined && (named === undefined || named === fireLens);

  let place = '';
  /** Of the line that is looked at; undefined in a record of one. */
  let line: number | undefined;

  // Frames and kinds, which it learns, are functions of lines alone; the time it keeps is asked by nobody.
  const scan = createFireLensScan({
    file,
    run: openFireLens(settings),
    intake: {
      take(event) {
        event.origin = line === undefined ? { file, eventId: place } : { file, line, eventId: place };
        return intake.take(event);
      },
      get generation() {
        return intake.generation;
      },
      get countFromMs() {
        return intake.countFromMs;
      },
      get countToMs() {
        return intake.countToMs;
      },
    },
  });

  const note = (sentence: string): void => {
    if (reading.notes.length < noteLimit && !reading.notes.includes(sentence)) reading.notes.push(sentence);
  };

  const unreadable = (reason: string, bytes: Buffer): void => {
    reading.records++;
    tally.unreadable(reason, { file, eventId: place }, bytes.toString('utf8', 0, 400));
  };

  /** Lines that are whole JSON values, FireLens the fast way; where the first other line begins, and its number. */
  const takeLines = (bytes: Buffer, content: () => RecordContent): { at: number; number: number } => {
    const end = bytes.length;
    let at = 0;
    for (let number = 1; at < end; number++) {
      const newline = bytes.indexOf(0x0a, at);
      const next = newline < 0 ? end : newline;
      line = number === 1 && newline < 0 ? undefined : number;
      let from = at;
      let to = next;
      while (from < to && isSpace(bytes[from] as number)) from++;
      while (to > from && isSpace(bytes[to - 1] as number)) to--;
      if (from < to) {
        if (scan.scanLine(bytes, from, to, number)) {
          reading.records++;
          reading.events++;
          reading.formats[fireLens.id] = (reading.formats[fireLens.id] ?? 0) + 1;
        } else {
          const events = content().wholeLine(from, to, number);
          if (events === undefined) return { at, number };
          // Only what FireLens decoded may teach the scan, which makes events of that feed alone.
          if (events[0]?.feed === 'firelens') scan.learn(bytes, from, to, events);
        }
      }
      at = next + 1;
    }
    return { at: end, number: 0 };
  };

  const takePlain = (given: Buffer, arrivalMs: number | undefined): void => {
    const bytes = trimmed(given);
    if (bytes.length === 0) {
      reading.records++;
      tally.skipped('an empty record');
      return;
    }
    let made: RecordContent | undefined;
    const content = (): RecordContent =>
      (made ??= recordContent({ file, intake, settings, watch, named, tally, place, arrivalMs, bytes, noteBadBytes: () => note(badBytes) }));
    // Without arrival a line may take its time from the one before it, which the fast way does not tell.
    const mayScan = isFast && beginsAsJson(bytes, 0, bytes.length) && isUtf8(bytes) && (arrivalMs !== undefined || !bytes.includes(0x0a));
    const { at, number } = mayScan ? takeLines(bytes, content) : { at: 0, number: 1 };
    if (at < bytes.length) content().rest(at, number);
    for (const sentence of made?.notes() ?? []) note(sentence);
  };

  const open = (bytes: Buffer, arrivalMs: number | undefined, allowance: Allowance, layers: number): void => {
    if (isAggregated(bytes)) {
      if (layers >= layerLimit) return unreadable('packed within packed: more than 4 layers are not taken off', bytes);
      const found = takeApart(bytes);
      if ('unreadable' in found) return unreadable(found.unreadable, bytes);
      const own = place;
      for (const [index, { data }] of found.records.entries()) {
        place = `${own}#${index}`;
        open(data, arrivalMs, allowance, layers + 1);
      }
      place = own;
      return;
    }
    const unpacked = unpackRecord(bytes, allowance);
    if (unpacked === undefined) return takePlain(bytes, arrivalMs);
    if (layers >= layerLimit) return unreadable('packed within packed: more than 4 layers are not taken off', bytes);
    // First, since what damage makes of lines has many reasons of its own, and the list of them is short.
    if (unpacked.reason !== undefined) unreadable(unpacked.reason, Buffer.alloc(0));
    if (unpacked.bytes.length > 0 || unpacked.reason === undefined) open(unpacked.bytes, arrivalMs, allowance, layers + 1);
  };

  return {
    reading,
    take(content, at, arrivalMs) {
      reading.bytes += content.length;
      const tick = tickIn(content, 0, content.length);
      if (tick !== undefined) return tick;
      place = at;
      open(content, arrivalMs, { bytes: unpackLimitBytes }, 0);
      return undefined;
    },
  };
}

/** Without a byte order mark and without white space at both ends. */
function trimmed(bytes: Buffer): Buffer {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start] as number)) start++;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}
