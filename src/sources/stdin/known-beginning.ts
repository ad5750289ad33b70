/** Tells whether an input begins like the one before a restart, and passes over what was read of it then. */
import { createHash } from 'node:crypto';
import type { JsonValue } from '#contract';

/** First bytes by which an input is known. */
const headBytes = 1_024;

interface Before {
  bytes: number;
  head: { bytes: number; hash: string };
}

export class KnownBeginning {
  private readonly before: Before | undefined;
  /** Chunks that wait for enough of them to compare. */
  private waiting: Buffer | undefined;
  private left = 0;
  private isDecided: boolean;
  private head: Buffer = Buffer.alloc(0);
  /** Bytes passed over since they were read before. */
  passedBytes = 0;

  constructor(position: JsonValue | undefined) {
    this.before = fromPosition(position);
    this.isDecided = this.before === undefined;
  }

  /** What of a chunk is new. `undefined` ends the input: what waited is given. */
  admit(chunk: Buffer | undefined): Buffer {
    if (chunk !== undefined && this.head.length < headBytes) this.head = Buffer.concat([this.head, chunk.subarray(0, headBytes - this.head.length)]);
    const { before } = this;
    let whole = chunk ?? Buffer.alloc(0);
    if (!this.isDecided && before !== undefined) {
      whole = this.waiting === undefined ? whole : Buffer.concat([this.waiting, whole]);
      if (whole.length < before.head.bytes && chunk !== undefined) {
        this.waiting = whole;
        return Buffer.alloc(0);
      }
      this.waiting = undefined;
      this.isDecided = true;
      if (whole.length >= before.head.bytes && hashOf(whole.subarray(0, before.head.bytes)) === before.head.hash) this.left = before.bytes;
    }
    const passed = Math.min(this.left, whole.length);
    this.left -= passed;
    this.passedBytes += passed;
    return whole.subarray(passed);
  }

  /** Where to go on behind so many bytes of the input. */
  position(bytes: number): JsonValue {
    const known = Math.min(this.head.length, bytes);
    // Until it is known which input this is, the old position holds.
    if (!this.isDecided && this.before !== undefined) return { bytes: this.before.bytes, head: { ...this.before.head } };
    return known === 0 ? { bytes } : { bytes, head: { bytes: known, hash: hashOf(this.head.subarray(0, known)) } };
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
}

function fromPosition(position: JsonValue | undefined): Before | undefined {
  if (typeof position !== 'object' || position === null || Array.isArray(position)) return undefined;
  const { bytes, head } = position;
  if (typeof head !== 'object' || head === null || Array.isArray(head)) return undefined;
  const { bytes: known, hash } = head;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || typeof known !== 'number' || typeof hash !== 'string') return undefined;
  return known > 0 && known <= headBytes && known <= bytes ? { bytes, head: { bytes: known, hash } } : undefined;
}
