/** Objects that a lane meets as pointers: read within the batch, unpacked, and bounded in size and time. */
import { unpack } from '../../sources/file/unpack.ts';
import type { ObjectPointer, ReadObject } from '../program/live/pointer.ts';
import type { ObjectPort } from './ports.ts';
import type { TimeLeft } from './time-left.ts';

/** Unpacked; at some 50 MB a second as much as the longest invocation may read, and ten times any object of AWS's own logs. */
const mostBytes = 4 * 1_024 * 1_024 * 1_024;

export interface ObjectReading {
  objects: ObjectPort;
  time: TimeLeft;
  /** Bucket of the state: nothing in it is telemetry, whoever says so. */
  stateBucket: string | undefined;
}

export function objectReader({ objects, time, stateBucket }: ObjectReading): (pointer: ObjectPointer, mayWait: boolean) => Promise<ReadObject> {
  return async (pointer, mayWait) => {
    // An object that takes long has a better chance with an invocation of its own.
    if (mayWait && time.leftMs() < time.wholeMs / 2) return 'later';
    if (pointer.bucket === stateBucket) return { unread: 'a pointer into the bucket of the state, which holds no telemetry' };
    const found = await objects.open(pointer);
    if ('unread' in found) return found;
    let trouble: string | undefined;
    const note = (sentence: string): void => {
      trouble ??= sentence;
    };
    return { chunks: bounded(unpack(found.chunks, note), time, note), trouble: () => trouble ?? found.note() };
  };
}

async function* bounded(chunks: AsyncGenerator<Buffer, void, void>, time: TimeLeft, note: (sentence: string) => void): AsyncGenerator<Buffer, void, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) return note('The object unpacks to more than 4 GiB; what came before was read.');
    if (!time.has()) return note('The object takes longer than an invocation may; what came before was read. Give the function more time or memory.');
    yield chunk;
  }
}
