/** Records of text: a line each; the first ones wait until the format is recognised. */
import { isUtf8 } from 'node:buffer';
import type { Decoder, RawRecord } from '#contract';
import { headRecords, reasons, recordLimitBytes } from './framing.ts';
import type { LineSink } from './framing-lines.ts';
import { recogniseLines } from './recognise.ts';
import type { Router } from './routing.ts';
import type { StreamOptions } from './stream.ts';

/** `noteBadBytes` is told of each line that is no UTF-8 and was read nevertheless. */
export function textLines({ file, settings }: StreamOptions, routes: Router, named: Decoder | undefined, noteBadBytes: () => void): LineSink & { end(): void } {
  let line = 0;
  let decoder = named;
  let waiting: RawRecord[] = [];

  const decide = (): void => {
    if (decoder !== undefined) return;
    decoder = recogniseLines(waiting, settings);
    for (const record of waiting) routes.decodeBy(decoder, record);
    waiting = [];
  };

  const take = (text: string): void => {
    const record: RawRecord = { text, origin: { file, line } };
    if (decoder !== undefined) routes.decodeBy(decoder, record);
    else if (waiting.push(record) >= headRecords) decide();
  };

  return {
    block(bytes, start, end) {
      const isClean = isUtf8(bytes.subarray(start, end));
      const holdsNul = bytes.subarray(start, end).includes(0);
      for (let at = start; at < end; ) {
        const found = bytes.indexOf(0x0a, at);
        const next = found < 0 || found >= end ? end : found + 1;
        let last = next;
        if (bytes[last - 1] === 0x0a) last--;
        if (last > at && bytes[last - 1] === 0x0d) last--;
        line++;
        const own = bytes.subarray(at, last);
        if (next - at > recordLimitBytes) routes.unreadable(reasons.tooLong, { file, line }, own.toString('utf8', 0, 400));
        else if (holdsNul && own.includes(0)) routes.unreadable(reasons.holdsNul, { file, line }, own.toString('utf8', 0, 400));
        else {
          if (!isClean && !isUtf8(own)) noteBadBytes();
          const text = own.toString();
          if (text.trim() !== '') take(text);
        }
        at = next;
      }
    },
    tooLong(beginning) {
      line++;
      routes.unreadable(reasons.tooLong, { file, line }, beginning);
    },
    end: decide,
  };
}

