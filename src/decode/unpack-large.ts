/** Records that unpack to many megabytes, in pieces: unpacked at once, two of them would be more than a small process may hold. */
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { unpackLimitBytes, unpackReasons } from './unpack-record.ts';

/** Below this one buffer is cheaper, and records may be aggregated, wrapped or packed again. */
const largeBytes = 8 * 1024 * 1024;
const pieceBytes = 65_536;

/** Whether it is a gzip whose last member says that it is large; a function of the bytes alone. */
export function isLarge(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return false;
  const { buffer, byteOffset, byteLength } = bytes;
  return new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true) > largeBytes;
}

/** Its contents, up to the bound of any record; `onBroken` is told why that is not all. */
export async function* unpackLarge(bytes: Uint8Array, onBroken: (reason: string) => void): AsyncGenerator<Buffer> {
  const unpacked = Readable.from([bytes], { objectMode: false }).pipe(createGunzip({ chunkSize: pieceBytes }));
  let total = 0;
  try {
    for await (const piece of unpacked as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > unpackLimitBytes) return onBroken(unpackReasons.tooLarge);
      yield piece;
    }
  } catch (error) {
    const isCut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    onBroken(isCut ? unpackReasons.gzipCut : unpackReasons.gzipDamaged);
  } finally {
    unpacked.destroy();
  }
}
