/**
 * The few functions of the C library that Node.js does not offer, through koffi: opened only by the sensor, and optional.
 * One thread waits for all descriptors; what is readable is told on the main thread.
 */
import { createRequire } from 'node:module';

export type NativeFunction = (...values: unknown[]) => number;

export interface Native {
  /** Binds a function by its C declaration: `int socket(int, int, int)`. Throws where the C library has none of that name. */
  bind(declaration: string): NativeFunction;
  /** Of the last call. */
  errno(): number;
  /** Tells, until the answer is called, whenever a descriptor is readable; the listener must read it empty. */
  watch(descriptor: number, onReadable: () => void): () => void;
  /** Wakes and ends the thread; nothing is told any more. */
  close(): void;
}

interface Koffi {
  load(path: null): { func(declaration: string): NativeFunction & { async: (...values: unknown[]) => void } };
  errno(): number;
}

const pollIn = 0x001;
/** Bytes of a `struct pollfd`: int fd, short events, short revents. */
const pollEntryBytes = 8;
/** A process that ends without `close` waits for the thread no longer than this. */
const longestWaitMs = 1_000;
/** To be woken costs some 0.25 ms of a processor, whatever there is to do: while one notice follows another, what comes so soon after is told together. */
const restMs = 8;
const followMs = 40;
const nonBlocking = 0o4000;
const closeOnExec = 0o2000000;

/** Undefined where koffi, its binary for this platform, or Linux itself is missing. */
export function openNative(): Native | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return makeNative(createRequire(import.meta.url)('koffi') as Koffi);
  } catch {
    return undefined;
  }
}

function makeNative(koffi: Koffi): Native {
  const library = koffi.load(null);
  const poll = library.func('int poll(_Inout_ uint8_t *fds, unsigned long nfds, int timeout)');
  const wakeUp = library.func('int eventfd(unsigned int initval, int flags)')(0, nonBlocking | closeOnExec);
  const read = library.func('long read(int fd, _Out_ uint8_t *buf, unsigned long count)');
  const write = library.func('long write(int fd, _In_ uint8_t *buf, unsigned long count)');
  const closeDescriptor = library.func('int close(int fd)');
  const listeners = new Map<number, () => void>();
  const one = Buffer.alloc(8);
  one.writeUInt8(1, 0);
  const count = Buffer.alloc(8);
  let isWaiting = false;
  let isClosed = false;
  let resting: NodeJS.Timeout | undefined;
  let toldMs = -Infinity;

  const wait = (): void => {
    if (isClosed || isWaiting || resting !== undefined || listeners.size === 0) return;
    isWaiting = true;
    const descriptors = [wakeUp, ...listeners.keys()];
    const entries = Buffer.alloc(descriptors.length * pollEntryBytes);
    for (const [at, descriptor] of descriptors.entries()) {
      entries.writeInt32LE(descriptor, at * pollEntryBytes);
      entries.writeInt16LE(pollIn, at * pollEntryBytes + 4);
    }
    poll.async(entries, descriptors.length, longestWaitMs, (_error: unknown, ready: number) => {
      isWaiting = false;
      if (isClosed) return void closeDescriptor(wakeUp);
      let isTold = false;
      if (ready > 0) {
        if (entries.readInt16LE(6) !== 0) read(wakeUp, count, 8);
        for (let at = 1; at < descriptors.length; at += 1) {
          if (entries.readInt16LE(at * pollEntryBytes + 6) === 0) continue;
          isTold = true;
          listeners.get(descriptors[at]!)?.();
        }
      }
      if (isTold && !isClosed && isFollowing()) rest();
      else wait();
    });
  };

  /** Another notice was told a moment ago. */
  const isFollowing = (): boolean => {
    const beforeMs = toldMs;
    toldMs = performance.now();
    return toldMs - beforeMs < followMs;
  };

  const rest = (): void => {
    resting ??= setTimeout(() => {
      resting = undefined;
      wait();
    }, restMs);
  };

  return {
    bind: (declaration) => library.func(declaration),
    errno: () => koffi.errno(),
    watch(descriptor, onReadable) {
      listeners.set(descriptor, onReadable);
      if (isWaiting) write(wakeUp, one, 8);
      else wait();
      return () => {
        listeners.delete(descriptor);
        if (isWaiting) write(wakeUp, one, 8);
      };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(resting);
      listeners.clear();
      if (isWaiting) write(wakeUp, one, 8);
      else closeDescriptor(wakeUp);
    },
  };
}
