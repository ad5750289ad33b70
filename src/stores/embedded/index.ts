/** The embedded store: one SQLite file in a folder; a step is one transaction, and a copied folder works. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { FargazerError, partName, systemClock, type Clock, type JsonValue, type Store } from '#contract';
import { byKey, damagedPart, dropped, newVersion, reasonOf, textOf } from '../step.ts';
import { openDatabase } from './database.ts';

interface ItemRow {
  key: string;
  value: string;
  version: string;
}

/** Opens or makes the state in a folder, and holds it alone until closed or the process ends. */
export function embeddedStore(folder: string, clock: Clock = systemClock): Store {
  const file = join(folder, 'state.sqlite');
  const database = openDatabase(folder);
  /** Everything that is read may meet pages that are damaged. */
  const reading = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (error) {
      if (error instanceof FargazerError) throw error;
      throw new FargazerError('state-damaged', `${file}: the state is damaged and was not used. Nothing was changed; restore a copy of the folder, or name another one for the state.`, { cause: error });
    }
  };
  const writing = <Result>(write: () => Result): Result => {
    try {
      database.exec('BEGIN IMMEDIATE');
      const result = write();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
      throw new FargazerError('state-write-failed', `${folder}: the state could not be written (${reasonOf(error)}). What was saved before is unchanged; free the disk, or name another folder for the state.`, { cause: error });
    }
  };
  const { itemOf, itemsOf, putItem, dropItem, partOf, putPart, dropPart, oldParts } = reading(() => statements(database));
  const versionOf = (key: string): string | undefined => (itemOf.get(key) as ItemRow | undefined)?.version;
  const read = ({ value, version }: ItemRow) => ({ value: JSON.parse(value) as JsonValue, version });
  const partNow = (name: string): Uint8Array | undefined =>
    reading(() => {
      const row = partOf.get(name) as { bytes: Uint8Array } | undefined;
      if (row !== undefined && partName(row.bytes) !== name) throw damagedPart(file, name);
      return row?.bytes;
    });

  return {
    place: folder,
    item: async (key) =>
      reading(() => {
        const row = itemOf.get(key) as ItemRow | undefined;
        return row === undefined ? undefined : read(row);
      }),
    items: async (prefix) =>
      // The last character of Unicode, which no key needs, ends the keys that begin with the prefix.
      reading(() => (itemsOf.all(prefix, `${prefix}\u{10ffff}`) as unknown as ItemRow[]).map((row) => ({ key: row.key, ...read(row) })).sort(byKey)),
    part: async (name) => partNow(name),
    partNow,
    async commit(step) {
      const text = textOf(step, folder);
      return writing(() => {
        if (versionOf(step.key) !== step.expected) return undefined;
        const writtenMs = Math.floor(clock.now());
        for (const { name, bytes } of step.parts ?? []) putPart.run(name, bytes, writtenMs);
        const version = newVersion();
        putItem.run(step.key, text, version);
        for (const name of dropped(step)) dropPart.run(name);
        return version;
      });
    },
    remove: async (key, expected) => writing(() => dropItem.run(key, expected).changes > 0),
    async sweep(isNamed, writtenBeforeMs) {
      const orphans = reading(() => (oldParts.all(Math.ceil(writtenBeforeMs)) as { name: string }[]).filter(({ name }) => !isNamed(name)));
      if (orphans.length > 0) writing(() => orphans.forEach(({ name }) => dropPart.run(name)));
      return orphans.length;
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function statements(database: DatabaseSync) {
  try {
    return {
      itemOf: database.prepare('SELECT key, value, version FROM items WHERE key = ?'),
      itemsOf: database.prepare('SELECT key, value, version FROM items WHERE key >= ? AND key < ?'),
      putItem: database.prepare('INSERT INTO items (key, value, version) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version'),
      dropItem: database.prepare('DELETE FROM items WHERE key = ? AND version = ?'),
      partOf: database.prepare('SELECT bytes FROM parts WHERE name = ?'),
      putPart: database.prepare('INSERT INTO parts (name, bytes, written_ms) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET written_ms = excluded.written_ms, bytes = excluded.bytes'),
      dropPart: database.prepare('DELETE FROM parts WHERE name = ?'),
      oldParts: database.prepare('SELECT name FROM parts WHERE written_ms < ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
