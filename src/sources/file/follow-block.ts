/** Blocks of a growing file: complete lines only, a mebibyte at most, longer lines as a stream of chunks. */
import type { FileHandle } from 'node:fs/promises';

export interface Block {
  content: Uint8Array | AsyncIterable<Uint8Array>;
  /** Where it begins and ends in the file. */
  start: number;
  end: number;
}

export const blockBytes = 1_048_576;

/** A line that is longer is given in pieces: a file without newlines is no log, and must not be waited for for ever. */
export const longestLineBytes = 64 * 1_048_576;

const newline = 0x0a;

export interface Found {
  /** Absent where no line is complete yet. */
  block?: Block;
  /** Up to where no newline was found, so that it is not searched again. */
  searchedTo: number;
}

/**
 * The next block behind `start`, of a file of `size` bytes. `searchedTo` is what the last search said, or `start`.
 * With `isLast` what has no newline at its end is given too.
 */
export async function nextBlock(handle: FileHandle, start: number, searchedTo: number, size: number, isLast: boolean): Promise<Found> {
  if (start >= size) return { searchedTo: start };
  if (searchedTo - start < blockBytes) {
    const content = await readAt(handle, start, Math.min(blockBytes, size - start));
    const end = content.lastIndexOf(newline) + 1;
    if (end > 0) return { block: { content: content.subarray(0, end), start, end: start + end }, searchedTo: start + end };
    if (content.length < blockBytes) return isLast && content.length > 0 ? whole(content, start) : { searchedTo: start + content.length };
  }
  return longLine(handle, start, Math.max(searchedTo, start), size, isLast);
}

function whole(content: Uint8Array, start: number): Found {
  return { block: { content, start, end: start + content.length }, searchedTo: start + content.length };
}

/** Looks for the end of a line of over a mebibyte, keeping nothing of it. */
async function longLine(handle: FileHandle, start: number, from: number, size: number, isLast: boolean): Promise<Found> {
  const limit = Math.min(size, start + longestLineBytes);
  let at = from;
  while (at < limit) {
    const piece = await readAt(handle, at, Math.min(blockBytes, limit - at));
    if (piece.length === 0) break;
    const found = piece.indexOf(newline);
    if (found >= 0) return streamed(handle, start, at + found + 1);
    at += piece.length;
  }
  return at - start >= longestLineBytes || (isLast && at > start) ? streamed(handle, start, at) : { searchedTo: at };
}

function streamed(handle: FileHandle, start: number, end: number): Found {
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    for (let at = start; at < end; ) {
      const piece = await readAt(handle, at, Math.min(blockBytes, end - at));
      // Truncated meanwhile: what is left of the line is all there is.
      if (piece.length === 0) return;
      at += piece.length;
      yield piece;
    }
  }
  return { block: { content: chunks(), start, end }, searchedTo: end };
}

/** Up to `length` bytes; fewer where the file ends before. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let have = 0;
  while (have < length) {
    const { bytesRead } = await handle.read(buffer, have, length - have, position + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return buffer.subarray(0, have);
}

/** The end of the last complete line, within the last mebibyte; where following at the end begins. */
export async function lastLineEnd(handle: FileHandle, size: number): Promise<number> {
  const from = Math.max(0, size - blockBytes);
  const tail = await readAt(handle, from, size - from);
  return from + tail.lastIndexOf(newline) + 1;
}
