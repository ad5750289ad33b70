/** Unpacks gzip and zstd by their first bytes; everything that comes before damage or a cut is delivered. */
import { createGunzip, createZstdDecompress, type Gunzip } from 'node:zlib';

/** Packed bytes handed over at once; gzip makes at most 1,032 times as much of them, 16 MiB. */
const sliceBytes = 16 * 1024;

/** Size of the unpacker's own chunks: so much, at most, is lost before damage that does not stand in the first slice. */
const outputBytes = 64 * 1024;

/** A piece of a slice that is known to be damaged. */
const pieceBytes = 256;

/** Unpacked chunks are gathered up to this size. */
const chunkBytes = 1024 * 1024;

/**
 * A bomb: over 400 times its size, beyond the first 100 MB. Logs shrink to a tenth or a fiftieth; gzip's own limit, which
 * bombs reach, is 1,032.
 */
const bombRatio = 400;
const bombFloorBytes = 100_000_000;

interface Packing {
  name: string;
  create: () => Gunzip;
}

const packings: readonly { magic: number[]; packing: Packing }[] = [
  { magic: [0x1f, 0x8b, 0x08], packing: { name: 'gzip', create: () => createGunzip({ chunkSize: outputBytes }) } },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], packing: { name: 'zstd', create: () => createZstdDecompress({ chunkSize: outputBytes }) as unknown as Gunzip } },
];

/** Packings that are known and not read: what to do instead. */
const unread: readonly { magic: number[]; at: number; note: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], at: 0, note: 'The file is a zip archive, which is not read: unpack it and name the folder.' },
  { magic: [0x42, 0x5a, 0x68], at: 0, note: 'The file is packed with bzip2, which is not read: unpack it, or pack it with gzip or zstd.' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], at: 0, note: 'The file is packed with xz, which is not read: unpack it, or pack it with gzip or zstd.' },
  { magic: [0x50, 0x41, 0x52, 0x31], at: 0, note: 'The file is Parquet, which is not read: export the records as JSON or text.' },
  { magic: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257, note: 'The file is a tar archive, which is not read: unpack it and name the folder.' },
];

/** Bytes needed to know the packing: the mark of tar stands at 257. */
const magicBytes = 262;

export async function* unpack(stored: AsyncGenerator<Buffer, void, void>, onNote: (note: string) => void): AsyncGenerator<Buffer, void, void> {
  const first = await beginning(stored);
  const known = unread.find(({ magic, at }) => startsWith(first.subarray(at), magic));
  if (known !== undefined) {
    onNote(known.note);
    await stored.return();
    return;
  }
  const packed = packings.find(({ magic }) => startsWith(first, magic))?.packing;
  if (packed !== undefined) {
    yield* unpacked(packed, first, stored, onNote);
    return;
  }
  if (first.length > 0) yield first;
  yield* stored;
}

/** The first chunks, as many as the mark needs; pipes may give a few bytes at a time. */
async function beginning(stored: AsyncGenerator<Buffer, void, void>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < magicBytes) {
    const { value } = await stored.next();
    if (value === undefined) break;
    first = first.length === 0 && value.length >= magicBytes ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* unpacked(
  { name, create }: Packing,
  first: Buffer,
  stored: AsyncGenerator<Buffer, void, void>,
  onNote: (note: string) => void,
): AsyncGenerator<Buffer, void, void> {
  let ready: Buffer[] = [];
  let readyBytes = 0;
  let storedBytes = 0;
  let madeBytes = 0;
  let failure: NodeJS.ErrnoException | undefined;
  let isBomb = false;
  let isOver = false;
  let wake: (() => void) | undefined;
  const start = (): Gunzip => {
    const made = create();
    made.on('data', (chunk: Buffer) => {
      if (isBomb) return;
      ready.push(chunk);
      readyBytes += chunk.length;
      madeBytes += chunk.length;
      if (madeBytes > bombFloorBytes && madeBytes > bombRatio * storedBytes) {
        isBomb = true;
        made.destroy();
        wake?.();
      }
    });
    made.on('error', (error: NodeJS.ErrnoException) => {
      if (made === stream) failure = error;
      wake?.();
    });
    made.on('end', () => {
      isOver = made === stream;
      wake?.();
    });
    return made;
  };
  let stream = start();
  /** As much as a chunk holds: to put a bomb's beginning into one would double it. */
  const takeReady = (): Buffer => {
    const taken = ready.splice(0, Math.max(1, Math.floor(chunkBytes / outputBytes)));
    const chunk = taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
    readyBytes -= chunk.length;
    return chunk;
  };
  /** The slice is copied: the stream may look at it after the source used its buffer again. */
  const give = (slice: Buffer): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      stream.write(Buffer.from(slice), () => resolve());
    });
  const isDone = (): boolean => failure !== undefined || isBomb || isOver;
  /** Where a zstd frame ends within a slice, Node takes nothing of what follows: that goes to a fresh stream. */
  const giveAll = async (slice: Buffer): Promise<void> => {
    let rest = slice;
    while (rest.length > 0 && failure === undefined && !isBomb) {
      const takenBefore = stream.bytesWritten;
      await give(rest);
      const taken = stream.bytesWritten - takenBefore;
      if (name !== 'zstd' || taken <= 0 || taken >= rest.length) return;
      rest = rest.subarray(taken);
      const over = stream;
      stream = start();
      isOver = false;
      over.destroy();
    }
  };

  let chunk: Buffer | undefined = first;
  while (chunk !== undefined && !isDone()) {
    for (let at = 0; at < chunk.length && !isDone(); at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      storedBytes += slice.length;
      await giveAll(slice);
      // An unpacker that fails drops what it made last: a small file would lose everything before the damage.
      if (failure !== undefined && storedBytes === slice.length) {
        ready = [await unpackedBeforeDamage(create, slice)];
        readyBytes = madeBytes = (ready[0] as Buffer).length;
      }
      while (readyBytes >= chunkBytes) yield takeReady();
    }
    if (isDone()) break;
    const next = await stored.next();
    chunk = next.value ?? undefined;
  }
  // What was unpacked is delivered before the end is asked for, since a stream that fails forgets it.
  while (readyBytes > 0) yield takeReady();
  if (!isDone()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      stream.end();
    });
    if (!isDone()) await new Promise<void>((resolve) => (wake = resolve));
    while (readyBytes > 0) yield takeReady();
  }
  const note = noteOf(name, failure, isBomb, storedBytes, madeBytes);
  if (note !== undefined) onNote(note);
  stream.destroy();
  await stored.return();
}

/** What a damaged slice holds before the damage, which is looked for in pieces and then byte by byte. */
async function unpackedBeforeDamage(create: () => Gunzip, slice: Buffer): Promise<Buffer> {
  const coarse = await givePieces(create(), slice, 0, pieceBytes);
  const fine = await givePieces(create(), slice, Math.max(0, coarse.givenBytes - pieceBytes), 1);
  return fine.made;
}

/** Gives the first `wholeBytes` at once and the rest in pieces, until the stream ends or fails. */
async function givePieces(stream: Gunzip, slice: Buffer, wholeBytes: number, size: number): Promise<{ made: Buffer; givenBytes: number }> {
  const made: Buffer[] = [];
  let isOver = false;
  let wake: (() => void) | undefined;
  const stop = (): void => {
    isOver = true;
    wake?.();
  };
  stream.on('data', (chunk: Buffer) => made.push(chunk));
  stream.on('error', stop);
  stream.on('end', stop);
  let givenBytes = 0;
  while (givenBytes < slice.length && !isOver) {
    const end = givenBytes < wholeBytes ? wholeBytes : givenBytes + size;
    const piece = slice.subarray(givenBytes, end);
    givenBytes += piece.length;
    await new Promise<void>((resolve) => {
      wake = resolve;
      stream.write(Buffer.from(piece), () => resolve());
    });
  }
  stream.destroy();
  return { made: Buffer.concat(made), givenBytes };
}

function noteOf(name: string, failure: NodeJS.ErrnoException | undefined, isBomb: boolean, storedBytes: number, madeBytes: number): string | undefined {
  const kept = `${madeBytes} bytes were read and are kept`;
  if (isBomb) return `The file looks like a compression bomb: ${storedBytes} bytes gave over ${madeBytes}. Reading stopped there. ${kept}.`;
  if (failure === undefined) return undefined;
  const isCut = failure.code === 'Z_BUF_ERROR' || /unexpected end/i.test(failure.message);
  if (isCut) return `The file ends in the middle (${name} cut off). ${kept}. Fetch the file again.`;
  return `The file is damaged: its ${name} data cannot be unpacked beyond here. ${kept}. Fetch the file again.`;
}

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}
