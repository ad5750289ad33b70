/** Parts as rows: each under a partition of its own name, cut up where it is larger than a row may be. */
import { partName, type Part } from '#contract';
import { inParallel } from '../aws.ts';
import { damagedPart, newVersion } from '../step.ts';
import type { Row, Table } from './table.ts';

/** A row ends at 400 KB. Never changed: a part written anew must be cut as it was before. */
const chunkBytes = 380_000;

const pkPrefix = 'part:';

/** Digits of a time in base 36, enough until the year 5188; as texts they are in order of time. */
const timeDigits = 9;

function timeText(timeMs: number): string {
  return Math.max(0, Math.floor(timeMs)).toString(36).padStart(timeDigits, '0');
}

export class TableParts {
  readonly #table: Table;
  readonly #nowMs: () => number;

  constructor(table: Table, nowMs: () => number) {
    this.#table = table;
    this.#nowMs = nowMs;
  }

  /** The mark of the writings. */
  async put(parts: readonly Part[]): Promise<string> {
    const stamp = timeText(this.#nowMs()) + newVersion();
    const rows = [...new Map(parts.map((part) => [part.name, part])).values()].flatMap(({ name, bytes }) => {
      const chunks = Math.max(1, Math.ceil(bytes.length / chunkBytes));
      return Array.from({ length: chunks }, (_, at): Row => ({ pk: { S: pkPrefix + name }, sk: { S: chunkKey(at) }, stamp: { S: stamp }, bytes: { B: bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes) } }));
    });
    await this.#table.putAll(rows, (row) => bytesOf(row).length);
    return stamp;
  }

  /** Undefined where no row is there. Throws `state-damaged` where the bytes are not those of the name. */
  async get(name: string, isConsistent: boolean): Promise<{ bytes: Uint8Array; mark: string } | undefined> {
    const rows = await this.#table.query(pkPrefix + name, '', isConsistent);
    if (rows.length === 0) return undefined;
    const bytes = Buffer.concat(rows.map(bytesOf));
    // Half of the chunks may be there already where the read is not consistent.
    if (partName(bytes) !== name) {
      if (!isConsistent) return undefined;
      throw damagedPart(this.#table.place, name);
    }
    return { bytes, mark: rows[0]!.stamp?.S ?? '' };
  }

  /** Deletes that writing, tried once: what stays is swept one day. Never throws. */
  async drop(name: string, mark: string, bytes: number): Promise<void> {
    const chunks = Math.max(1, Math.ceil(bytes / chunkBytes));
    for (let at = 0; at < chunks; at++) await this.#table.deleteIf(pkPrefix + name, chunkKey(at), { attribute: 'stamp', value: mark }, true).catch(() => undefined);
  }

  async sweep(isNamed: (name: string) => boolean, writtenBeforeMs: number): Promise<number> {
    const before = timeText(Math.ceil(writtenBeforeMs));
    const swept = new Set<string>();
    for await (const page of this.#table.scan(pkPrefix, ['pk', 'sk', 'stamp'])) {
      const rows = page.map(({ pk, sk, stamp }) => ({ name: (pk?.S ?? '').slice(pkPrefix.length), sk: sk?.S ?? '', stamp: stamp?.S ?? '' }));
      const orphans = rows.filter(({ name, stamp }) => stamp.slice(0, timeDigits) < before && !isNamed(name));
      await inParallel(orphans, async ({ name, sk, stamp }) => {
        // Written anew meanwhile, it has another stamp and stays.
        if ((await this.#table.deleteIf(pkPrefix + name, sk, { attribute: 'stamp', value: stamp })).isDone) swept.add(name);
      });
    }
    return swept.size;
  }
}

function chunkKey(at: number): string {
  return String(at).padStart(4, '0');
}

function bytesOf(row: Row): Uint8Array {
  return row.bytes?.B ?? new Uint8Array();
}
