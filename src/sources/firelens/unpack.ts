/** Compressed bytes as they come: several members in a row, bounded, what could be read of a damaged one kept. */
import { constants, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';

export type Packing = 'gzip' | 'zstd' | 'deflate';

export interface Unpacker {
  /** The bytes may be used again once it resolves. */
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Why not all of it was read; undefined while all is well. */
  readonly problem: 'damaged' | 'too large' | undefined;
}

/** Of one message or body. A router's chunks have two megabytes, or what a buffer on disk was set to. */
const unpackedLimitBytes = 67_108_864;
/** Log lines pack to a twentieth, all alike to a hundredth; two chunks of a router may be as alike as they like. */
const mostRatio = 200;
const freeBytes = 4_194_304;
const chunkBytes = 65_536;
/** Each member costs a decompressor. */
const memberLimit = 256;

/** By the first byte of the packed bytes; undefined where neither JSON nor entries could begin with it, nor a packing does. */
export function packingOf(first: number): Packing | undefined {
  return first === 0x1f ? 'gzip' : first === 0x28 ? 'zstd' : undefined;
}

export function unpacker(packing: Packing, onBytes: (bytes: Buffer) => void): Unpacker {
  let problem: Unpacker['problem'];
  let unpackedBytes = 0;
  let packedBytes = 0;
  let members = 0;
  let stream: (Transform & { bytesWritten: number }) | undefined;

  const open = (first: number): Transform & { bytesWritten: number } => {
    members += 1;
    const options = { chunkSize: chunkBytes };
    const opened =
      packing === 'gzip'
        ? createGunzip(options)
        : packing === 'zstd'
          ? // The window of a frame is memory of ours: 8 MiB are what decoders must take at most.
            createZstdDecompress({ ...options, params: { [constants.ZSTD_d_windowLogMax]: 23 } })
          : // zlib's header says 8 in its lower half; bare deflate streams of text do not begin so.
            (first & 0x0f) === 8
            ? createInflate(options)
            : createInflateRaw(options);
    opened.on('error', () => (problem ??= 'damaged'));
    opened.on('data', (bytes: Buffer) => {
      if (problem === 'too large') return;
      unpackedBytes += bytes.length;
      if (unpackedBytes > Math.min(unpackedLimitBytes, freeBytes + mostRatio * packedBytes)) {
        problem = 'too large';
        opened.destroy();
      } else onBytes(bytes);
    });
    return opened as Transform & { bytesWritten: number };
  };
  const settled = (of: Transform, act: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        of.off('close', done);
        resolve();
      };
      of.on('close', done);
      act(done);
    });

  return {
    get problem() {
      return problem;
    },
    async write(bytes) {
      packedBytes += bytes.length;
      let rest = bytes;
      while (rest.length > 0 && problem === undefined) {
        stream ??= open(rest[0]!);
        const current = stream;
        const before = current.bytesWritten;
        await settled(current, (done) => current.write(rest, done));
        const used = current.bytesWritten - before;
        if (problem !== undefined || used >= rest.length) return;
        // What is left stands behind the end of a member: another one, or nothing of ours.
        await end(current);
        stream = undefined;
        rest = rest.subarray(used);
        if (members >= memberLimit || (used === 0 && before === 0) || packing !== packingOf(rest[0]!)) problem ??= 'damaged';
      }
    },
    async end() {
      if (stream !== undefined) await end(stream);
      stream = undefined;
    },
  };

  async function end(of: Transform): Promise<void> {
    if (of.destroyed || of.readableEnded) return void of.destroy();
    await settled(of, (done) => {
      of.on('end', done);
      of.end();
    });
    of.destroy();
  }
}
