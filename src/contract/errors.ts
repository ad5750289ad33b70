/** Every error a user can meet: code, exit status, sentence. `docs/reference/errors.md` is made of this table. */

interface ErrorEntry {
  /** Exit status of the command line: 1 the run failed, 2 wrong usage or configuration. */
  exit: 1 | 2;
  /** What it means, for the reference. */
  meaning: string;
}

export const errorTable = {
  'path-missing': { exit: 1, meaning: 'An input path does not exist or matched nothing.' },
  'path-unreadable': { exit: 1, meaning: 'An input path may not be read.' },
  'format-unknown': { exit: 2, meaning: 'A format was named that does not exist.' },
  'usage': { exit: 2, meaning: 'The command line has an unknown command or option, or a wrong value.' },
  'config-invalid': { exit: 2, meaning: 'The configuration has a wrong or unknown option.' },
  'config-unreadable': { exit: 2, meaning: 'The configuration file is missing or is not YAML.' },
  'state-locked': { exit: 1, meaning: 'Another process works on the same state.' },
  'state-newer': { exit: 1, meaning: 'The state was made by a newer version.' },
  'state-damaged': { exit: 1, meaning: 'The state is not a state of fargazer, or its file is damaged.' },
  'state-write-failed': { exit: 1, meaning: 'The state could not be written: disk full, no permission.' },
  'temporary-failed': { exit: 1, meaning: 'The temporary folder is full, missing or may not be written to.' },
  'output-failed': { exit: 1, meaning: 'A report, CSV or other output could not be written.' },
  'source-denied': { exit: 1, meaning: 'A source may not be read: no permission, no valid credentials.' },
  'source-failed': { exit: 1, meaning: 'A source could not be read to its end, and waiting did not help.' },
  'source-gone': { exit: 1, meaning: 'A source does not exist, or was deleted while it was read.' },
  'store-denied': { exit: 1, meaning: 'The store of the state may not be read or written: no permission, no valid credentials.' },
  'store-failed': { exit: 1, meaning: 'The store of the state did not answer, and waiting did not help.' },
  'store-gone': { exit: 1, meaning: 'The table or bucket of the state does not exist.' },
  'address-taken': { exit: 1, meaning: 'A server or receiver cannot listen on its address.' },
  'sink-unknown': { exit: 2, meaning: 'An output was named that does not exist.' },
  'secret-unreadable': { exit: 1, meaning: 'A secret that the configuration names cannot be read.' },
  'alert-unknown': { exit: 1, meaning: 'No such alert or silence in the state.' },
  'detector-unknown': { exit: 2, meaning: 'A detector was named that does not exist.' },
  'baseline-unknown': { exit: 1, meaning: 'No such owner or baseline in the state.' },
  'internal': { exit: 1, meaning: 'A defect of fargazer itself.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** An error that is told to the user as one sentence: what, where, what was saved, cure. */
export class FargazerError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'FargazerError';
    this.code = code;
  }
  get exitStatus(): 1 | 2 {
    return errorTable[this.code].exit;
  }
}
