/** A folder with logs that a test writes and rotates, and a source that follows them on a clock that leaps. */
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonValue, LiveBatch, LiveSource } from '#contract';
import { follow } from '../../src/sources/file/follow.ts';
import type { FollowOptions } from '../../src/sources/file/follow-options.ts';
import { leapingClock } from '../support/fast-clock.ts';
import { contentOf } from './live-contract.ts';

/** Longer than it takes to be sure that a rotated file has come to rest. */
const restMs = 15_000;

export interface Follower {
  source: LiveSource;
  /** The lines given since the last call, once nothing more comes. */
  lines(): Promise<string[]>;
  /** One batch. */
  next(): Promise<LiveBatch>;
  positions: Map<string, JsonValue>;
  /** By lane, as told last. */
  completeToMs: Map<string, number>;
  stop(): Promise<void>;
}

export interface Folder {
  path: string;
  clock: ReturnType<typeof leapingClock>;
  file(name: string): string;
  write(name: string, text: string): void;
  /** `app.log` becomes `app.log.1`, that `app.log.2`, and so on. */
  rename(name: string): void;
  copyTruncate(name: string): void;
  follow(options?: Partial<FollowOptions>, resume?: ReadonlyMap<string, JsonValue>): Follower;
}

export function openFolder(context: TestContext): Folder {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-follow-'));
  const followers: Follower[] = [];
  context.after(async () => {
    for (const follower of followers) await follower.stop();
    rmSync(path, { recursive: true, force: true });
  });
  const clock = leapingClock();
  const file = (name: string): string => join(path, name);
  const shift = (name: string): void => {
    for (let number = 9; number >= 1; number -= 1) if (existsSync(file(`${name}.${number}`))) renameSync(file(`${name}.${number}`), file(`${name}.${number + 1}`));
  };
  return {
    path,
    clock,
    file,
    write: (name, text) => appendFileSync(file(name), text),
    rename(name) {
      shift(name);
      renameSync(file(name), file(`${name}.1`));
    },
    copyTruncate(name) {
      shift(name);
      copyFileSync(file(name), file(`${name}.1`));
      truncateSync(file(name));
    },
    follow(options = {}, resume = new Map()) {
      const stop = new AbortController();
      const source = follow({ path: file('app.log'), ...options }, { clock });
      const batches = source.read(resume, stop.signal)[Symbol.asyncIterator]();
      const positions = new Map(resume);
      const completeToMs = new Map<string, number>();
      const next = async (): Promise<LiveBatch> => {
        const { value, done } = await batches.next();
        if (done === true) throw new Error('the source ended');
        positions.set(value.lane, JSON.parse(JSON.stringify(value.position)) as JsonValue);
        for (const lane of value.forgets ?? []) positions.delete(lane);
        if (value.completeToMs !== undefined) completeToMs.set(value.lane, value.completeToMs);
        return value;
      };
      const follower: Follower = {
        source,
        positions,
        completeToMs,
        next,
        async lines() {
          const found: string[] = [];
          for (let quietSinceMs = clock.now(); clock.now() - quietSinceMs < restMs; ) {
            const { records } = await next();
            for (const record of records) found.push(...(await contentOf(record)).toString().split('\n').filter((line) => line !== ''));
            if (records.length > 0) quietSinceMs = clock.now();
          }
          return found;
        },
        async stop() {
          stop.abort();
          await batches.return?.();
        },
      };
      followers.push(follower);
      return follower;
    },
  };
}

/** Lines as logs have them: each with its own time, long enough to tell one file from another. */
export function logLines(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `2026-03-04T18:00:00.${String(from + at).padStart(6, '0')}Z INFO request handled in 12 ms, number ${from + at}`);
}

export const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
