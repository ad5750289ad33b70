/** Unpacks one carrier record: gzip (several members too) and zstd (several frames too), bounded; what a cut or damage leaves is kept. */
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';

/** What one carrier record may still unpack to, in all its parts together. */
export interface Allowance {
  bytes: number;
}

/** Seven times the largest record of Kinesis, and more than any batch that a log router sends. */
export const unpackLimitBytes = 64 * 1024 * 1024;

export interface Unpacked {
  bytes: Buffer;
  /** Why this is not all of it. */
  reason?: string;
}

export const unpackReasons = {
  tooLarge: 'unpacks to more than 64 MiB: such a record is not read',
  gzipCut: 'a gzip that is cut off: what came before the cut was read',
  gzipDamaged: 'a gzip that is damaged: what came before the damage was read',
  zstdCut: 'a zstd frame that is cut off: what came before the cut was read',
  zstdDamaged: 'a zstd frame that is damaged',
} as const;

const none = Buffer.alloc(0);

/** Undefined where the bytes are not packed. Never throws. */
export function unpackRecord(bytes: Buffer, allowance: Allowance): Unpacked | undefined {
  if (bytes.length >= 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return gunzip(bytes, allowance);
  if (isZstd(bytes)) return unzstd(bytes, allowance);
  return undefined;
}

function isZstd(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2f_b528;
}

function gunzip(bytes: Buffer, allowance: Allowance): Unpacked {
  const whole = attempt(() => gunzipSync(bytes, { maxOutputLength: most(allowance), chunkSize: expectedBytes(bytes, allowance) }));
  if (whole instanceof Buffer) return taken(whole, allowance);
  if (whole === 'ERR_BUFFER_TOO_LARGE') return { bytes: none, reason: unpackReasons.tooLarge };
  if (whole === 'Z_BUF_ERROR') {
    const part = gunzipPart(bytes, bytes.length, allowance.bytes);
    if (part instanceof Buffer) return taken(part, allowance, unpackReasons.gzipCut);
    if (part === 'ERR_BUFFER_TOO_LARGE') return { bytes: none, reason: unpackReasons.tooLarge };
  }
  return taken(beforeDamage(bytes, allowance), allowance, unpackReasons.gzipDamaged);
}

function gunzipPart(bytes: Buffer, end: number, limitBytes: number): Buffer | string {
  return attempt(() => gunzipSync(bytes.subarray(0, end), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: Math.max(1, limitBytes) }));
}

/**
 * What unpacks of the longest beginning that shows no damage, found by halving. All tries together make no more than
 * one record may: a hostile record costs no more for being damaged.
 */
function beforeDamage(bytes: Buffer, allowance: Allowance): Buffer {
  let best: Buffer = none;
  let sound = 0;
  let damaged = bytes.length;
  let left = allowance.bytes;
  while (damaged - sound > 1 && left > 0) {
    const middle = (sound + damaged) >>> 1;
    const part = gunzipPart(bytes, middle, left);
    if (part instanceof Buffer) {
      best = part;
      sound = middle;
      left -= part.length;
    } else {
      damaged = middle;
      // A try that failed made about as much as the last one that did not.
      left -= best.length;
    }
  }
  return best;
}

function unzstd(bytes: Buffer, allowance: Allowance): Unpacked {
  const frames: Buffer[] = [];
  let at = 0;
  // The unpacker stops behind a frame; whatever follows is a frame or was none of ours.
  while (at < bytes.length && isZstd(bytes.subarray(at))) {
    const rest = bytes.subarray(at);
    let found = frame(rest, constants.ZSTD_e_end, allowance);
    const isCut = found === 'Z_BUF_ERROR';
    if (isCut) found = frame(rest, constants.ZSTD_e_flush, allowance);
    if (typeof found === 'string') {
      return { bytes: Buffer.concat(frames), reason: found === 'ERR_BUFFER_TOO_LARGE' ? unpackReasons.tooLarge : unpackReasons.zstdDamaged };
    }
    frames.push(found.buffer);
    allowance.bytes -= found.buffer.length;
    if (isCut) return { bytes: Buffer.concat(frames), reason: unpackReasons.zstdCut };
    at += Math.max(1, found.engine.bytesWritten);
  }
  return { bytes: frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames) };
}

interface Frame {
  buffer: Buffer;
  /** `bytesWritten`: packed bytes used up. */
  engine: { bytesWritten: number };
}

function frame(bytes: Buffer, finishFlush: number, allowance: Allowance): Frame | string {
  // The types of Node.js do not know what `info` gives.
  return attempt(() => zstdDecompressSync(bytes, { finishFlush, maxOutputLength: most(allowance), info: true }) as unknown as Frame);
}

function taken(bytes: Buffer, allowance: Allowance, reason?: string): Unpacked {
  allowance.bytes -= bytes.length;
  return reason === undefined ? { bytes } : { bytes, reason };
}

/** Options take no zero: then any byte is too much. */
function most(allowance: Allowance): number {
  return Math.max(1, allowance.bytes);
}

/** What the last member says it unpacks to, where that can be: then one buffer holds all, and nothing is put together. */
function expectedBytes(bytes: Buffer, allowance: Allowance): number {
  const told = bytes.readUInt32LE(bytes.length - 4);
  // gzip makes at most 1,032 bytes of one.
  const isPossible = told <= 1_032 * bytes.length && told <= allowance.bytes;
  return isPossible ? told + 64 : 16_384;
}

/** What a call gives, or the code of what it throws. */
function attempt<Result>(call: () => Result): Result | string {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return typeof code === 'string' ? code : 'unknown';
  }
}
