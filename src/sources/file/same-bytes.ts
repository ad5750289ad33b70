/** Finds files that hold the same bytes: by size first, then by SHA-256 of those that share it. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { FileInput } from './paths.ts';

/** Maps each copy to the file it is a copy of. Files given under different names (`NAME=PATH`) are no copies: they mean different things. */
export function sameBytes(inputs: readonly FileInput[]): Map<FileInput, FileInput> {
  const copies = new Map<FileInput, FileInput>();
  for (const group of Map.groupBy(inputs, ({ storedBytes, name }) => `${storedBytes ?? ''}/${name ?? ''}`).values()) {
    const [first] = group;
    if (group.length < 2 || first?.storedBytes === undefined || first.storedBytes === 0) continue;
    const seen = new Map<string, FileInput>();
    for (const input of group) {
      const digest = digestOf(input.path);
      if (digest === undefined) continue;
      const known = seen.get(digest);
      if (known === undefined) seen.set(digest, input);
      else copies.set(input, known);
    }
  }
  return copies;
}

/** Undefined where the file cannot be read; the reader says why. */
function digestOf(path: string): string | undefined {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    for (;;) {
      const length = readSync(descriptor, buffer);
      if (length === 0) return hash.digest('base64');
      hash.update(buffer.subarray(0, length));
    }
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
