/** The embedded store: one SQLite file in a folder; a step is one transaction, and a copied folder works. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FargazerError, type JsonValue, type SyncStep, type SyncStore } from '#contract';
import { applicationId, ownershipOf } from './ownership.ts';

/** SQLite result codes, https://www.sqlite.org/rescode.html */
const busy = 5;
const locked = 6;
const corrupt = 11;
const notADatabase = 26;

const create = `
PRAGMA application_id = ${applicationId};
CREATE TABLE header (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE parts (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);`;

/** Opens or makes the state in a folder, and holds it alone until closed or the process ends. */
export function embedded(folder: string): SyncStore {
  const file = join(folder, 'state.sqlite');
  const database = open(folder, file);
  /** Everything that is read may meet pages that are damaged. */
  const reading = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (error) {
      throw new FargazerError('state-damaged', `${file}: the state is damaged and was not used. Nothing was changed; restore a copy of the folder, or name another one for --state.`, { cause: error });
    }
  };
  const { headerOf, partOf, namesOf, putHeader, put, drop } = reading(() => statements(database));
  return {
    header: () =>
      reading(() => {
        const row = headerOf.get() as { value: string } | undefined;
        return row === undefined ? undefined : (JSON.parse(row.value) as JsonValue);
      }),
    part: (name) => reading(() => (partOf.get(name) as { bytes: Uint8Array } | undefined)?.bytes),
    // Sorted here and not by SQLite, whose order is that of UTF-8 bytes and not that of the other stores.
    partNames: (prefix) => reading(() => (namesOf.all() as { name: string }[]).map(({ name }) => name).filter((name) => name.startsWith(prefix)).sort()),
    commit(step: SyncStep) {
      try {
        database.exec('BEGIN IMMEDIATE');
        for (const [name, bytes] of step.parts) {
          if (bytes === undefined) drop.run(name);
          else put.run(name, bytes);
        }
        putHeader.run(JSON.stringify(step.header));
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw new FargazerError(
          'state-write-failed',
          `${folder}: the state could not be written (${reason(error)}). What was saved before is unchanged; free the disk or name another folder for --state.`,
          { cause: error },
        );
      }
    },
    close: () => database.close(),
  };
}

function statements(database: DatabaseSync) {
  try {
    return {
      headerOf: database.prepare('SELECT value FROM header WHERE id = 1'),
      partOf: database.prepare('SELECT bytes FROM parts WHERE name = ?'),
      namesOf: database.prepare('SELECT name FROM parts'),
      putHeader: database.prepare('INSERT INTO header (id, value) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value'),
      put: database.prepare('INSERT INTO parts (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes'),
      drop: database.prepare('DELETE FROM parts WHERE name = ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function open(folder: string, file: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FargazerError('state-write-failed', `${folder}: the folder for the state cannot be made (${reason(error)}). Name another folder for --state.`, { cause: error });
  }
  let database: DatabaseSync | undefined;
  try {
    // Looked at before SQLite opens it, which writes beside some files that it only reads.
    if (ownershipOf(file) === 'foreign') throw notOurs(file);
    database = new DatabaseSync(file, { timeout: 0 });
    // The lock is SQLite's own, held by this process for as long as the file is open.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
    database.exec('BEGIN EXCLUSIVE');
    // A state that is only opened is not written to: it may be refused, and is then as it was.
    if ((database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }).tables === 0) database.exec(create);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof FargazerError) throw error;
    const code = (error as { errcode?: number }).errcode;
    if (code === busy || code === locked) {
      throw new FargazerError('state-locked', `${folder}: another process works on this state. Wait until it ends, or name another folder for --state.`, { cause: error });
    }
    if (code === notADatabase || code === corrupt) throw notOurs(file, error);
    throw new FargazerError('state-write-failed', `${folder}: the state cannot be opened (${reason(error)}). Name another folder for --state.`, { cause: error });
  }
}

function notOurs(file: string, cause?: unknown): FargazerError {
  return new FargazerError('state-damaged', `${file}: this is not a state of fargazer, or it is damaged. Nothing was changed; name another folder for --state.`, { cause });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
