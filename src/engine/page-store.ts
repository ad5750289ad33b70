/** Where the tape's pages are: in memory up to a budget, beyond it in a file without a name. */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { FargazerError } from '#contract';
import { rowsAt, type Page } from './page.ts';

export class PageStore {
  readonly #limitBytes: number;
  #heldBytes = 0;
  #file: number | undefined;
  #fileLength = 0;
  /** Pages in the file that are still needed. */
  #inFile = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Throws `temporary-failed` where the file cannot take it. */
  keep(page: Page): void {
    const { bytes, length } = page;
    if (bytes === undefined || this.#heldBytes + length <= this.#limitBytes) {
      this.#heldBytes += length;
      return;
    }
    try {
      this.#file ??= openUnnamed();
      writeSync(this.#file, bytes, 0, length, this.#fileLength);
    } catch (error) {
      throw new FargazerError(
        'temporary-failed',
        `${tmpdir()}: the run needs more than its memory and cannot write there (${error instanceof Error ? error.message : String(error)}). Free the disk, or set TMPDIR to another folder.`,
        { cause: error },
      );
    }
    page.bytes = undefined;
    page.offset = this.#fileLength;
    this.#fileLength += length;
    this.#inFile += 1;
  }

  /** A page's bytes, or the first of them. */
  read({ bytes, offset, length }: Page, end = length): Buffer {
    if (bytes !== undefined) return bytes;
    const read = Buffer.alloc(end);
    readSync(this.#file!, read, 0, end, offset);
    return read;
  }

  /** The packed rows of a page that is needed no more. */
  take(page: Page): Buffer {
    const rows = this.read(page).subarray(rowsAt(page));
    if (page.bytes !== undefined) this.#heldBytes -= page.length;
    else {
      this.#inFile -= 1;
      // A run that never ends must not fill the disk: with the last page the file begins anew.
      if (this.#inFile === 0) {
        ftruncateSync(this.#file!);
        this.#fileLength = 0;
      }
    }
    return rows;
  }

  close(): void {
    if (this.#file === undefined) return;
    ftruncateSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
  }
}

/** The descriptor keeps the file; without a name it goes with the process, however that ends. */
function openUnnamed(): number {
  const path = join(tmpdir(), `fargazer-${randomUUID()}.pages`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
}
