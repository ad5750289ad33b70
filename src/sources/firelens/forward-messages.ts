/**
 * Messages of the Fluent forward protocol out of a connection's bytes, as they come: Message, Forward, PackedForward
 * and CompressedPackedForward. Nothing waits for the end of a message; only an entry that is cut is held.
 */
import { EntryLines } from './entry-lines.ts';
import type { Inbox } from './inbox.ts';
import { isRecord, LineWriter, tagOf, type KnownTask, type Tag } from './line.ts';
import { decoder, textOf } from './message-pack.ts';
import { packingOf, unpacker, type Unpacker } from './unpack.ts';
import { Values } from './values.ts';

export interface MessageSettings {
  inbox: Inbox;
  task: () => KnownTask | undefined;
  /** A message with this chunk id is queued. */
  onChunk: (chunk: string) => void;
}

type State = 'message' | 'tag' | 'second' | 'entries' | 'packed' | 'time' | 'record' | 'option' | 'extra';

/** `[tag, time, record, option]`; whoever sends more speaks another protocol. */
const mostElements = 4;
/** Tags are file names and container names; Fluent Bit itself stops at some hundred bytes. */
const tagLimit = 1_024;
const knownTagLimit = 256;
/** An acknowledgement is read into 512 bytes by Fluent Bit; ids have 24. */
const chunkIdLimit = 400;

export class ForwardMessages {
  /** What was sent is no message of the protocol: the connection can only be closed. */
  isBroken = false;
  readonly #settings: MessageSettings;
  readonly #lines: EntryLines;
  readonly #tags = new Map<string, Tag>();
  readonly #values: Values;
  readonly #head: number[] = [];
  #state: State = 'message';
  #element = 0;
  #elements = 0;
  #left = 0;
  #packedLeft = 0;
  #packed: { unpacker: Unpacker; values: Values } | undefined;
  #isPackedPlain = false;
  #time: unknown;
  #chunk: string | undefined;
  #size = 0;
  #entries = 0;

  constructor(settings: MessageSettings) {
    this.#settings = settings;
    this.#lines = new EntryLines(settings.inbox, new LineWriter(settings.task), tagOf(''));
    this.#values = new Values((bytes, start, ends) => this.#take(bytes, start, ends));
  }

  /** Whether a message has begun and not ended. */
  get isOpen(): boolean {
    return this.#state !== 'message' || this.#head.length > 0;
  }

  /** The bytes may be used again once it resolves; what they told is queued then. */
  async take(bytes: Buffer): Promise<void> {
    const to = bytes.length;
    let at = 0;
    while (at < to && !this.isBroken) {
      switch (this.#state) {
        case 'message':
          at = this.#takeHead(bytes, at);
          break;
        case 'second':
          at = this.#takeSecond(bytes, at);
          break;
        case 'packed':
          at = await this.#takePacked(bytes, at);
          break;
        case 'entries': {
          const before = this.#values.taken;
          at = this.#values.take(bytes, at, to, this.#left);
          this.#entries += this.#values.taken - before;
          this.#left -= this.#values.taken - before;
          this.isBroken ||= this.#values.isBroken;
          if (this.#left === 0) this.#next();
          break;
        }
        default: {
          const before = this.#values.taken;
          const { dropped } = this.#values;
          at = this.#values.take(bytes, at, to, 1);
          this.isBroken ||= this.#values.isBroken;
          if (this.#values.taken === before) break;
          if (this.#values.dropped > dropped && this.#state === 'record') this.#settings.inbox.lose('were too long to be held', 1);
          this.#next();
        }
      }
    }
    this.#lines.flush();
    if (this.#values.dropped > 0 && this.#state === 'entries') this.#tellDropped(this.#values);
  }

  /** The connection is over. */
  end(): void {
    if (this.#values.isOpen) this.#settings.inbox.lose('were cut off: the connection ended within them', 1);
    this.#values.reset();
    this.#packed?.values.reset();
    // Gives back what it holds; whatever it has unpacked was taken.
    void this.#packed?.unpacker.end();
    this.#packed = undefined;
  }

  #tellDropped(values: Values): void {
    this.#settings.inbox.lose('were too long to be held', values.dropped);
    values.dropped = 0;
  }

  /** An array begins a message; a nil between messages is a heartbeat. */
  #takeHead(bytes: Buffer, at: number): number {
    const byte = bytes[at]!;
    if (this.#head.length === 0) {
      if (byte === 0xc0) return at + 1;
      if (!isArray(byte)) return this.#break();
    }
    this.#head.push(byte);
    if (this.#head.length < headLength(this.#head[0]!)) return at + 1;
    this.#elements = countOf(this.#head);
    this.#head.length = 0;
    if (this.#elements < 2 || this.#elements > mostElements) return this.#break();
    this.#element = 0;
    this.#entries = 0;
    this.#size = 0;
    this.#chunk = undefined;
    this.#lines.begin();
    this.#state = 'tag';
    return at + 1;
  }

  /** What follows the tag tells the mode by its first byte: a list of entries, packed entries, or the time of one. */
  #takeSecond(bytes: Buffer, at: number): number {
    const first = this.#head[0] ?? bytes[at]!;
    if (!isArray(first) && !isText(first)) {
      this.#state = 'time';
      return at;
    }
    this.#head.push(bytes[at]!);
    if (this.#head.length < headLength(first)) return at + 1;
    const count = countOf(this.#head);
    this.#head.length = 0;
    this.#state = isArray(first) ? 'entries' : 'packed';
    this.#left = count;
    this.#packedLeft = count;
    this.#isPackedPlain = false;
    if (count === 0) this.#next();
    return at + 1;
  }

  async #takePacked(bytes: Buffer, at: number): Promise<number> {
    const end = Math.min(bytes.length, at + this.#packedLeft);
    const packing = this.#packed === undefined && !this.#isPackedPlain ? packingOf(bytes[at]!) : undefined;
    if (packing !== undefined) {
      const values: Values = new Values((...given) => this.#addTo(values, ...given));
      this.#packed = { values, unpacker: unpacker(packing, (unpacked) => void (values.isBroken || values.take(unpacked, 0, unpacked.length))) };
    } else this.#isPackedPlain = this.#packed === undefined;
    if (this.#packed !== undefined) await this.#packed.unpacker.write(bytes.subarray(at, end));
    else if (!this.#values.isBroken) {
      const before = this.#values.taken;
      this.#values.take(bytes, at, end);
      this.#entries += this.#values.taken - before;
    }
    this.#packedLeft -= end - at;
    if (this.#packedLeft === 0) {
      await this.#endPacked();
      this.#next();
    }
    return end;
  }

  async #endPacked(): Promise<void> {
    const { inbox } = this.#settings;
    let values = this.#values;
    if (this.#packed !== undefined) {
      await this.#packed.unpacker.end();
      ({ values } = this.#packed);
      this.#entries += values.taken;
      if (this.#packed.unpacker.problem === 'damaged') inbox.lose('or more were in damaged compressed data', 1);
      if (this.#packed.unpacker.problem === 'too large') inbox.lose('or more were in a message that unpacks to far more than log lines do', 1);
    }
    if (values.isBroken || (values.isOpen && this.#packed?.unpacker.problem === undefined)) inbox.lose('or more were within a message that is damaged or has a wrong length', 1);
    if (values.dropped > 0) this.#tellDropped(values);
    values.reset();
    this.#packed = undefined;
  }

  #take(bytes: Buffer, start: number, ends: readonly number[]): void {
    if (this.#state === 'entries' || this.#state === 'packed') return this.#addTo(this.#values, bytes, start, ends);
    let value: unknown;
    try {
      value = decoder.decode(bytes.subarray(start, ends[0]));
    } catch {
      // As if it were not there: no tag, no time, no options.
    }
    if (this.#state === 'tag') this.#useTag(value);
    else if (this.#state === 'time') this.#time = value;
    else if (this.#state === 'record') this.#lines.entry(this.#time, value, ends[0]! - start);
    else if (this.#state === 'option' && isRecord(value)) {
      const { size } = value;
      const chunk = textOf(value['chunk']);
      if (chunk !== undefined && chunk !== '' && chunk.length <= chunkIdLimit) this.#chunk = chunk;
      if (typeof size === 'number' && Number.isSafeInteger(size)) this.#size = size;
    }
  }

  #addTo(values: Values, bytes: Buffer, start: number, ends: readonly number[]): void {
    this.#lines.add(bytes, start, ends);
    if (this.#lines.isHopeless) values.giveUp();
  }

  #useTag(value: unknown): void {
    const text = textOf(value) ?? '';
    const key = text.length <= tagLimit ? text : '';
    let tag = this.#tags.get(key);
    if (tag === undefined) {
      if (this.#tags.size >= knownTagLimit) this.#tags.clear();
      this.#tags.set(key, (tag = tagOf(key)));
    }
    this.#lines.tag = tag;
  }

  #next(): void {
    const wasTime = this.#state === 'time';
    this.#element += 1;
    if (this.#element === this.#elements) {
      if (wasTime) return void this.#break();
      this.#state = 'message';
      this.#finish();
    } else if (this.#element === 1) this.#state = 'second';
    else if (wasTime) this.#state = 'record';
    else this.#state = this.#state === 'option' || this.#state === 'extra' ? 'extra' : 'option';
  }

  #finish(): void {
    this.#lines.flush();
    // Counted only where something is missing at all; how many is the sender's word, and no more than it could be.
    if (this.#size > this.#entries && this.#entries > 0) this.#settings.inbox.lose('were announced by their message and not in it', Math.min(this.#size - this.#entries, 1_000_000));
    if (this.#chunk !== undefined) this.#settings.onChunk(this.#chunk);
  }

  #break(): number {
    this.isBroken = true;
    return 0;
  }
}

function isArray(head: number): boolean {
  return (head >= 0x90 && head <= 0x9f) || head === 0xdc || head === 0xdd;
}

function isText(head: number): boolean {
  return (head >= 0xa0 && head <= 0xbf) || (head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb);
}

/** Bytes of the header of an array, a text or a byte string. */
function headLength(head: number): number {
  if (head < 0xc0) return 1;
  if (head <= 0xc6) return 1 + (1 << (head - 0xc4));
  return head < 0xdc ? 1 + (1 << (head - 0xd9)) : head === 0xdc ? 3 : 5;
}

function countOf(head: readonly number[]): number {
  const first = head[0]!;
  if (head.length > 1) return head.slice(1).reduce((count, byte) => count * 256 + byte, 0);
  return first >= 0xa0 ? first & 0x1f : first & 0x0f;
}
