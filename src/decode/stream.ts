/** One stream of bytes, from chunks to events: framing, recognition, decoding. Total: never throws on input. */
import { type DecodeSettings, type Decoder, type FileReading, type Intake, type JsonValue, type Origin } from '#contract';
import { decoderNamed, plainText } from './formats.ts';
import { firstLines, framingOf, headBytes, reasons, whyNotText, type Framing, type JsonSink, type Place } from './framing.ts';
import { jsonLines } from './framing-json-lines.ts';
import { jsonScanner } from './framing-json-scan.ts';
import { lineSplitter } from './framing-lines.ts';
import { parsed } from './envelope.ts';
import { createFireLensScan, type FireLensScan } from './log/firelens-scan.ts';
import { fireLens, type FireLensRun } from './log/firelens.ts';
import { firstTimeIn } from './plain-text.ts';
import { isOwnJsonLog } from './recognise.ts';
import { router, type Router } from './routing.ts';
import { tallyOf } from './reading.ts';
import { textLines } from './text-lines.ts';

export interface StreamOptions {
  /** How the file is called in positions and messages. */
  file: string;
  /** Decoder id, where the user named one. */
  format?: string;
  settings: DecodeSettings;
  intake: Intake;
  /** Told of each event's origin and key as it is taken, for `fargazer why`; absent in ordinary runs. */
  watch?: (origin: Origin, event: unknown) => void;
}

export interface DecodeStream {
  /** The bytes are used during the call only. */
  write(chunk: Buffer): void;
  /** The end of the file; whatever is pending is decoded or reported as cut off. */
  end(): void;
  /** `bytes` is left to the source. */
  readonly reading: FileReading;
}

/** What takes the bytes once the framing is decided. */
interface Framer {
  write(chunk: Buffer): void;
  end(): void;
}

/** Throws `FargazerError('format-unknown')` for a format that does not exist; on input it never throws. */
export function openStream(options: StreamOptions): DecodeStream {
  const tally = tallyOf(options.file);
  const { reading } = tally;
  const named = options.format === undefined ? undefined : decoderNamed(options.format);
  const routes = router(options, tally, named);
  let badRecords = 0;
  const noteBadBytes = (): void => {
    badRecords++;
  };

  let head: Buffer[] = [];
  let headLength = 0;
  let framer: Framer | undefined;

  const start = (isWhole: boolean): void => {
    const bytes = withoutMark(head.length === 1 ? (head[0] as Buffer) : Buffer.concat(head));
    head = [];
    const first = bytes.subarray(0, headBytes);
    const why = whyNotText(first);
    if (why !== undefined) {
      routes.unreadable(why, { file: options.file }, '');
      framer = { write: () => undefined, end: () => undefined };
      return;
    }
    const framing = framingFor(named, framingOf(first, isWhole));
    const isOwnLog = framing === 'json-lines' && named === undefined && isOwnJsonLog(firstLines(first, isWhole));
    if (framing === 'lines' || isOwnLog) routes.tellFirstTime(firstTimeIn(firstLines(first, isWhole)));
    framer = framers[framing]({ options, routes, named, noteBadBytes, reading, isOwnLog });
    framer.write(bytes);
  };

  return {
    reading,
    write(chunk) {
      if (framer !== undefined) {
        framer.write(chunk);
        return;
      }
      head.push(Buffer.from(chunk));
      headLength += chunk.length;
      // Three more for the byte order mark, so that the head does not depend on how the chunks were cut.
      if (headLength >= headBytes + 3) start(false);
    },
    end() {
      if (framer === undefined && headLength > 0) start(true);
      if (headLength === 0) reading.notes.push('The file is empty.');
      framer?.end();
      reading.notes.push(...routes.notes());
      if (badRecords > 0) {
        const records = badRecords === 1 ? '1 record holds' : `${badRecords} records hold`;
        reading.notes.push(`${records} bytes that are not UTF-8; they were replaced by U+FFFD and read.`);
      }
    },
  };
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** A named format has the last word, where it has one. */
function framingFor(named: Decoder | undefined, found: Framing): Framing {
  if (named === undefined) return found;
  if (named.framing === 'json') return found === 'lines' ? 'json-lines' : found;
  return named.accepts === undefined ? 'lines' : found;
}

interface Framed {
  options: StreamOptions;
  routes: Router;
  named: Decoder | undefined;
  noteBadBytes: () => void;
  reading: FileReading;
  /** A program's own log, in which JSON and text may take turns. */
  isOwnLog: boolean;
}

type OpenFramer = (framed: Framed) => Framer;

const framers: Readonly<Record<Framing, OpenFramer>> = {
  lines({ options, routes, named, noteBadBytes }) {
    const lines = textLines(options, routes, named, noteBadBytes);
    const splitter = lineSplitter(lines);
    return {
      write: splitter.write,
      end() {
        splitter.end();
        lines.end();
      },
    };
  },

  'json-lines'({ options: { file, intake, watch }, routes, noteBadBytes, reading, isOwnLog }) {
    let scan: FireLensScan | undefined;
    const sink = jsonSink(routes, (place) => (place.isOwnLine ? { file, line: place.line } : { file, line: place.line, record: place.record }), noteBadBytes);
    const lines = jsonLines({
      ...sink,
      whole(text, line, hasBadBytes) {
        const value = parsed(text);
        if (value === undefined) return false;
        if (hasBadBytes) noteBadBytes();
        routes.value({ text, value, origin: { file, line } });
        return true;
      },
      text(text, line) {
        if (isOwnLog) routes.decodeBy(plainText, { text, origin: { file, line } });
        return isOwnLog;
      },
      isLineByLine: () => isOwnLog || routes.openRun(fireLens) !== undefined,
      takeBlock({ bytes, start, firstLine, takeLine }) {
        // Whoever watches wants to hear of each event; both ways give the same ones.
        const run = routes.openRun(fireLens);
        if (watch !== undefined || run === undefined) return undefined;
        scan ??= createFireLensScan({ intake, run: run as FireLensRun, file });
        const { lines, recognised } = scan.scanChunk(bytes, start, firstLine, (from, to, line) => {
          routes.forget();
          takeLine(from, to, line);
          return routes.decoded;
        });
        if (recognised > 0) {
          reading.records += recognised;
          reading.events += recognised;
          reading.formats[fireLens.id] = (reading.formats[fireLens.id] ?? 0) + recognised;
        }
        return lines;
      },
    });
    const splitter = lineSplitter(lines);
    return {
      write: splitter.write,
      end() {
        splitter.end();
        lines.end();
      },
    };
  },

  'json-stream'({ options: { file }, routes, noteBadBytes }) {
    const sink = jsonSink(routes, (place) => (place.isOwnLine ? { file, line: place.line } : { file, record: place.record }), noteBadBytes);
    let record = 0;
    const scanner = jsonScanner(sink, { line: 1, nextRecord: () => record++, takesApart: true });
    return { write: (chunk) => scanner.feed(chunk, 0, chunk.length), end: () => scanner.end() };
  },
};

/** Parses what the framers cut out; a value that is none is unreadable. */
function jsonSink(routes: Router, originOf: (place: Place) => Origin, noteBadBytes: () => void): JsonSink {
  return {
    value(text, place, hasBadBytes) {
      const value: JsonValue | undefined = parsed(text);
      if (hasBadBytes) noteBadBytes();
      if (value === undefined) routes.unreadable(reasons.notJson, originOf(place), text);
      else routes.value({ text, value, origin: originOf(place) });
    },
    broken(reason, place, beginning) {
      routes.unreadable(reason, originOf(place), beginning);
    },
  };
}
