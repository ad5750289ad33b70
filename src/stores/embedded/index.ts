/** The embedded store: one SQLite file in a folder; a step is one transaction, and a copied folder works. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FargazerError, type JsonValue, type Step, type Store } from '#contract';

/** SQLite result codes, https://www.sqlite.org/rescode.html */
const busy = 5;
const locked = 6;

/** Opens or makes the state in a folder, and holds it alone until closed or the process ends. */
export function embedded(folder: string): Store {
  const file = join(folder, 'state.sqlite');
  const database = open(folder, file);
  const headerOf = database.prepare('SELECT value FROM header WHERE id = 1');
  const partOf = database.prepare('SELECT bytes FROM parts WHERE name = ?');
  const namesOf = database.prepare("SELECT name FROM parts WHERE substr(name, 1, ?) = ? ORDER BY name");
  const putHeader = database.prepare('INSERT INTO header (id, value) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value');
  const put = database.prepare('INSERT INTO parts (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes');
  const drop = database.prepare('DELETE FROM parts WHERE name = ?');
  return {
    header() {
      const row = headerOf.get() as { value: string } | undefined;
      return row === undefined ? undefined : (JSON.parse(row.value) as JsonValue);
    },
    part: (name) => (partOf.get(name) as { bytes: Uint8Array } | undefined)?.bytes,
    partNames: (prefix) => (namesOf.all(prefix.length, prefix) as { name: string }[]).map(({ name }) => name),
    commit(step: Step) {
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

function open(folder: string, file: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FargazerError('state-write-failed', `${folder}: the folder for the state cannot be made (${reason(error)}). Name another folder for --state.`, { cause: error });
  }
  try {
    const database = new DatabaseSync(file, { timeout: 0 });
    // The lock is SQLite's own, held by this process for as long as the file is open.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
    database.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS header (id INTEGER PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID; COMMIT;');
    return database;
  } catch (error) {
    const code = (error as { errcode?: number }).errcode;
    if (code === busy || code === locked) {
      throw new FargazerError('state-locked', `${folder}: another process works on this state. Wait until it ends, or name another folder for --state.`, { cause: error });
    }
    if (code === 26 || code === 11) {
      throw new FargazerError('state-damaged', `${file}: this is not a state of fargazer, or it is damaged. Nothing was changed; name another folder for --state.`, { cause: error });
    }
    throw new FargazerError('state-write-failed', `${folder}: the state cannot be opened (${reason(error)}). Name another folder for --state.`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
