/**
 * The state of a sidecar, whose disk others may fill: what cannot be written is kept in memory, and written once there
 * is room. Nothing that is seen here can be read again, so nothing may wait for the disk.
 */
import { FargazerError, type Clock, type Part, type Step, type Store, type TellCoverage } from '#contract';
import { memoryStore } from '../../../stores/memory/index.ts';

/** What the disk has yet to be told of a key: its item is in memory, or was removed. */
interface Unwritten {
  /** The version of the disk's item. */
  expected: string | undefined;
  /** Names of parts in memory, and of those of the disk that are named no more. */
  parts: Set<string>;
  replaced: Set<string>;
  expiresMs: number | undefined;
}

/** A try costs a transaction that fails. */
const tryAgainMs = 5_000;
/** Goes on with why. */
export const inMemoryAlone = 'what is learned here is kept in memory alone, and lost when the sidecar ends';

export interface GuestSettings {
  clock: Clock;
  tell: TellCoverage;
}

export function guestStore(disk: Store, { clock, tell }: GuestSettings): Store {
  const memory = memoryStore(clock);
  const unwritten = new Map<string, Unwritten>();
  /** Of items that were in memory: their version there, and what the disk gave for it. */
  const written = new Map<string, { version: string; onDisk: string }>();
  let triedMs = -Infinity;

  const onDisk = (key: string, version: string | undefined): string | undefined => {
    const known = written.get(key);
    return known !== undefined && known.version === version ? known.onDisk : version;
  };

  const writeOne = async (key: string, { expected, parts, replaced, expiresMs }: Unwritten): Promise<void> => {
    const item = await memory.item(key);
    if (item === undefined) {
      if (expected !== undefined) await disk.remove(key, expected);
    } else {
      const bytesOf = async (name: string): Promise<Part[]> => {
        const bytes = await memory.part(name);
        return bytes === undefined ? [] : [{ name, bytes }];
      };
      const step = { key, value: item.value, expected, parts: (await Promise.all([...parts].map(bytesOf))).flat(), replaced: [...replaced] };
      const version = await disk.commit(expiresMs === undefined ? step : { ...step, expiresMs });
      if (version !== undefined) written.set(key, { version: item.version, onDisk: version });
      await memory.remove(key, item.version);
    }
    await memory.sweep((name) => !parts.has(name), Infinity);
    unwritten.delete(key);
  };

  /** True where the disk has everything. Each key is written by itself: what went before a failure stays. */
  const write = async (): Promise<boolean> => {
    if (unwritten.size === 0) return true;
    if (Math.abs(clock.now() - triedMs) < tryAgainMs) return false;
    triedMs = clock.now();
    try {
      for (const [key, one] of unwritten) await writeOne(key, one);
    } catch (error) {
      if (!isFull(error)) throw error;
      return false;
    }
    tell('working', 'what is learned here is written to the disk again');
    return true;
  };

  /** The first time of a key the disk says whether its version is the expected one, then memory does. */
  const entryOf = async (key: string, expected: string | undefined): Promise<Unwritten | undefined> => {
    const known = unwritten.get(key);
    if (known !== undefined) return known;
    const version = (await disk.item(key))?.version;
    return version === onDisk(key, expected) ? { expected: version, parts: new Set(), replaced: new Set(), expiresMs: undefined } : undefined;
  };

  const keep = async (step: Step): Promise<string | undefined> => {
    const { key, parts = [], replaced = [], expiresMs } = step;
    const entry = await entryOf(key, step.expected);
    const version = entry && (await memory.commit(unwritten.has(key) ? step : { ...step, expected: undefined }));
    if (entry === undefined || version === undefined) return undefined;
    entry.expiresMs = expiresMs;
    for (const name of replaced) if (!entry.parts.delete(name)) entry.replaced.add(name);
    for (const { name } of parts) {
      entry.parts.add(name);
      entry.replaced.delete(name);
    }
    unwritten.set(key, entry);
    return version;
  };

  const forget = async (key: string, expected: string): Promise<boolean> => {
    if (unwritten.has(key)) return memory.remove(key, expected);
    const entry = await entryOf(key, expected);
    if (entry?.expected === undefined) return false;
    unwritten.set(key, entry);
    return true;
  };

  /** Does it on the disk, or in memory while the disk takes nothing. */
  const either = async <Result>(direct: () => Promise<Result>, instead: () => Promise<Result>): Promise<Result> => {
    if (!(await write())) return instead();
    try {
      return await direct();
    } catch (error) {
      if (!isFull(error)) throw error;
      triedMs = clock.now();
      tell('silent', `${inMemoryAlone}: ${error.message}`);
      return instead();
    }
  };

  return {
    place: disk.place,
    item: async (key) => (unwritten.has(key) ? memory : disk).item(key),
    async items(prefix) {
      const found = (await disk.items(prefix)).filter(({ key }) => !unwritten.has(key));
      return [...found, ...(await memory.items(prefix))].sort((one, other) => (one.key < other.key ? -1 : 1));
    },
    part: async (name) => (await memory.part(name)) ?? disk.part(name),
    ...(disk.partNow === undefined ? {} : { partNow: (name: string) => memory.partNow!(name) ?? disk.partNow!(name) }),
    commit: (step) => either(() => disk.commit({ ...step, expected: onDisk(step.key, step.expected) }), () => keep(step)),
    remove: (key, expected) => either(() => disk.remove(key, onDisk(key, expected) ?? ''), () => forget(key, expected)),
    sweep: async (isNamed, writtenBeforeMs) => (unwritten.size > 0 ? memory : disk).sweep(isNamed, writtenBeforeMs),
    async close() {
      triedMs = -Infinity;
      await write().catch(() => false);
      await disk.close();
    },
  };
}

/** What stands in the way is the disk; a step that no store takes has no cause. */
export function isFull(error: unknown): error is FargazerError {
  return error instanceof FargazerError && error.code === 'state-write-failed' && error.cause !== undefined;
}
