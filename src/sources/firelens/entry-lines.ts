/** From measured MessagePack values to queued lines: decoded by the library, all of a chunk at once while there is room. */
import type { Inbox } from './inbox.ts';
import { isRecord, type LineWriter, type Tag } from './line.ts';
import { decoder } from './message-pack.ts';

/** A list of entries within a list of entries is as deep as a body goes. */
const listDepth = 2;
/** Between two looks at how full the queue is: entries of three bytes become lines of hundreds. */
const sliceEntries = 256;
const blockBytes = 262_144;
/** Of one message or body: after so many values that are no entries, the rest is none either, and not worth the time. */
const brokenLimit = 1_000;

export class EntryLines {
  /** Of what came something was an entry, or was left out unread. */
  isReadable = false;
  /** Of the entries to come. */
  tag: Tag;
  readonly #inbox: Inbox;
  readonly #lines: LineWriter;
  #broken = 0;
  #brokenSinceBegin = 0;

  constructor(inbox: Inbox, lines: LineWriter, tag: Tag) {
    this.#inbox = inbox;
    this.#lines = lines;
    this.tag = tag;
  }

  /** A message or body begins. */
  begin(): void {
    this.#brokenSinceBegin = 0;
  }

  /** What comes is no log router's. */
  get isHopeless(): boolean {
    return this.#brokenSinceBegin + this.#broken > brokenLimit;
  }

  /** Records of whatever each value holds: an entry `[time, record]`, a record, or a list of these. */
  add(bytes: Buffer, start: number, ends: readonly number[]): void {
    let from = start;
    for (let index = 0; index < ends.length && !this.isHopeless; index += sliceEntries) {
      const slice = ends.length <= sliceEntries ? ends : ends.slice(index, index + sliceEntries);
      if (this.#inbox.isRoomy) this.#all(bytes, from, slice);
      else this.#each(bytes, from, slice, () => this.#inbox.keeps());
      from = slice.at(-1)!;
      if (this.#lines.bytes > blockBytes) this.flush();
    }
  }

  /** An entry whose time and record came apart. */
  entry(time: unknown, record: unknown, entryBytes: number): void {
    if (this.#inbox.keeps()) this.#line(time, record, entryBytes);
  }

  /** Queues what was added. */
  flush(): void {
    const { lines, cut } = this.#lines;
    if (lines > 0) this.#inbox.put(this.#lines.take(), lines);
    if (cut > 0) this.#inbox.lose('were longer than a mebibyte and are known by their beginnings', cut);
    if (this.#broken > 0) this.#inbox.lose('could not be read: they are no entries of a log router', this.#broken);
    this.#brokenSinceBegin += this.#broken;
    this.#broken = 0;
  }

  #all(bytes: Buffer, start: number, ends: readonly number[]): void {
    let done = 0;
    let from = start;
    try {
      // Views of a plain array of bytes are made in half the time.
      for (const value of decoder.decodeMulti(new Uint8Array(bytes.buffer, bytes.byteOffset + start, ends.at(-1)! - start))) {
        const end = ends[done]!;
        const valueBytes = end - from;
        done += 1;
        from = end;
        this.#value(value, valueBytes, 0);
      }
    } catch {
      // What was measured whole fails rarely: the one is left out, the others are taken by themselves.
      this.#each(bytes, from, ends.slice(done), () => true);
    }
  }

  #each(bytes: Buffer, start: number, ends: readonly number[], keeps: () => boolean): void {
    let from = start;
    for (const end of ends) {
      if (!keeps()) this.isReadable = true;
      else {
        try {
          this.#value(decoder.decode(bytes.subarray(from, end)), end - from, 0);
        } catch {
          this.#broken += 1;
        }
      }
      from = end;
    }
  }

  #value(value: unknown, valueBytes: number, depth: number): void {
    if (Array.isArray(value)) {
      const [time, record] = value as unknown[];
      // `[time, record]`, whatever the time; a list of records has one in the first place too.
      if (value.length >= 2 && isRecord(record) && !isRecord(time)) return this.#line(time, record, valueBytes);
      if (depth < listDepth) {
        for (const item of value as unknown[]) this.#value(item, valueBytes / value.length, depth + 1);
        return;
      }
    } else if (isRecord(value)) return this.#line(undefined, value, valueBytes);
    this.#broken += 1;
  }

  #line(time: unknown, record: unknown, entryBytes: number): void {
    if (this.#lines.add(time, record, this.tag, entryBytes)) this.isReadable = true;
    else this.#broken += 1;
  }
}
