/** Reads a file, or standard input, as chunks of plain bytes, whatever it is packed with; a bad file is a note, never a throw. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { readStdin } from '../stdin/stdin.ts';
import type { FileInput } from './paths.ts';
import { unpack } from './unpack.ts';

export interface ReadOptions {
  /** Told of each part of the file as it is read: bytes as stored, for progress. */
  onBytes?: (bytes: number) => void;
  /** Told what is to be said of the file as a whole: a sentence each. */
  onNote: (note: string) => void;
}

const chunkBytes = 1024 * 1024;

/** A chunk is valid until the next is asked for. */
export async function* readChunks(input: FileInput, options: ReadOptions): AsyncGenerator<Buffer, void, void> {
  const stored = input.path === '-' ? counted(readStdin(options.onNote), options) : storedChunks(input.path, options);
  yield* unpack(stored, options.onNote);
}

async function* counted(chunks: AsyncIterable<Buffer>, { onBytes }: ReadOptions): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

async function* storedChunks(path: string, { onBytes, onNote }: ReadOptions): AsyncGenerator<Buffer, void, void> {
  let handle: FileHandle | undefined;
  let readBytes = 0;
  try {
    handle = await open(path, constants.O_RDONLY);
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      onNote('The path is a folder; name the folder itself to read what it holds.');
      return;
    }
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) break;
      readBytes += bytesRead;
      onBytes?.(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
    if (stats.isFile() && readBytes < stats.size)
      onNote(`The file became shorter while it was read: ${readBytes} of ${stats.size} bytes were read and are kept.`);
  } catch (error) {
    onNote(why(error, readBytes));
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

function why(error: unknown, readBytes: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const kept = readBytes === 0 ? 'Nothing of it was read' : `${readBytes} bytes were read and are kept`;
  if (code === 'ENOENT' || code === 'ESTALE') return `The file vanished before it was read to its end. ${kept}.`;
  if (code === 'EACCES' || code === 'EPERM') return `The file may not be read: no permission. ${kept}. Give yourself the right to read it.`;
  if (code === 'EISDIR') return `The path is a folder. ${kept}.`;
  return `The file could not be read to its end (${code}). ${kept}.`;
}
